// What is drawn of a take: levels, highest and lowest sample of each moment.
import { BANDS, Spectrum } from "./spectrum.js";

const LIVE_COLUMNS_PER_S = 50;

export class Picture {
  count = 0; // columns
  columnsPerS = LIVE_COLUMNS_PER_S;

  /** @param {number|null} durationS null: without end */
  begin(rateHz, channels, durationS) {
    this.channels = channels;
    this.hop = Math.round(rateHz / (durationS === null ? LIVE_COLUMNS_PER_S : Math.min(100, 1500 / durationS)));
    this.columnsPerS = rateHz / this.hop;
    this.spectrum = new Spectrum(rateHz);
    this.count = 0;
    this.levels = new Uint8Array(BANDS * 256); // [columns, BANDS]
    this.peaks = new Int8Array(2 * 256); // [columns, lowest and highest], full scale 127
    this.mono = new Float32Array(0); // the last samples, as far as a window reaches back
    this.at = 0; // where the next column begins in them
  }

  append(samples) {
    const frames = samples.length / this.channels;
    const start = this.mono.length;
    const mono = new Float32Array(start + frames);
    mono.set(this.mono);
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      for (let c = 0; c < this.channels; c++) sum += samples[i * this.channels + c];
      mono[start + i] = sum / this.channels / 32768;
    }
    for (; this.at + this.hop <= mono.length; this.at += this.hop) this.#column(mono, this.at);
    const gone = Math.max(0, this.at - Spectrum.SIZE);
    this.mono = mono.slice(gone);
    this.at -= gone;
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
   * @param {number} from first column; @param {number} to one past the last
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
