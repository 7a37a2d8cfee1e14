// Answers a tool from another origin than the one it asked: right in every other way, so that only the origin gives it away.
{
  const { answer, index, toolOrigin } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  parent[index].postMessage(answer, toolOrigin);
}
