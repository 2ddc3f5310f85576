// The list of takes, and those that are laid side by side.
import { button, byId, icon, lasting, make, on, say } from "./elements.js";
import { downloads, menu, showCopies, star } from "./actions.js";
import { drawOutline } from "./drawing.js";
import * as history from "./history.js";
import { keep, restore } from "./keeping.js";

const PLAY = "M6 3.5v13l11-6.5z";
const PAUSE = "M5 3.5h3.6v13H5zM11.4 3.5H15v13h-3.6z";
const POINTS = 120; // of a small waveform

export class Library {
  #takes = new Map(); // by id, newest first
  #unkept = new Set(); // takes that are not in the history yet
  #compared = []; // ids

  /** @param {object} does open(take, frame), use(take), complain(sentence), keyed() */
  constructor(player, does) {
    Object.assign(this, { player, does });
    on("favourites-only", "change", () => this.draw());
    on("compare-clear", "click", () => this.#compare([]));
    player.addEventListener("change", () => this.#mark());
    player.addEventListener("position", () => this.#mark());
    history.onOtherTab(() => this.read());
  }

  async read() {
    try {
      const unkept = new Set(this.#unkept);
      const records = await history.all();
      const old = this.#takes;
      this.#takes = new Map([...old].filter(([, take]) => unkept.has(take) || this.#unkept.has(take)));
      for (const record of records) {
        const known = old.get(record.id);
        if (known) known.favourite = record.favourite;
        this.#takes.set(record.id, known ?? restore(record));
      }
    } catch {
      say("library-note", "This browser keeps no history for the page.");
    }
    this.draw();
  }

  add(take) {
    this.#unkept.add(take);
    this.#takes = new Map([[take.id, take], ...this.#takes]);
    take.addEventListener("change", () => this.draw());
    let due = false;
    take.addEventListener("sound", () => {
      if (due) return;
      due = true;
      setTimeout(() => { due = false; this.#mark(); }, 120);
    });
    this.draw();
  }

  async store(take) {
    if (take.frames === 0) this.#takes.delete(take.id);
    else await keep(take, true).catch(() => say("library-note", "This browser did not keep the take; download it."));
    this.#unkept.delete(take);
    this.draw();
  }

  sideBySide(takes) {
    this.#compare(takes.map(({ id }) => id));
  }

  #compare(ids) {
    this.#compared = ids.slice(-4);
    this.draw();
  }

  async #remove(take) {
    if (this.player.take === take) this.player.stop();
    this.#takes.delete(take.id);
    this.#compared = this.#compared.filter((id) => id !== take.id);
    await history.remove(take.id).catch(() => {});
    this.draw();
    (byId("takes").querySelector("button") ?? byId("prompt")).focus();
  }

  // One of several that are compared goes on where the one before is.
  #play(take) {
    const { player } = this;
    if (player.take === take) return player.playing ? player.pause() : player.resume();
    const together = player.take && this.#compared.includes(take.id) && this.#compared.includes(player.take.id);
    this.does.open(take, together ? player.position : 0);
  }

  draw() {
    this.#compared = this.#compared.filter((id) => this.#takes.has(id));
    const only = byId("favourites-only").checked;
    const shown = [...this.#takes.values()].filter((take) => !only || take.favourite);
    const focus = document.activeElement?.closest?.("[data-take]");
    const at = focus ? [focus.parentElement.id, focus.dataset.take, [...focus.querySelectorAll("button, summary")].indexOf(document.activeElement)] : null;
    byId("takes").replaceChildren(...shown.map((take) => this.#card(take, "li")));
    byId("compare").hidden = this.#compared.length === 0;
    byId("compare-list").replaceChildren(...this.#compared.map((id) => this.#card(this.#takes.get(id), "article")));
    byId("takes-empty").hidden = shown.length > 0;
    say("takes-empty", only ? "No favourites yet." : "What you make is kept here, in this browser.");
    if (at) byId(at[0])?.querySelector(`[data-take="${at[1]}"]`)?.querySelectorAll("button, summary")[at[2]]?.focus();
    this.#mark();
  }

  #card(take, tag) {
    const compared = this.#compared.includes(take.id);
    const words = take.settings.prompt || "Music without words";
    const details = [(take.ended || take.durationS) && lasting(take.lengthS), take.settings.duration_s === null && "live", `seed ${take.seed ?? "?"}`, `guidance ${take.settings.guidance}`,
      take.files.melody && "with a melody", take.files.style && "with a style", take.files.audio_prompt && "continued",
      take.state === "stopped" && take.settings.duration_s !== null && "stopped"].filter(Boolean).join(" · ");
    const play = button({ class: "round play small", click: () => this.#play(take) }, icon(PLAY));
    return make(tag, { class: "card", "data-take": take.id }, play,
      make("div", { class: "card-text" }, make("p", { class: "words", title: words }, words), make("p", { class: "note" }, details)),
      make("canvas", { "aria-hidden": "true" }),
      make("div", { class: "card-actions" }, star(take, (changed) => keep(changed).then(() => this.draw())),
        button({ class: "quiet compare-toggle", "aria-pressed": compared, click: () =>
          this.#compare(compared ? this.#compared.filter((id) => id !== take.id) : [...this.#compared, take.id]) }, "Compare"),
        menu(`More for ${words}`, "⋯", [...downloads(take, this.does.complain).map(([name, act]) => [`Download ${name}`, act]),
          ["Copy as…", () => showCopies(take, this.does.keyed())], ["Use these settings", () => this.does.use(take)], ["Delete", () => this.#remove(take)]])));
  }

  #mark() {
    const { player } = this;
    for (const card of document.querySelectorAll("[data-take]")) {
      const take = this.#takes.get(card.dataset.take);
      if (!take) continue;
      const current = player.take === take;
      const part = current ? player.positionS / Math.max(0.1, take.lengthS) : 0;
      const stamp = `${Math.floor(part * POINTS)} ${take.frames} ${card.clientWidth} ${document.documentElement.dataset.theme}`;
      const playing = current && player.playing;
      card.classList.toggle("current", current);
      const play = card.querySelector(".play");
      const label = `${playing ? "Pause" : "Play"}: ${take.settings.prompt || "music without words"}, seed ${take.seed ?? "?"}`;
      if (play.ariaLabel !== label) {
        play.ariaLabel = label;
        play.querySelector("path").setAttribute("d", playing ? PAUSE : PLAY);
      }
      if (card.dataset.drawn === stamp) continue;
      card.dataset.drawn = stamp;
      drawOutline(card.querySelector("canvas"), take.outline(POINTS), part);
    }
  }
}

