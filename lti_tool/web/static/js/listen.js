// A sound begins softly, and what is said appears below the player while it plays (NOT-7). Nothing is noted of it.

for (const player of document.querySelectorAll("audio[data-quiet]")) {
  player.volume = 0.4;
  const track = player.textTracks[0];
  const place = player.parentElement.querySelector("[data-caption]");
  if (!track || !place) continue;
  track.mode = "hidden"; // loaded, and shown by us: an audio element has no picture to show them in
  place.hidden = false;
  track.addEventListener("cuechange", () => {
    // As text without its tags: who speaks and how may be marked in captions, and nobody reads that.
    place.textContent = [...(track.activeCues ?? [])].map((cue) => cue.getCueAsHTML().textContent).join(" ");
  });
}
