// The server's routes, and its refusals in words.

let key = sessionStorage.getItem("musicgen.key") ?? "";

export function setKey(value) {
  key = value;
  sessionStorage.setItem("musicgen.key", value);
}

/** What went wrong, in a sentence; `status` 0: the server was not reached. */
export class Trouble extends Error {
  constructor(sentence, status, retryAfterS) {
    super(sentence);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

function headers(more = {}) {
  return key ? { Authorization: `Bearer ${key}`, ...more } : more;
}

async function refusal(response) {
  let sentence = "";
  try {
    sentence = (await response.json()).error.message;
  } catch {
    sentence = `The server answered ${response.status} ${response.statusText}.`;
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new Trouble(sentence, response.status, wait > 0 ? wait : undefined);
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers), cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble("The server cannot be reached. Is musicgen serve still running?", 0);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

const json = (value) => ({ body: JSON.stringify(value), headers: { "Content-Type": "application/json" } });

export const props = async () => (await call("props")).json();
export const healthy = async () => (await fetch("health", { cache: "no-store" }).catch(() => ({ ok: false }))).ok;
export const job = async (id) => (await call(`v1/jobs/${id}`)).json();

export const jobAudio = async (id, format) =>
  (await call(`v1/jobs/${id}/audio?format=${format}`)).arrayBuffer();

export const cancel = (id) => call(`v1/jobs/${id}`, { method: "DELETE", keepalive: true });

/** Turns a running job: {steered_step} when it holds, {} when that takes long. */
export const steer = async (id, change) =>
  (await call(`v1/jobs/${id}`, { method: "PATCH", ...json(change) })).json();

/**
 * Asks for music as a stream of 16-bit samples.
 * @param {object} fields of POST /v1/audio/generate
 * @param {{melody?: Blob, style?: Blob, audio_prompt?: Blob}} files
 * @returns {Promise<Response>} its body comes while the music is made
 */
export function generate(fields, files, signal) {
  const all = { ...fields, response_format: "pcm", stream: true };
  const given = Object.entries(files).filter(([, file]) => file);
  if (given.length === 0) return call("v1/audio/generate", { method: "POST", signal, ...json(all) });
  const form = new FormData();
  for (const [name, value] of Object.entries(all)) form.append(name, value);
  for (const [name, file] of given) form.append(name, file, file.name || `${name}.wav`);
  return call("v1/audio/generate", { method: "POST", signal, body: form });
}

/** Waits, and throws AbortError when the signal comes first. */
export function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, 1000 * seconds);
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
  });
}
