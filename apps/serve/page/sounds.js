// The two places for a sound: a melody or style to follow, and a beginning to go on from.
import { button, icon, lasting, make } from "./elements.js";
import { drawOutline } from "./drawing.js";
import { Picture } from "./picture.js";
import { record } from "./microphone.js";
import { decode, encodeWav } from "./wav.js";

const FILE = "M10 13V4M6.5 7.5 10 4l3.5 3.5M4 13v3h12v-3";
const MICROPHONE = "M10 3a2 2 0 0 0-2 2v5a2 2 0 0 0 4 0V5a2 2 0 0 0-2-2zM5.5 9.5a4.5 4.5 0 0 0 9 0M10 14v3";
// What the server reads itself; everything else is decoded here first.
const READ_BY_SERVER = /\.(wav|flac|ogg|mp3)$/i;

/** Events: "change". `file`: what is sent; `lengthS`. */
export class SoundSlot extends EventTarget {
  file = null;
  lengthS = 0;
  outline = null;
  #recording = null;

  constructor(element, title, hint, complain) {
    super();
    Object.assign(this, { element, title, hint, complain, limitBytes: 50 << 20 });
    const { classList } = element;
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      classList.add("over");
    });
    element.addEventListener("dragleave", () => classList.remove("over"));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      classList.remove("over");
      if (!this.unavailable && event.dataTransfer.files[0]) this.take(event.dataTransfer.files[0]);
    });
    this.draw();
  }

  /** What a sound here is for. */
  ask(title, hint) {
    Object.assign(this, { title, hint });
    this.draw();
  }

  /** Why no sound can be given here; "": it can. */
  forbid(reason) {
    this.unavailable = reason;
    if (reason) this.clear();
    this.draw();
  }

  async take(file) {
    if (file.size > this.limitBytes) {
      return this.complain(`${file.name} has ${Math.ceil(file.size / 2 ** 20)} MiB; the server takes ${this.limitBytes >> 20}.`);
    }
    let sound;
    try {
      sound = await decode(await file.arrayBuffer());
    } catch {
      return this.complain(`${file.name} is not a sound file that this browser can read.`);
    }
    const { samples, channels, rateHz } = sound;
    const send = READ_BY_SERVER.test(file.name) ? file
      : new File([encodeWav(samples, channels, rateHz)], `${file.name}.wav`, { type: "audio/wav" });
    this.put(send, samples, channels, rateHz);
  }

  put(file, samples, channels, rateHz) {
    const lengthS = samples.length / channels / rateHz;
    const picture = new Picture();
    picture.begin(rateHz, channels, lengthS);
    picture.append(samples);
    Object.assign(this, { file, lengthS, outline: picture.outline(48) });
    this.draw();
    this.complain("");
    this.dispatchEvent(new Event("change"));
  }

  clear() {
    if (!this.file) return;
    this.file = this.outline = null;
    this.lengthS = 0;
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  async #record() {
    if (this.#recording) return this.#recording.stop();
    try {
      this.#recording = await record();
    } catch (error) {
      return this.complain(error.message);
    }
    this.draw();
    const { samples, rateHz } = await this.#recording.done;
    this.#recording = null;
    if (samples.length === 0) return this.draw();
    this.put(new File([encodeWav(samples, 1, rateHz)], "recording.wav", { type: "audio/wav" }), samples, 1, rateHz);
  }

  draw() {
    const { element, title, file } = this;
    const focused = element.contains(document.activeElement);
    element.classList.toggle("filled", Boolean(file));
    element.classList.toggle("forbidden", Boolean(this.unavailable));
    const heading = make("p", { class: "slot-title" }, title);
    if (this.unavailable) {
      element.replaceChildren(heading, make("p", { class: "note" }, this.unavailable));
    } else if (file) {
      const canvas = make("canvas", { "aria-hidden": "true" });
      element.replaceChildren(heading, canvas,
        make("p", { class: "note file" }, `${file.name}, ${lasting(this.lengthS)}`),
        button({ class: "quiet", "aria-label": `Remove: ${title}`, click: () => this.clear() }, "Remove"));
      drawOutline(canvas, this.outline, 1);
    } else if (this.#recording) {
      element.replaceChildren(heading, make("p", { class: "note recording" }, "Listening…"),
        button({ class: "secondary", click: () => this.#record() }, "Done"));
    } else {
      const input = make("input", { type: "file", accept: "audio/*,.flac,.ogg,.opus", hidden: true,
        change: () => input.files[0] && this.take(input.files[0]) });
      element.replaceChildren(heading, make("p", { class: "note" }, this.hint), make("div", { class: "slot-buttons" },
        button({ class: "quiet", "aria-label": `File: ${title}`, click: () => input.click() }, icon(FILE), "File"),
        button({ class: "quiet", "aria-label": `Record: ${title}`, click: () => this.#record() }, icon(MICROPHONE), "Record"),
        input));
    }
    if (focused) element.querySelector("button")?.focus();
  }
}
