// What is drawn of a take: a column of levels and a highest and lowest sample for each moment.
import { BANDS, Spectrum } from "./spectrum.js";

const LIVE_COLUMNS_PER_S = 50;

export class Picture {
  /** @param {number|null} durationS null: without end */
  constructor(durationS) {
    this.setDuration(durationS);
    this.clear();
  }

  setDuration(durationS) {
    this.columnsPerS = durationS === null ? LIVE_COLUMNS_PER_S : Math.min(100, 1500 / durationS);
  }

  clear() {
    this.count = 0; // columns
    this.levels = new Uint8Array(BANDS * 256); // [columns, BANDS]
    this.peaks = new Int8Array(2 * 256); // [columns, lowest and highest], full scale 127
    this.pending = new Float32Array(0);
    this.tail = new Float32Array(0); // what came before `pending`, for the window
  }

  begin(rateHz, channels, durationS) {
    if (durationS !== undefined) this.setDuration(durationS);
    this.clear();
    this.channels = channels;
    this.hop = Math.round(rateHz / this.columnsPerS);
    this.columnsPerS = rateHz / this.hop;
    this.spectrum = new Spectrum(rateHz);
  }

  append(samples) {
    const frames = samples.length / this.channels;
    const mono = new Float32Array(this.tail.length + this.pending.length + frames);
    mono.set(this.tail);
    mono.set(this.pending, this.tail.length);
    const start = this.tail.length + this.pending.length;
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      for (let c = 0; c < this.channels; c++) sum += samples[i * this.channels + c];
      mono[start + i] = sum / this.channels / 32768;
    }
    let at = this.tail.length;
    for (; at + this.hop <= mono.length; at += this.hop) this.#column(mono, at);
    this.tail = mono.slice(Math.max(0, at - Spectrum.SIZE), at);
    this.pending = mono.slice(at);
  }

  #column(mono, at) {
    if (BANDS * (this.count + 1) > this.levels.length) this.#grow();
    let low = 0;
    let high = 0;
    for (let i = at; i < at + this.hop; i++) {
      low = Math.min(low, mono[i]);
      high = Math.max(high, mono[i]);
    }
    this.peaks[2 * this.count] = Math.max(-127, Math.round(127 * low));
    this.peaks[2 * this.count + 1] = Math.min(127, Math.round(127 * high));
    const levels = this.levels.subarray(BANDS * this.count, BANDS * (this.count + 1));
    this.spectrum.measure(mono.subarray(0, at + this.hop), levels);
    this.count++;
  }

  #grow() {
    const twice = (old) => {
      const grown = new old.constructor(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.levels = twice(this.levels);
    this.peaks = twice(this.peaks);
  }

  /**
   * A waveform of `points`: [points, lowest and highest], full scale 127.
   * @param {number} from first column; @param {number} to one past the last; beyond the sound: silence
   */
  outline(points, from = 0, to = this.count) {
    const outline = new Int8Array(2 * points);
    for (let i = 0; i < points; i++) {
      const first = Math.floor(from + (i * (to - from)) / points);
      const end = Math.max(first + 1, Math.floor(from + ((i + 1) * (to - from)) / points));
      for (let k = Math.max(0, first); k < Math.min(end, this.count); k++) {
        outline[2 * i] = Math.min(outline[2 * i], this.peaks[2 * k]);
        outline[2 * i + 1] = Math.max(outline[2 * i + 1], this.peaks[2 * k + 1]);
      }
    }
    return outline;
  }
}
