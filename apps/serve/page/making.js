// Has a take made by the server and collects its sound as it comes.
import * as api from "./api.js";
import { fields } from "./settings.js";
import { decode, encodeWav } from "./wav.js";

const LIVE_AHEAD_S = 3; // of music without end that is fetched before it is heard

export class Making {
  #abort = new AbortController();
  #stopped = false;

  /**
   * @param {{melody?: File, style?: File, audio_prompt?: File}} files
   * @param {() => number} heardS heard of the take; of endless music little more is fetched
   * @param {(sentence: string) => void} tell what it waits for; "": for nothing
   */
  constructor(take, files, heardS, tell) {
    Object.assign(this, { take, files, heardS, tell });
  }

  /** Resolves when the take has ended; throws a Trouble. */
  async run() {
    const { take } = this;
    try {
      const response = await this.#ask();
      await this.#collect(response);
      await this.#settle();
    } catch (error) {
      if (!this.#stopped) {
        take.end("failed");
        if (error instanceof api.Trouble) throw error;
        const job = await api.job(take.jobId).catch(() => null);
        throw new api.Trouble(job?.error?.message ?? "The sound broke off: the connection to the server was lost.", 0);
      }
    } finally {
      if (take.frames > 0 && !take.file) {
        const samples = take.samples();
        const file = encodeWav(samples, take.channels, take.rateHz);
        if (take.firstFrame > 0) take.finish(file, { ...take, samples });
        take.file = file;
      }
    }
  }

  /** Ends it at once; what was made stays. */
  stop(leaving = false) {
    if (this.take.ended) return;
    this.#stopped = true;
    this.#abort.abort();
    // After the stream's own end: one that the server ends first is an error to the browser.
    const cancel = () => this.take.jobId && api.cancel(this.take.jobId).catch(() => {});
    if (leaving) cancel();
    else setTimeout(cancel, 200);
    this.take.end("stopped");
  }

  async #ask() {
    for (;;) {
      try {
        this.tell("Asking the server…");
        return await api.generate(fields(this.take.settings), this.files, this.#abort.signal);
      } catch (error) {
        if (error.status !== 429 && error.status !== 503) throw error;
        const waitS = Math.min(30, error.retryAfterS ?? 2);
        this.tell(`${error.message} Asking again in ${waitS} s.`);
        await api.pause(waitS, this.#abort.signal);
      }
    }
  }

  async #collect(response) {
    const { take } = this;
    const head = (name, otherwise) => Number(response.headers.get(name) ?? otherwise);
    take.begin({ jobId: response.headers.get("X-Job-Id"), seed: head("X-Seed", take.seed ?? 0),
      rateHz: head("X-Sample-Rate", 32000), channels: head("X-Channels", 1) });
    this.tell("Waiting for the first sound…");
    this.#watchQueue();
    const reader = response.body.getReader();
    const frameBytes = 2 * take.channels;
    let rest = new Uint8Array(0); // bytes of a frame that is not whole yet
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const bytes = new Uint8Array(rest.length + value.length);
      bytes.set(rest);
      bytes.set(value, rest.length);
      const whole = bytes.length - (bytes.length % frameBytes);
      rest = bytes.slice(whole);
      if (whole > 0) {
        take.append(new Int16Array(bytes.buffer, 0, whole / 2));
        this.tell("");
      }
      while (take.durationS === null && take.heldS - this.heardS() > LIVE_AHEAD_S) await api.pause(0.05, this.#abort.signal);
    }
    take.close();
  }

  async #watchQueue() {
    const { take } = this;
    while (take.frames === 0 && !take.ended) {
      try {
        const { queue_position: position } = await api.job(take.jobId);
        if (take.frames === 0 && position > 0) this.tell(`In the queue, number ${position}.`);
      } catch {
        return; // the stream itself tells of trouble
      }
      await api.pause(0.5).catch(() => {});
    }
  }

  // Did the job end well? Then its finished file takes the stream's place.
  async #settle() {
    const { take } = this;
    let job = await api.job(take.jobId);
    for (let i = 0; i < 20 && (job.status === "running" || job.status === "queued"); i++) {
      await api.pause(0.1, this.#abort.signal);
      job = await api.job(take.jobId);
    }
    if (job.status === "failed") throw new api.Trouble(job.error?.message ?? "The server failed to make it.", 500);
    if (job.status !== "succeeded") return take.end("stopped");
    take.end("made");
    const file = await api.jobAudio(take.jobId, "wav");
    take.finish(file, await decode(file.slice(0), take.rateHz));
  }
}
