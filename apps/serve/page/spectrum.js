// The spectrum of a moment of sound, for the eye: bands on a logarithmic scale of frequency.

export const BANDS = 96;
const SIZE = 2048; // samples of a transform
const LOWEST_HZ = 50;
const HIGHEST_HZ = 14000;
const FLOOR_DB = -78; // drawn as nothing
const CEILING_DB = -8;

const window = Float32Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));
const cosines = Float32Array.from({ length: SIZE / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / SIZE));
const sines = Float32Array.from({ length: SIZE / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / SIZE));
const reversed = Uint16Array.from({ length: SIZE }, (_, i) => {
  let r = 0;
  for (let bit = 1; bit < SIZE; bit <<= 1, i >>= 1) r = (r << 1) | (i & 1);
  return r;
});
const re = new Float32Array(SIZE);
const im = new Float32Array(SIZE);

// In place, radix 2 (Cooley and Tukey, 1965), input in reversed order.
function transform() {
  for (let half = 1, stride = SIZE / 2; half < SIZE; half <<= 1, stride >>= 1) {
    for (let block = 0; block < SIZE; block += 2 * half) {
      for (let k = 0; k < half; k++) {
        const a = block + k;
        const b = a + half;
        const c = cosines[k * stride];
        const s = sines[k * stride];
        const x = re[b] * c - im[b] * s;
        const y = re[b] * s + im[b] * c;
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
    }
  }
}

export class Spectrum {
  #edges; // first bin of each band, and one past the last

  constructor(rateHz) {
    const highest = Math.min(HIGHEST_HZ, rateHz / 2);
    this.#edges = Float32Array.from({ length: BANDS + 1 }, (_, b) =>
      (SIZE / rateHz) * LOWEST_HZ * (highest / LOWEST_HZ) ** (b / BANDS));
  }

  /**
   * Levels of the bands, lowest first: 0 is silence, 255 is loud.
   * @param {Float32Array} samples the last SIZE count; before fewer: silence
   * @param {Uint8Array} levels [BANDS], written
   */
  measure(samples, levels) {
    const missing = Math.max(0, SIZE - samples.length);
    const first = samples.length - (SIZE - missing);
    for (let i = 0; i < SIZE; i++) {
      const to = reversed[i];
      re[to] = i < missing ? 0 : samples[first + i - missing] * window[i];
      im[to] = 0;
    }
    transform();
    for (let b = 0; b < BANDS; b++) {
      const power = this.#power(this.#edges[b], this.#edges[b + 1]);
      const db = 10 * Math.log10(power + 1e-20) + (10 * b) / BANDS; // music falls off towards the top
      levels[b] = Math.max(0, Math.min(255, (255 * (db - FLOOR_DB)) / (CEILING_DB - FLOOR_DB)));
    }
  }

  // The strongest bin of a band; narrow bands lie between two bins.
  #power(from, to) {
    const at = (k) => (re[k] * re[k] + im[k] * im[k]) / (SIZE / 4) ** 2;
    if (to - from < 1) {
      const k = Math.floor((from + to) / 2);
      const part = (from + to) / 2 - k;
      return (1 - part) * at(k) + part * at(k + 1);
    }
    let most = 0;
    for (let k = Math.floor(from); k < to; k++) most = Math.max(most, at(k));
    return most;
  }
}

Spectrum.SIZE = SIZE;
