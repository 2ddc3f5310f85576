// The form: what the next music shall be like.
import { button, byId, make, on, say } from "./elements.js";
import { EXAMPLES } from "./examples.js";
import { nameOf } from "./settings.js";

const STORE = "musicgen.settings";
const SAMPLING = ["temperature", "top_k", "top_p"];
const number = (id) => {
  const text = byId(id).value.trim();
  return text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
};

export class Composer {
  #models = [];
  #limits = { audio_length_s: 300, prompt_characters: 4096 };
  #guidanceTouched = false; // else it is the model's own
  #wantedModel = "";

  constructor() {
    byId("examples").append(...EXAMPLES.map(([name, prompt]) =>
      button({ class: "chip", title: prompt, click: () => this.#setPrompt(prompt) }, name)));
    on("duration", "input", () => { byId("duration-number").value = byId("duration").value; });
    on("duration-number", "input", () => { byId("duration").value = byId("duration-number").value; });
    on("guidance", "input", () => { this.#guidanceTouched = true; });
    on("seed-lock", "click", () => this.#lockSeed(!this.seedLocked));
    on("seed", "input", () => this.#lockSeed(byId("seed").value.trim() !== ""));
    on("model", "change", () => { this.#guidanceTouched = false; });
    for (const name of ["input", "change"]) on("composer", name, () => this.#changed());
    let values = null;
    try {
      values = JSON.parse(localStorage.getItem(STORE));
    } catch {
      // A first visit.
    }
    this.#fill({ prompt: EXAMPLES[0][1], duration_s: 10, ...values });
    this.refresh();
  }

  /** What /props says: models and limits. */
  setServer(props) {
    this.#models = props.models;
    Object.assign(this.#limits, props.limits);
    byId("model").replaceChildren(...this.#models.map(({ id }) => make("option", { value: id }, nameOf(id))));
    if (this.#models.some(({ id }) => id === this.#wantedModel)) byId("model").value = this.#wantedModel;
    byId("prompt").maxLength = this.#limits.prompt_characters;
    byId("duration-number").max = this.#limits.audio_length_s;
    this.refresh();
  }

  get model() {
    return this.#models.find(({ id }) => id === byId("model").value) ?? { id: "", defaults: {} };
  }

  get live() {
    return byId("composer").elements.ending.value === "live";
  }

  set live(live) {
    byId("composer").elements.ending.value = live ? "live" : "fixed";
  }

  get seedLocked() {
    return byId("seed-lock").ariaPressed === "true";
  }

  get takes() {
    return this.live ? 1 : Number(byId("takes-count").value);
  }

  #lockSeed(locked) {
    byId("seed-lock").ariaPressed = locked;
    this.#changed();
  }

  /** The seed that was used, to look at and to lock. */
  showSeed(seed) {
    if (!this.seedLocked) byId("seed").value = seed;
  }

  #setPrompt(prompt) {
    byId("prompt").value = prompt;
    byId("prompt").focus();
    this.#changed();
  }

  /** @returns {import("./settings.js").Settings} Throws an Error, its field in focus. */
  settings() {
    const settings = this.#values();
    const refuse = (id, sentence) => {
      byId(id).closest("details")?.setAttribute("open", "");
      byId(id).focus();
      throw new Error(sentence);
    };
    const limit = this.#limits.audio_length_s;
    if (!this.live && !(settings.duration_s > 0 && settings.duration_s <= limit)) {
      refuse("duration-number", `The length is a number of seconds, at most ${limit}.`);
    }
    if (this.seedLocked && !/^\d{1,15}$/.test(byId("seed").value.trim())) {
      refuse("seed", "The seed is a whole number; without one, a new one is drawn.");
    }
    for (const id of SAMPLING) {
      if (!byId(id).checkValidity()) refuse(id, `${byId(id).labels[0].textContent}: ${byId(id).validationMessage}`);
    }
    return { ...settings, guidance: Number(byId("guidance").value), beta: this.model.style ? Number(byId("beta").value) : null };
  }

  #values() {
    const values = { prompt: byId("prompt").value.trim(), model: byId("model").value || this.#wantedModel,
      duration_s: this.live ? null : number("duration-number"), guidance: this.#guidanceTouched ? number("guidance") : null,
      seed: this.seedLocked ? number("seed") : null, beta: number("beta") };
    for (const id of SAMPLING) values[id] = number(id);
    return values;
  }

  #fill({ prompt, model, duration_s, guidance, beta, seed, ...sampling }) {
    byId("prompt").value = prompt;
    this.#wantedModel = model ?? "";
    if (this.#models.some(({ id }) => id === model)) byId("model").value = model;
    this.live = duration_s === null;
    if (duration_s !== null) byId("duration-number").value = byId("duration").value = duration_s;
    this.#guidanceTouched = typeof guidance === "number";
    if (this.#guidanceTouched) byId("guidance").value = guidance;
    byId("beta").value = beta ?? 5;
    for (const id of SAMPLING) byId(id).value = sampling[id] ?? "";
    byId("seed").value = seed ?? "";
    byId("seed-lock").ariaPressed = typeof seed === "number";
  }

  /** Puts the settings of a take back into the form. */
  use(settings, seed) {
    this.#fill({ ...settings, seed });
    this.#changed();
  }

  #changed() {
    this.refresh();
    try {
      localStorage.setItem(STORE, JSON.stringify(this.#values()));
    } catch {
      // Without storage the next visit begins anew.
    }
  }

  /** Shows what follows from the values. */
  refresh() {
    const { defaults, summary, style } = this.model;
    byId("beta-line").hidden = !style;
    byId("beta-text").value = Number(byId("beta").value).toFixed(1);
    byId("fixed-length").hidden = this.live;
    byId("live-note").hidden = !this.live;
    if (this.live) byId("pads-block").hidden = false;
    byId("takes-count").disabled = this.live;
    if (!this.#guidanceTouched) byId("guidance").value = defaults.guidance_scale ?? 3;
    byId("guidance-text").value = Number(byId("guidance").value).toFixed(1);
    for (const id of SAMPLING) byId(id).placeholder = defaults[id] ?? "";
    say("model-note", summary ?? "");
    say("generate", this.live ? "Play live" : this.takes > 1 ? `Generate ${this.takes} takes` : "Generate");
    const left = this.#limits.prompt_characters - byId("prompt").value.length;
    byId("prompt-note").hidden = left > 200;
    say("prompt-note", `${left} characters left`);
  }
}
