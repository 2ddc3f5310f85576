// A piece of music: its sound so far, its picture, and what it was made from.
import { Picture } from "./picture.js";

const KEPT_LIVE_S = 600; // of music without end; what is older is let go

/**
 * Events: "sound" (more samples, or no more), "change" (steered, file, state).
 * `settings` is what was asked (settings.js); `durationS` null: without end.
 */
export class Take extends EventTarget {
  chunks = []; // {start: frame, samples: Int16Array interleaved}
  firstFrame = 0; // of what is kept
  frames = 0; // one past the last
  rateHz = 32000;
  channels = 1;
  framesPerS = 50; // steps of the model
  whole = false; // no more samples will come
  ended = false; // and its state is known
  state = "waiting"; // then making; then made, stopped or failed
  steerings = []; // {second, prompt, guidance}
  file = null; // ArrayBuffer: the finished WAV
  jobId = null;
  favourite = false;
  files = {}; // names of the sounds that it was made from: melody, style, audio_prompt
  keptOutline = null; // of a take whose sound is not loaded: from the history
  keptLengthS = 0;
  #arrivals = []; // [time in s, frames], the first and the last hundred

  constructor(settings, id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`) {
    super();
    this.id = id;
    this.settings = settings;
    this.seed = settings.seed;
    this.durationS = settings.duration_s === null ? null : settings.duration_s + (settings.start_s ?? 0);
    this.created = Date.now();
    this.picture = new Picture();
  }

  get heldS() {
    return this.frames / this.rateHz;
  }

  /** How long it is, as far as it is known. */
  get lengthS() {
    return this.ended ? (this.frames > 0 ? this.heldS : this.keptLengthS ?? 0) : this.durationS ?? this.heldS;
  }

  /** A waveform of `points` (picture.js); of what is not made yet: silence. */
  outline(points) {
    if (this.picture.count === 0) return this.keptOutline ?? new Int8Array(2 * points);
    return this.picture.outline(points, 0, Math.max(this.picture.count, this.lengthS * this.picture.columnsPerS));
  }

  begin({ jobId, seed, rateHz, channels }) {
    Object.assign(this, { jobId, seed, rateHz, channels, state: "making" });
    this.picture.begin(rateHz, channels, this.durationS);
    this.#change();
  }

  /** @param {Int16Array} samples interleaved, follow those before */
  append(samples) {
    this.chunks.push({ start: this.frames, samples });
    this.frames += samples.length / this.channels;
    this.picture.append(samples);
    this.#arrivals.push([performance.now() / 1000, this.frames]);
    if (this.#arrivals.length > 100) this.#arrivals.splice(1, 1);
    if (this.durationS === null) this.#forget();
    this.dispatchEvent(new Event("sound"));
  }

  #forget() {
    while (this.frames - this.firstFrame > KEPT_LIVE_S * this.rateHz && this.chunks.length > 1) {
      this.chunks.shift();
      this.firstFrame = this.chunks[0].start;
    }
  }

  /** No more samples will come. */
  close() {
    this.whole = true;
    this.dispatchEvent(new Event("sound"));
  }

  end(state) {
    if (this.ended) return;
    this.state = state;
    this.ended = true;
    this.close();
    this.#change();
  }

  finish(file, { samples, channels, rateHz }) {
    this.file = file;
    if (samples.length === 0) return;
    for (const steering of this.steerings) steering.second -= this.firstFrame / this.rateHz;
    Object.assign(this, { channels, rateHz, firstFrame: 0, frames: samples.length / channels });
    this.chunks = [{ start: 0, samples }];
    this.picture.begin(rateHz, channels, this.frames / rateHz);
    this.picture.append(samples);
    this.#change();
  }

  steered(second, { prompt, guidance }) {
    this.steerings.push({ second, prompt, guidance });
    this.#change();
  }

  #change() {
    this.dispatchEvent(new Event("change"));
  }

  /** Speed over the last seconds; 1 is real time; null: not known yet. */
  speed() {
    const arrivals = this.#arrivals;
    const last = arrivals.at(-1);
    const first = arrivals.find(([time]) => last[0] - time < 4);
    if (!first || last[0] - first[0] < 0.2) return null;
    return (last[1] - first[1]) / this.rateHz / (last[0] - first[0]);
  }

  /** Kept samples from a frame to another, interleaved. */
  samples(from = this.firstFrame, to = this.frames) {
    from = Math.max(from, this.firstFrame);
    const all = new Int16Array(Math.max(0, to - from) * this.channels);
    for (const { start, samples } of this.chunks) {
      const begin = Math.max(0, (from - start) * this.channels);
      const end = Math.min(samples.length, (to - start) * this.channels);
      if (begin < end) all.set(samples.subarray(begin, end), (start - from) * this.channels + begin);
    }
    return all;
  }

  /** From a frame on, as floats: chunks of an array per channel, at most half a second. */
  *from(frame) {
    const step = Math.round(this.rateHz / 2);
    for (let at = Math.max(frame, this.firstFrame); at < this.frames; at += step) {
      const samples = this.samples(at, Math.min(at + step, this.frames));
      yield Array.from({ length: this.channels }, (_, c) => {
        const channel = new Float32Array(samples.length / this.channels);
        for (let i = 0; i < channel.length; i++) channel[i] = samples[i * this.channels + c] / 32768;
        return channel;
      });
    }
  }
}
