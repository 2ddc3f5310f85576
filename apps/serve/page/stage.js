// The take shown large: picture, position, transport, where to continue from.
import { byId, clock, lasting, make, on, say } from "./elements.js";
import { drawOutline, drawSpectrogram } from "./drawing.js";
import { nameOf } from "./settings.js";

const LIVE_VIEW_S = 24; // seconds in view of music without end
const LIVE_PLAYHEAD = 0.8; // where in the view it plays

export class Stage {
  take = null;
  sentence = ""; // what its making waits for
  #asked = false; // a frame
  #view = ""; // what the picture shows
  #columns = 0; // of it that are drawn
  #played = 0; // bars
  #outline = null;
  #actionsOf = "";
  #onTake = () => this.refresh();
  #frameMs = 0;
  #onPosition = () => this.#ask();
  #onSound = () => { if (performance.now() - this.#frameMs > 100) this.#ask(); };

  /** @param {(take) => Node[]} actions buttons of a take that has ended */
  constructor(player, actions) {
    Object.assign(this, { player, actions });
    player.addEventListener("change", () => this.refresh());
    player.addEventListener("position", this.#onPosition);
    on("play", "click", () => this.toggle());
    on("seek", "input", () => this.#seek(Number(byId("seek").value)));
    on("marker", "input", () => { this.markerS = Number(byId("marker").value); this.refreshMarker(); });
    new ResizeObserver(this.#onPosition).observe(byId("picture"));
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
    const { take, player } = this;
    if (!take) return;
    this.#ask();
    const playing = this.playsThis && player.playing;
    const { classList } = byId("stage");
    classList.remove("fresh");
    classList.toggle("playing", playing);
    classList.toggle("making", !take.ended);
    classList.toggle("waiting", !take.ended && take.frames === 0);
    const length = take.durationS === null && !take.ended ? "live" : lasting(take.lengthS);
    say("stage-meta", [nameOf(take.settings.model), length, take.seed === null ? "" : `seed ${take.seed}`].filter(Boolean).join(" · "));
    const play = byId("play");
    play.ariaLabel = playing ? "Pause" : "Play";
    play.disabled = take.frames === 0 && take.ended && !take.keptLengthS;
    say("stage-state", this.#state());
    byId("seek").disabled = take.frames === 0;
    const stamp = `${take.id} ${take.ended}`; // the buttons stay in place, and in focus, while they hold
    if (stamp !== this.#actionsOf) byId("stage-actions").replaceChildren(...(take.ended && take.lengthS > 0 ? this.actions(take) : []));
    this.#actionsOf = stamp;
    this.refreshMarker();
    this.#view = "";
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
    Object.assign(marker, { max: take.lengthS, value: this.markerS, ariaValueText: clock(this.markerS) });
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
    byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  }

  // The model may want the processor.
  #ask() {
    if (!this.#asked) requestAnimationFrame(() => this.#frame());
    this.#asked = true;
  }

  #frame() {
    this.#asked = false;
    this.#frameMs = performance.now();
    const { take } = this;
    const spectrogram = byId("spectrogram");
    if (!take) return;
    const [from, length] = this.view();
    const { picture } = take;
    const part = (this.positionS - from) / length;
    const bars = Math.round(spectrogram.clientWidth / 3);
    const view = [take.id, from, length, spectrogram.clientWidth, spectrogram.clientHeight, devicePixelRatio].join();
    const played = Math.floor(part * bars);
    const turned = view !== this.#view;
    if (turned) this.#marks();
    if (turned || picture.count !== this.#columns) {
      drawSpectrogram(spectrogram, picture, from, length, turned ? 0 : this.#columns);
      this.#outline = picture.outline(bars, from * picture.columnsPerS, (from + length) * picture.columnsPerS);
      this.#played = null;
    }
    if (played !== this.#played) drawOutline(byId("waveform"), this.#outline, part);
    this.#view = view;
    this.#columns = picture.count;
    this.#played = played;
    const playhead = byId("playhead");
    playhead.hidden = !this.playsThis || part < 0 || part > 1;
    playhead.style.left = `${100 * part}%`;
    this.#facts();
    const words = take.steerings.findLast(({ second, prompt }) => prompt && second <= this.positionS)?.prompt ?? take.settings.prompt;
    say("stage-title", words || "Music without words");
    say("position", clock(this.positionS));
    say("length", take.durationS === null && !take.ended ? "" : ` / ${clock(take.ended ? take.lengthS : take.durationS)}`);
    Object.assign(byId("seek"), { min: from, max: from + length, value: this.positionS, ariaValueText: clock(this.positionS) });
    Object.assign(byId("stage").dataset, { played: Math.round(this.positionS * take.rateHz), gaps: this.player.gaps });
  }
}
