// The take shown large: picture, position, transport, where to continue from.
import { byId, clock, lasting, make, on } from "./elements.js";
import { drawOutline, drawSpectrogram } from "./drawing.js";
import { nameOf } from "./settings.js";

const LIVE_VIEW_S = 24; // seconds in view of music without end
const LIVE_PLAYHEAD = 0.8; // where in the view it plays

export class Stage {
  take = null;
  sentence = ""; // what its making waits for
  #dirty = true;
  #drawn = ""; // what the picture shows
  #played = 0; // bars
  #outline = null;
  #actionsOf = "";
  #onTake = () => this.refresh();
  #onSound = () => { this.#dirty = true; };

  /** @param {(take) => Node[]} actions buttons of a take that has ended */
  constructor(player, actions) {
    Object.assign(this, { player, actions });
    player.addEventListener("change", () => this.refresh());
    player.addEventListener("position", () => { this.#dirty = true; });
    on("play", "click", () => this.toggle());
    on("seek", "input", () => this.#seek(Number(byId("seek").value)));
    on("marker", "input", () => { this.markerS = Number(byId("marker").value); this.refreshMarker(); });
    new ResizeObserver(() => { this.#dirty = true; }).observe(byId("picture"));
    requestAnimationFrame(() => this.#frame());
  }

  show(take) {
    this.take?.removeEventListener("change", this.#onTake);
    this.take?.removeEventListener("sound", this.#onSound);
    this.take = take;
    take.addEventListener("change", this.#onTake);
    take.addEventListener("sound", this.#onSound);
    this.markerS = null;
    this.refresh();
  }

  tell(sentence) {
    if (sentence === this.sentence) return;
    this.sentence = sentence;
    this.refresh();
  }

  get playsThis() {
    return this.take !== null && this.player.take === this.take;
  }

  get positionS() {
    return this.playsThis ? this.player.positionS : 0;
  }

  toggle() {
    if (!this.take) return;
    if (!this.playsThis) this.player.play(this.take);
    else if (this.player.playing) this.player.pause();
    else this.player.resume();
  }

  #seek(second) {
    const frame = Math.round(second * this.take.rateHz);
    if (this.playsThis) this.player.seek(frame);
    else this.player.play(this.take, frame);
  }

  // The seconds in view: [from, length].
  view() {
    const { take } = this;
    if (take.durationS !== null || take.ended) return [0, Math.max(0.1, take.ended ? take.lengthS : take.durationS)];
    return [Math.max(0, Math.floor(15 * (this.positionS - LIVE_PLAYHEAD * LIVE_VIEW_S)) / 15), LIVE_VIEW_S];
  }

  refresh() {
    this.#dirty = true;
    const { take, player } = this;
    if (!take) return;
    const playing = this.playsThis && player.playing;
    byId("stage").classList.remove("fresh");
    byId("stage").classList.toggle("playing", playing);
    byId("stage").classList.toggle("making", !take.ended);
    byId("stage").classList.toggle("waiting", !take.ended && take.frames === 0);
    const length = take.durationS === null && !take.ended ? "live" : lasting(take.lengthS);
    byId("stage-meta").textContent = [nameOf(take.settings.model), length, take.seed === null ? "" : `seed ${take.seed}`].filter(Boolean).join(" · ");
    byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    byId("play").disabled = take.frames === 0 && take.ended && !take.keptLengthS;
    const state = this.#state();
    if (byId("stage-state").textContent !== state) byId("stage-state").textContent = state;
    byId("seek").disabled = take.frames === 0;
    const stamp = `${take.id} ${take.ended}`; // the buttons stay in place, and in focus, while they hold
    if (stamp !== this.#actionsOf) byId("stage-actions").replaceChildren(...(take.ended && take.lengthS > 0 ? this.actions(take) : []));
    this.#actionsOf = stamp;
    this.refreshMarker();
    this.#drawn = "";
  }

  #state() {
    const { take, player } = this;
    if (take.state === "failed") return "Failed";
    if (this.sentence && !take.ended) return this.sentence;
    if (this.playsThis && player.waiting && !take.ended) return "Collecting sound, so that it will not run dry…";
    if (!take.ended) return take.durationS === null ? "Live" : "Composing";
    return take.state === "stopped" ? "Stopped" : "";
  }

  refreshMarker() {
    const { take } = this;
    const marker = byId("marker");
    marker.hidden = !(take.ended && take.lengthS > 0.5);
    if (marker.hidden) return;
    this.markerS ??= take.lengthS;
    marker.max = take.lengthS;
    marker.value = this.markerS;
    marker.setAttribute("aria-valuetext", clock(this.markerS));
    const button = byId("continue");
    if (button) button.lastChild.data = ` Continue from ${clock(this.markerS)}`;
  }

  #marks() {
    const [from, length] = this.view();
    byId("marks").replaceChildren(...this.take.steerings
      .filter(({ second }) => second >= from && second <= from + length)
      .map(({ second, prompt, guidance }) => {
        const mark = make("span", { class: "mark" }, make("span", {}, prompt ?? `guidance ${guidance}`));
        mark.style.left = `${(100 * (second - from)) / length}%`;
        return mark;
      }));
  }

  #facts() {
    const { take } = this;
    const facts = [];
    const speed = take.ended ? null : take.speed();
    if (speed !== null && take.durationS === null) facts.push(["ahead", lasting(take.heldS - this.positionS)]);
    else if (speed !== null) facts.push(["speed", `${speed.toFixed(1)}× real time`], ["left", lasting(Math.max(0, Math.ceil((take.durationS - take.heldS) / speed)))]);
    if (this.playsThis && this.player.gaps > 0) facts.push(["gaps", this.player.gaps]);
    const text = facts.flat().join();
    if (text === this.shownFacts) return;
    this.shownFacts = text;
    byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]));
  }

  #frame() {
    requestAnimationFrame(() => this.#frame());
    if (!this.#dirty) return;
    this.#dirty = false;
    const { take } = this;
    const spectrogram = byId("spectrogram");
    if (!take) return;
    const [from, length] = this.view();
    const { picture } = take;
    const part = (this.positionS - from) / length;
    const bars = Math.round(spectrogram.clientWidth / 3);
    const drawn = [take.id, picture.count, from, length, bars, spectrogram.clientHeight].join();
    const played = Math.floor(part * bars);
    if (drawn !== this.#drawn) {
      drawSpectrogram(spectrogram, picture, from, length);
      this.#outline = picture.outline(bars, from * picture.columnsPerS, (from + length) * picture.columnsPerS);
      this.#marks();
    }
    if (drawn !== this.#drawn || played !== this.#played) drawOutline(byId("waveform"), this.#outline, part);
    this.#drawn = drawn;
    this.#played = played;
    byId("playhead").hidden = !this.playsThis || part < 0 || part > 1;
    byId("playhead").style.left = `${100 * part}%`;
    this.#facts();
    const words = take.steerings.findLast(({ second, prompt }) => prompt && second <= this.positionS)?.prompt ?? take.settings.prompt;
    byId("stage-title").textContent = words || "Music without words";
    byId("position").textContent = clock(this.positionS);
    byId("length").textContent = take.durationS === null && !take.ended ? "" : ` / ${clock(take.ended ? take.lengthS : take.durationS)}`;
    const seek = byId("seek");
    Object.assign(seek, { min: from, max: from + length, value: this.positionS });
    seek.setAttribute("aria-valuetext", clock(this.positionS));
    Object.assign(byId("stage").dataset, { played: Math.round(this.positionS * take.rateHz), gaps: this.player.gaps });
  }
}
