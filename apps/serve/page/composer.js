// The form: what the next music shall be like.
import { byId, make } from "./elements.js";
import { EXAMPLES, idea } from "./examples.js";
import { remember, remembered } from "./settings.js";

const SAMPLING = ["temperature", "top_k", "top_p"];
const number = (input) => (input.value.trim() === "" || !Number.isFinite(Number(input.value)) ? null : Number(input.value));

export class Composer {
  #models = [];
  #limits = { duration_s: 300, prompt_characters: 4096 };
  #guidanceTouched = false;

  constructor() {
    for (const [name, prompt] of EXAMPLES) {
      byId("examples").append(make("button", { type: "button", class: "chip", title: prompt, click: () => this.#setPrompt(prompt) }, name));
    }
    byId("dice").addEventListener("click", () => this.#setPrompt(idea()));
    byId("duration").addEventListener("input", () => { byId("duration-number").value = byId("duration").value; });
    byId("duration-number").addEventListener("input", () => { byId("duration").value = byId("duration-number").value; });
    byId("guidance").addEventListener("input", () => { this.#guidanceTouched = true; });
    byId("seed-lock").addEventListener("click", () => this.lockSeed(!this.seedLocked));
    byId("seed").addEventListener("input", () => this.lockSeed(byId("seed").value.trim() !== ""));
    byId("model").addEventListener("change", () => { this.#guidanceTouched = false; });
    byId("composer").addEventListener("input", () => this.#changed());
    byId("composer").addEventListener("change", () => this.#changed());
    this.#restore(remembered());
    this.refresh();
  }

  /** What /props says: models and limits. */
  setServer(props) {
    this.#models = props.models;
    this.#limits = { ...this.#limits, ...props.limits };
    const select = byId("model");
    const wanted = select.value || remembered().model;
    select.replaceChildren(...this.#models.map(({ id }) => make("option", { value: id }, id)));
    if (this.#models.some(({ id }) => id === wanted)) select.value = wanted;
    byId("prompt").maxLength = this.#limits.prompt_characters;
    byId("duration-number").max = this.#limits.duration_s;
    this.refresh();
  }

  get model() {
    return this.#models.find(({ id }) => id === byId("model").value) ?? this.#models[0] ?? { id: "", defaults: {} };
  }

  get live() {
    return byId("composer").elements.ending.value === "live";
  }

  get seedLocked() {
    return byId("seed-lock").getAttribute("aria-pressed") === "true";
  }

  get takes() {
    return this.live ? 1 : Number(byId("takes-count").value);
  }

  lockSeed(locked) {
    byId("seed-lock").setAttribute("aria-pressed", locked);
    this.#changed();
  }

  /** The seed that was used, for the eye and for locking. */
  showSeed(seed) {
    if (!this.seedLocked) byId("seed").value = seed;
  }

  #setPrompt(prompt) {
    byId("prompt").value = prompt;
    byId("prompt").focus();
    this.#changed();
  }

  /** @returns {import("./settings.js").Settings} Throws an Error with a sentence. */
  settings() {
    const duration = number(byId("duration-number"));
    if (!this.live && !(duration > 0 && duration <= this.#limits.duration_s)) {
      byId("duration-number").focus();
      throw new Error(`The length is a number of seconds, at most ${this.#limits.duration_s}.`);
    }
    const seed = byId("seed").value.trim();
    if (this.seedLocked && !/^\d{1,19}$/.test(seed)) {
      byId("seed").focus();
      throw new Error("The seed is a whole number; empty, a new one is drawn.");
    }
    const settings = { prompt: byId("prompt").value.trim(), model: this.model.id, duration_s: this.live ? null : duration,
      guidance: number(byId("guidance")), seed: this.seedLocked ? Number(seed) : null };
    for (const name of SAMPLING) {
      settings[name] = number(byId(name));
      if (!byId(name).checkValidity()) {
        byId(name).closest("details").open = true;
        byId(name).focus();
        throw new Error(`${byId(name).labels[0].textContent}: ${byId(name).validationMessage}`);
      }
    }
    return settings;
  }

  /** Puts the settings of a take back into the form. */
  use(settings, seed) {
    byId("prompt").value = settings.prompt;
    if (this.#models.some(({ id }) => id === settings.model)) byId("model").value = settings.model;
    byId("composer").elements.ending.value = settings.duration_s === null ? "live" : "fixed";
    if (settings.duration_s !== null) byId("duration-number").value = byId("duration").value = settings.duration_s;
    this.#guidanceTouched = true;
    byId("guidance").value = settings.guidance;
    for (const name of SAMPLING) byId(name).value = settings[name] ?? "";
    byId("seed").value = seed;
    this.lockSeed(true);
  }

  #restore(values) {
    byId("prompt").value = values.prompt ?? EXAMPLES[0][1];
    if (values.duration_s) byId("duration-number").value = byId("duration").value = values.duration_s;
    if (values.live) byId("composer").elements.ending.value = "live";
    if (values.guidance !== undefined) {
      this.#guidanceTouched = true;
      byId("guidance").value = values.guidance;
    }
    for (const name of SAMPLING) byId(name).value = values[name] ?? "";
    if (values.seed) {
      byId("seed").value = values.seed;
      this.lockSeed(true);
    }
  }

  #changed() {
    this.refresh();
    const values = { prompt: byId("prompt").value, duration_s: number(byId("duration-number")), live: this.live,
      model: byId("model").value || remembered().model, seed: this.seedLocked ? byId("seed").value : "" };
    if (this.#guidanceTouched) values.guidance = Number(byId("guidance").value);
    for (const name of SAMPLING) values[name] = byId(name).value;
    remember(values);
  }

  /** Shows what follows from the values. */
  refresh() {
    const { defaults, summary } = this.model;
    byId("fixed-length").hidden = this.live;
    byId("live-note").hidden = !this.live;
    byId("takes-count").disabled = this.live;
    if (!this.#guidanceTouched && defaults.guidance_scale !== undefined) byId("guidance").value = defaults.guidance_scale;
    byId("guidance-text").value = Number(byId("guidance").value).toFixed(1);
    for (const name of SAMPLING) byId(name).placeholder = defaults[name] ?? "";
    byId("model-note").textContent = summary ?? "";
    byId("generate").textContent = this.live ? "Play live" : this.takes > 1 ? `Generate ${this.takes} takes` : "Generate";
    const left = this.#limits.prompt_characters - byId("prompt").value.length;
    byId("prompt-note").hidden = left > 200;
    byId("prompt-note").textContent = `${left} characters left`;
  }
}
