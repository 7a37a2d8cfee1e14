// What an LMS page takes from the tools in its frames: platform storage, the height of the frame, the whole window.
// One script for the page and for the frame that keeps data beside the tool's: only one of them has each task.
{
  const { place, toolOrigin, storage, storageFrom, frame, lms, elsewhere } = document.currentScript.dataset;
  const STORAGE_FRAME = "lti_storage_frame";
  const IN_FRAME = ["frame", "capabilities", "wrong_origin", "foreign_frame"];
  const LONGEST = 500;
  const [LOWEST, HIGHEST] = [150, 6000];
  const isPage = place === "page";
  const keepsData = storage !== "off" && isPage !== IN_FRAME.includes(storage);

  // Tests read these two.
  const seen = [];
  let keysInFrame = [];
  const stores = new Map();
  const storedKeys = () => [...stores.values()].flatMap((store) => [...store.keys()]);
  window.rugzakMessages = seen;
  window.storedKeys = () => [...storedKeys(), ...keysInFrame];

  const refuse = (code, message) => ({ error: { code, message } });

  const spoil = {
    wrong_id: (answer) => ({ ...answer, message_id: `${answer.message_id}-other` }),
    wrong_key: (answer) => ({ ...answer, key: `${answer.key}-other` }),
    error: (answer) => ({ ...answer, ...refuse("storage_exhaustion", "The store is full.") }),
    wrong_value: (answer) =>
      answer.subject === "lti.get_data.response" ? { ...answer, value: "the-value-of-somebody-else" } : answer,
    forgets: (answer) => (answer.subject === "lti.get_data.response" ? { ...answer, value: null } : answer),
  };

  const storeOf = (origin) => {
    if (!stores.has(origin)) stores.set(origin, new Map());
    return stores.get(origin);
  };

  const isText = (value) => typeof value === "string" && value.length <= LONGEST;

  const putData = ({ key, value }, { origin }) => {
    if (!isText(key) || !(value === null || isText(value))) return refuse("bad_request", "Key or value cannot be kept.");
    if (value === null) storeOf(origin).delete(key);
    else storeOf(origin).set(key, value);
    return { key, value };
  };

  const getData = ({ key }, { origin }) => {
    if (!isText(key)) return refuse("bad_request", "This is no key.");
    return { key, value: storeOf(origin).get(key) ?? null };
  };

  const frameOf = (source) => [...document.querySelectorAll("iframe")].find((one) => one.contentWindow === source);

  const frameResize = ({ height }, { source }) => {
    const tool = frameOf(source);
    if (!tool || !Number.isInteger(height)) return refuse("bad_request", "The height must be a whole number.");
    tool.style.height = `${Math.min(Math.max(height, LOWEST), HIGHEST)}px`;
    return {};
  };

  const fullWindow = ({ data }, { source, origin }) => {
    const launch = frameOf(source)?.dataset.fullWindow;
    const url = URL.canParse(data?.url) ? new URL(data.url) : null;
    if (!launch || url?.origin !== origin) return refuse("bad_request", "The address must be the tool's own.");
    // After the answer, which would not leave a page that is on its way out.
    if ((data.launchType ?? "same_window") === "same_window") setTimeout(() => location.assign(launch));
    else window.open(launch, "_blank");
    return {};
  };

  const capabilities = () => {
    const named = (subject) => (IN_FRAME.includes(storage) ? { subject, frame: STORAGE_FRAME } : { subject });
    const subjects = [{ subject: "lti.capabilities" }];
    if (storage !== "off") subjects.push(named("lti.put_data"), named("lti.get_data"));
    if (frame === "listening") subjects.push({ subject: "lti.frameResize" }, { subject: "requestFullWindowLaunch" });
    return { supported_messages: subjects };
  };

  const actions = {};
  if (keepsData) Object.assign(actions, { "lti.put_data": putData, "lti.get_data": getData });
  if (isPage && frame === "listening") {
    Object.assign(actions, { "lti.frameResize": frameResize, requestFullWindowLaunch: fullWindow });
  }
  if (isPage && (storage !== "off" || frame === "listening")) actions["lti.capabilities"] = capabilities;
  const listens = Object.keys(actions).length > 0;

  // A fault from the launch on leaves the login alone: only then does a tool ask for what it gave.
  const isSpoiled = (subject) => storageFrom === "login" || subject === "lti.get_data";

  const respond = (event) => {
    const { subject, message_id } = event.data;
    const act = Object.hasOwn(actions, subject) ? actions[subject] : () => refuse("unsupported_subject", "Not known.");
    const answer = { subject: `${subject}.response`, message_id, ...act(event.data, event) };
    const isStorage = act === putData || act === getData;
    return isStorage && isSpoiled(subject) && Object.hasOwn(spoil, storage) ? spoil[storage](answer) : answer;
  };

  // The window that answers stays the same, but by then it shows a page of another origin.
  const answerFromElsewhere = (event, answer) => {
    const index = [...Array(parent.length).keys()].find((one) => parent[one] === event.source);
    const parcel = JSON.stringify({ answer, index, toolOrigin });
    location.replace(`${elsewhere}/storage/answer#${encodeURIComponent(parcel)}`);
  };

  const note = (subject, origin, answered) => {
    if (isPage) seen.push({ subject, origin, answered });
    else parent.postMessage({ subject: "demo-lms.seen", entry: { subject, origin, answered }, keys: storedKeys() }, lms);
  };

  const fromStorageFrame = ({ subject, entry, keys }) => {
    if (subject === "demo-lms.seen") {
      seen.push(entry);
      keysInFrame = keys;
    } else {
      // Only now is there somebody who hears the tool.
      for (const tool of document.querySelectorAll("iframe[data-src]")) tool.src = tool.dataset.src;
    }
  };

  addEventListener("message", (event) => {
    const subject = event.data?.subject;
    if (typeof subject !== "string") return;
    if (isPage && subject.startsWith("demo-lms.") && frameOf(event.source)?.name === STORAGE_FRAME) {
      fromStorageFrame(event.data);
      return;
    }
    // An answer is nobody's request: without this two listeners could go on refusing each other for ever.
    if (subject.endsWith(".response")) return;
    const isSilent = storage === "silent" && isSpoiled(subject);
    const answered = listens && !isSilent && event.origin === toolOrigin;
    const answer = answered ? respond(event) : null;
    note(subject, event.origin, answered);
    if (!answered) return;
    if (storage === "wrong_origin" && !isPage && isSpoiled(subject)) answerFromElsewhere(event, answer);
    else event.source.postMessage(answer, event.origin);
  });

  if (!isPage) parent.postMessage({ subject: "demo-lms.ready" }, lms);
}
