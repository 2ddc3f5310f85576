// Draws pictures of takes on canvases, in the colours of the theme.
import { BANDS } from "./spectrum.js";

let palette = null; // of an ImageData, by level
let colours = {};

/** Reads the colours anew; after a change of theme. */
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  colours = { played: get("--wave-played"), ahead: get("--wave-ahead") };
  const stops = ["--spec-0", "--spec-1", "--spec-2", "--spec-3", "--spec-4"].map((name) => {
    const hex = parseInt(get(name).slice(1), 16);
    return [hex >> 16, (hex >> 8) & 255, hex & 255];
  });
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const x = (i / 255) ** 1.25 * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(x));
    for (let c = 0; c < 3; c++) bytes[4 * i + c] = stops[k][c] + (x - k) * (stops[k + 1][c] - stops[k][c]);
    bytes[4 * i + 3] = 255;
  }
  palette = new Uint32Array(bytes.buffer);
}

/** The canvas in the pixels of the screen; its context. */
function fit(canvas) {
  const scale = Math.min(2, devicePixelRatio || 1);
  const width = Math.max(1, Math.round(canvas.clientWidth * scale));
  const height = Math.max(1, Math.round(canvas.clientHeight * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  return canvas.getContext("2d");
}

const columns = document.createElement("canvas"); // one pixel for each column and band

/**
 * The spectrogram of the seconds [startS, startS + lengthS].
 * @param {number} drawn columns that the canvas shows of them already
 */
export function drawSpectrogram(canvas, picture, startS, lengthS, drawn = 0) {
  const context = fit(canvas);
  const first = Math.round(startS * picture.columnsPerS);
  const width = Math.max(1, Math.round(lengthS * picture.columnsPerS));
  if (columns.width !== width || columns.height !== BANDS) Object.assign(columns, { width, height: BANDS });
  const begin = Math.max(first, drawn);
  const end = drawn > 0 ? Math.min(picture.count, first + width) : first + width;
  if (end <= begin) return;
  const image = new ImageData(end - begin, BANDS);
  const pixels = new Uint32Array(image.data.buffer).fill(palette[0]);
  const last = Math.min(picture.count, end);
  for (let x = begin; x < last; x++) {
    for (let b = 0; b < BANDS; b++) pixels[(BANDS - 1 - b) * (end - begin) + x - begin] = palette[picture.levels[x * BANDS + b]];
  }
  columns.getContext("2d").putImageData(image, begin - first, 0);
  const scale = canvas.width / width;
  const left = Math.floor((begin - first - 2) * scale); // smoothing reaches beyond a column
  context.save();
  context.beginPath();
  context.rect(left, 0, Math.ceil((end - first + 2) * scale) - left, canvas.height);
  context.clip();
  context.drawImage(columns, 0, 0, canvas.width, canvas.height);
  context.restore();
}

/** A waveform as bars, from an outline; its first `part` in full colour. */
export function drawOutline(canvas, outline, part) {
  const context = fit(canvas);
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const bars = outline.length / 2;
  const loudest = outline.reduce((most, x) => Math.max(most, Math.abs(x)), 8);
  for (let i = 0; i < bars; i++) {
    context.fillStyle = i / bars < part ? colours.played : colours.ahead;
    const high = Math.max(0.5, (0.46 * height * outline[2 * i + 1]) / loudest);
    const low = Math.max(0.5, (-0.46 * height * outline[2 * i]) / loudest);
    context.fillRect((i * width) / bars, height / 2 - high, Math.max(1, (0.62 * width) / bars), high + low);
  }
}
