// Joins the parts of the page: form, stage, live turning, takes.
import * as api from "./api.js";
import { downloads, menu, showCopies, star } from "./actions.js";
import { Composer } from "./composer.js";
import { readColours } from "./drawing.js";
import { announce, button, byId, clock, on, say } from "./elements.js";
import { onKeys } from "./keys.js";
import { keep, load } from "./keeping.js";
import { Library } from "./library.js";
import { Live } from "./live.js";
import { Making } from "./making.js";
import { Player } from "./player.js";
import { connect } from "./server.js";
import { SoundSlot } from "./sounds.js";
import { Stage } from "./stage.js";
import { Take } from "./take.js";
import { setUpTheme } from "./themes.js";
import { encodeWav } from "./wav.js";

const complain = (sentence) => say("trouble", sentence);

readColours();
const player = new Player();
const composer = new Composer();
const MELODY = ["Melody", "A tune to follow: drop a file, choose or record one."];
const STYLE = ["Style", "A sound whose style to follow, by its middle: drop a file, choose or record one."];
const followed = new SoundSlot(byId("followed-slot"), ...MELODY, complain);
const start = new SoundSlot(byId("start-slot"), "Go on from", "A beginning to continue: drop a file, choose or record one.", complain);
const stage = new Stage(player, stageActions);
const live = new Live(player, (prompt) => {
  byId("prompt").value = prompt;
  composer.live = true;
  composer.refresh();
  generate();
});
const library = new Library(player, { open, use, complain, keyed: () => server.keyed });
let running = []; // makings

const server = connect((props) => {
  composer.setServer(props);
  for (const slot of [followed, start]) slot.limitBytes = props.limits.upload_bytes ?? slot.limitBytes;
  suitSlots();
});

function suitSlots() {
  const { melody, style } = composer.model;
  followed.ask(...(style ? STYLE : MELODY));
  followed.forbid(melody === false && !style ? "This model follows no melodies; a melody model does." : "");
}
on("model", "change", suitSlots);

function stageActions(take) {
  return [
    star(take, (changed) => keep(changed).then(() => library.draw())),
    button({ id: "continue", class: "secondary", click: () => goOn(take) }, " Continue"),
    menu("Download", "Download", downloads(take, complain)),
    button({ class: "quiet", click: () => showCopies(take, server.keyed) }, "Copy as…"),
  ];
}

async function open(take, frame) {
  if (player.take !== take && player.take?.durationS === null && !player.take.ended) stop();
  try {
    await player.unlock(take.rateHz);
    await load(take);
    if (running.length === 0 || take !== stage.take) stage.show(take);
    await player.play(take, frame);
  } catch (error) {
    complain(error.message);
  }
}

function use(take) {
  composer.use(take.settings, take.seed);
  byId("prompt").focus();
}

/** Makes what the form says, or goes on from another sound. */
async function generate(goOnFrom = null) {
  complain("");
  let settings;
  try {
    settings = composer.settings();
    await player.unlock();
  } catch (error) {
    return complain(error.message);
  }
  const files = { [composer.model.style ? "style" : "melody"]: followed.file, audio_prompt: goOnFrom?.file ?? start.file };
  settings.start_s = goOnFrom?.lengthS ?? start.lengthS;
  if (settings.duration_s === null) stop();
  const count = goOnFrom ? 1 : composer.takes;
  const takes = Array.from({ length: count }, (_, i) =>
    new Take({ ...settings, seed: settings.seed === null ? null : settings.seed + i }));
  for (const take of takes) {
    take.framesPerS = composer.model.frame_rate ?? 50;
    take.files = Object.fromEntries(Object.entries(files).map(([kind, file]) => [kind, file?.name ?? null]));
  }
  for (const take of takes.slice().reverse()) library.add(take);
  if (count > 1) library.sideBySide(takes);
  stage.show(takes[0]);
  if (innerWidth < 900) byId("stage").scrollIntoView({ block: "start" });
  player.play(takes[0]).catch((error) => complain(error.message));
  announce("Composing.");
  takes.forEach((take) => run(take, files));
}

async function run(take, files) {
  const making = new Making(take, files, () => (player.take === take ? player.positionS : take.heldS),
    (sentence) => stage.take === take && stage.tell(sentence));
  running = [...running, making];
  take.addEventListener("change", () => {
    if (take.seed !== null && stage.take === take) composer.showSeed(take.seed);
    follow();
  });
  follow();
  try {
    await making.run();
    announce(take.state === "made" ? "The music is done." : "Stopped.");
  } catch (error) {
    if (error.name !== "AbortError") complain(error.message);
  }
  running = running.filter((other) => other !== making);
  if (take.frames === 0 && player.take === take) player.stop();
  await library.store(take);
  if (stage.take === take) stage.refresh();
  follow();
}

// The running take on the stage can be turned and everything that runs can be stopped.
function follow() {
  const taken = running.map(({ take }) => take).filter((take) => !take.ended);
  byId("stop").hidden = taken.length === 0;
  byId("pads-block").hidden = !composer.live && stage.take?.durationS !== null;
  const turned = taken.find((take) => take === stage.take && take.durationS === null && take.jobId) ?? null;
  if (turned !== live.take) live.follow(turned);
}

function stop() {
  for (const making of running) making.stop();
  if (player.playing && stage.take?.state === "stopped") player.pause();
}

/** Generates on from the marker of the stage. */
async function goOn(take) {
  try {
    await player.unlock(take.rateHz);
    await load(take);
  } catch (error) {
    return complain(error.message);
  }
  const frames = Math.round(stage.markerS * take.rateHz);
  const bytes = encodeWav(take.samples(take.firstFrame, take.firstFrame + frames), take.channels, take.rateHz);
  const name = `${clock(stage.markerS).replace(":", "m")}s.wav`;
  generate({ file: new File([bytes], name, { type: "audio/wav" }), lengthS: frames / take.rateHz });
}

on("composer", "submit", (event) => {
  event.preventDefault();
  generate();
});
on("stop", "click", stop);
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
addEventListener("pagehide", () => running.forEach((making) => making.stop(true)));
onKeys({ generate, stop, play: () => stage.toggle(), scene: (number) => live.scene(number) });
setUpTheme(() => {
  readColours();
  stage.refresh();
  library.draw();
  followed.draw();
  start.draw();
});
library.read();
