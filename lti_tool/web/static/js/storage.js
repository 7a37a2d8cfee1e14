/**
 * LTI platform storage: where a browser keeps no cookie for us in a frame, the LMS's own page can keep a value for the
 * few seconds of a launch (1EdTech: LTI Client Side postMessages, LTI postMessage Storage).
 *
 * The value proves whose browser this is, so it is sent to one origin only, that of the registered authorization
 * endpoint, and believed from that origin and that frame only. Some apps never answer, so everything has an end.
 */

/** How long we wait for each answer, in ms: a slow machine is common, and an LMS that never answers too. */
const PATIENCE = [2000, 4000];

/**
 * Where storage is: the frame that answers, and its one origin.
 *
 * @typedef {{frame: Window, origin: string}} Place
 */

/** @returns {Window | undefined} the page around us, or the one that opened this window */
function host() {
  return window.parent !== window ? window.parent : (window.opener ?? undefined);
}

/**
 * @param {string} name of a frame in the LMS's page
 * @returns {Window | undefined}
 */
function frameNamed(name) {
  if (name === "_parent") {
    return host();
  }
  try {
    return host().frames[name];
  } catch {
    // There is no such frame, and of a page of another site we may not even ask.
    return undefined;
  }
}

/** @returns {string} a name for one question that nobody can guess */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
}

/**
 * Ask another window something, and wait for its answer.
 *
 * @param {Window} frame
 * @param {string} origin that may read the question and give the answer; "*" for a question without a secret
 * @param {{subject: string, key?: string}} question
 * @param {number} patience in ms
 * @returns {Promise<object>} the answer; rejected when none comes in time, or it says that it failed
 */
function ask(frame, origin, question, patience) {
  const id = newId();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(reject, new Error("no answer")), patience);

    function settle(finish, outcome) {
      clearTimeout(timer);
      window.removeEventListener("message", hear);
      finish(outcome);
    }

    function hear({ source, origin: from, data }) {
      const isOurs =
        source === frame &&
        (origin === "*" || from === origin) &&
        data?.subject === `${question.subject}.response` &&
        data.message_id === id;
      if (!isOurs || (question.key !== undefined && data.key !== question.key)) {
        return;
      }
      if (data.error) {
        settle(reject, new Error("refused"));
      } else {
        settle(resolve, data);
      }
    }

    window.addEventListener("message", hear);
    frame.postMessage({ ...question, message_id: id }, origin);
  });
}

/**
 * Ask, and once more when no answer comes.
 *
 * @param {Place} place
 * @param {object} question
 */
function askTwice({ frame, origin }, question) {
  const [first, second] = PATIENCE;
  return ask(frame, origin, question, first).catch(() => ask(frame, origin, question, second));
}

/**
 * What the LMS says it listens to. At a login that is asked once, for most that stay silent never answer, and somebody
 * waits. At a launch it is asked twice: the LMS did answer at the login.
 *
 * @param {{hasAnswered?: boolean}} before whether this LMS has answered us before
 * @returns {Promise<Map<string, {subject: string, frame?: string}>>} by subject; empty when it does not answer
 */
export async function capabilities({ hasAnswered = false } = {}) {
  const frame = host();
  if (frame === undefined) {
    return new Map();
  }
  const place = { frame, origin: "*" };
  const question = { subject: "lti.capabilities" };
  const asked = hasAnswered ? askTwice(place, question) : ask(frame, "*", question, PATIENCE[0]);
  const answer = await asked.catch(() => undefined);
  const listed = Array.isArray(answer?.supported_messages) ? answer.supported_messages : [];
  return new Map(listed.map((message) => [message?.subject, message]));
}

/**
 * Find the frame that keeps values: as the LMS answers, else as it said at the login.
 *
 * @param {string} subject what it must do
 * @param {{storageTarget: string, storageOrigin: string}} named by the login
 * @param {Map<string, {frame?: string}>} able from {@link capabilities}
 * @returns {Place | undefined}
 */
export function findStorage(subject, { storageTarget, storageOrigin }, able) {
  const listed = able.get(subject);
  const name = listed?.frame || storageTarget || (listed && "_parent");
  const frame = name ? frameNamed(name) : undefined;
  return frame && { frame, origin: storageOrigin };
}

/**
 * Let the LMS keep a value.
 *
 * @param {Place} place
 * @param {string} key
 * @param {string | null} value null takes it away
 */
export function put(place, key, value) {
  return askTwice(place, { subject: "lti.put_data", key, value });
}

/**
 * Ask the LMS for a value that it kept.
 *
 * @param {Place} place
 * @param {string} key
 * @returns {Promise<string>} rejected when it has none
 */
export async function get(place, key) {
  const { value } = await askTwice(place, { subject: "lti.get_data", key });
  if (typeof value !== "string" || value === "") {
    throw new Error("nothing kept");
  }
  return value;
}
