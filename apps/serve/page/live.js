// Turns the music that is being made: new words, another guidance, a row of scenes.
import * as api from "./api.js";
import { button, byId, clock, make, on, say } from "./elements.js";
import { EXAMPLES } from "./examples.js";

const STORE = "musicgen.scenes";

function storedScenes() {
  try {
    const scenes = JSON.parse(localStorage.getItem(STORE));
    if (Array.isArray(scenes)) return scenes.map(String);
  } catch {
    // The examples, then.
  }
  return EXAMPLES.map(([, prompt]) => prompt);
}

export class Live {
  #scenes = storedScenes();
  take = null; // the one that is turned
  #turns = 0;
  #turn = null; // {second, take}: the last one that is not heard yet

  /** @param {(prompt: string) => void} begin starts live music */
  constructor(player, begin) {
    Object.assign(this, { player, begin });
    on("steer", "submit", (event) => {
      event.preventDefault();
      const prompt = byId("steer-prompt").value.trim();
      this.#steer({ guidance_scale: Number(byId("steer-guidance").value), ...(prompt !== this.prompt && { input: prompt }) });
    });
    on("steer-guidance", "input", () => this.#showGuidance());
    on("steer-guidance", "change", () => this.#steer({ guidance_scale: Number(byId("steer-guidance").value) }));
    player.addEventListener("position", () => this.#heard());
    this.#drawScenes();
  }

  /** The take that is turned from now on; null: none. */
  follow(take) {
    this.take = take;
    this.#turn = null;
    byId("live").hidden = take === null;
    say("steer-state", "");
    if (take) {
      byId("steer-prompt").value = take.settings.prompt;
      byId("steer-guidance").value = take.settings.guidance;
      this.prompt = take.settings.prompt;
      this.#showGuidance();
    }
    this.#drawScenes();
  }

  /** A scene by its number from 1: turns to it, or begins with it. */
  scene(number) {
    const prompt = this.#scenes[number - 1];
    if (!prompt) return;
    if (!this.take) return this.begin(prompt);
    byId("steer-prompt").value = prompt;
    this.#steer({ input: prompt });
  }

  #showGuidance() {
    byId("steer-guidance-text").value = Number(byId("steer-guidance").value).toFixed(1);
  }

  async #steer(change) {
    const take = this.take;
    if (!take?.jobId) return;
    const turn = ++this.#turns;
    const tell = (sentence) => { if (take === this.take && turn === this.#turns) say("steer-state", sentence); };
    tell("Turning…");
    if (change.input !== undefined) this.prompt = change.input;
    this.#drawScenes();
    try {
      const { steered_step: step } = await api.steer(take.jobId, change);
      if (step === undefined || step === null) return tell("The server has taken it; it holds in a moment.");
      if (step < 0) return tell("This model takes new words only at its next window, and none is to come.");
      const second = step / take.framesPerS;
      take.steered(second, { prompt: change.input, guidance: change.guidance_scale });
      if (turn === this.#turns) this.#turn = { second, take };
      const inS = second - this.player.positionS;
      tell(`It turns at ${clock(second)}${inS > 0.2 ? `, in ${inS.toFixed(1)} s` : ""}.`);
    } catch (error) {
      tell(error.message);
    }
  }

  #heard() {
    const turn = this.#turn;
    if (!turn || this.player.take !== turn.take || this.player.positionS < turn.second) return;
    this.#turn = null;
    say("steer-state", `Turned at ${clock(turn.second)}.`);
  }

  #drawScenes() {
    const scenes = this.#scenes.map((prompt, i) => {
      const now = this.take !== null && prompt === this.prompt;
      const play = button({ class: "pad", "aria-pressed": now, click: () => this.scene(i + 1) },
        make("kbd", {}, i + 1), make("span", { class: "words" }, prompt));
      const edit = button({ class: "quiet pad-edit", "aria-label": `Change scene ${i + 1}`, title: "Change", click: () => this.#edit(i) }, "✎");
      return make("li", {}, play, edit);
    });
    if (this.#scenes.length < 9) {
      scenes.push(make("li", {}, button({ class: "pad add", click: () => this.#edit(this.#scenes.length) }, "+ a scene")));
    }
    byId("pads").replaceChildren(...scenes);
  }

  #edit(i) {
    const input = make("textarea", { rows: 3, maxlength: 4096, "aria-label": `Scene ${i + 1}` });
    input.value = this.#scenes[i] ?? byId("prompt").value;
    const done = (keep) => {
      if (!input.isConnected) return;
      const prompt = input.value.trim();
      if (keep && prompt) this.#scenes[i] = prompt;
      else if (keep) this.#scenes.splice(i, 1);
      localStorage.setItem(STORE, JSON.stringify(this.#scenes));
      this.#drawScenes();
      byId("pads").children[Math.min(i, byId("pads").children.length - 1)].querySelector("button").focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        done(event.key === "Enter");
      }
    });
    input.addEventListener("blur", () => setTimeout(() => done(true)));
    byId("pads").children[i].replaceChildren(input);
    input.focus();
    input.select();
  }
}
