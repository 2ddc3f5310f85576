import {Music} from "./music.js";

// The scenes of the game, from left to right, and what each sounds like.
const scenes = [
  {name: "meadow", colour: "#3a6b35", input: "a calm folk tune with acoustic guitar and flute, 80 bpm, in g major"},
  {name: "cave", colour: "#2b2b45", input: "a dark slow ambient piece with warm pad and bass, 70 bpm, in a minor"},
  {name: "siege", colour: "#7a2a22", input: "a fast dramatic orchestral piece with strings and drums, 140 bpm, in d minor",
   guidance_scale: 4},
];
const SETTLE_MS = 400;  // who turns round at once has not changed the scene

const stage = document.getElementById("stage"), pen = stage.getContext("2d");
const says = document.getElementById("says"), button = document.getElementById("play");
const walker = {x: 120, wanted: null, keys: new Set()};
let music = null, played = scenes[0], settle = 0;

const sceneAt = (x) => scenes[Math.min(scenes.length - 1, Math.floor(x / stage.width * scenes.length))];
const settings = ({input, guidance_scale = 3}) => ({input, guidance_scale});

function enter(scene) {
  clearTimeout(settle);
  if (!music?.job || scene === played) return;
  settle = setTimeout(async () => {
    played = scene;
    says.textContent = `${scene.name}: the music turns …`;
    try {
      const wait_s = await music.steer(settings(scene));
      if (played === scene) says.textContent = `${scene.name}: the music turns in ${wait_s.toFixed(1)} s`;
    } catch (error) {
      says.textContent = error.message;
    }
  }, SETTLE_MS);
}

let before = performance.now(), inside = scenes[0];
function frame(now) {
  const seconds = Math.min(0.1, (now - before) / 1000);
  before = now;
  let direction = (walker.keys.has("ArrowRight") ? 1 : 0) - (walker.keys.has("ArrowLeft") ? 1 : 0);
  if (!direction && walker.wanted !== null && Math.abs(walker.wanted - walker.x) > 4) {
    direction = Math.sign(walker.wanted - walker.x);
  }
  walker.x = Math.max(10, Math.min(stage.width - 10, walker.x + direction * 220 * seconds));
  scenes.forEach((scene, i) => {
    const width = stage.width / scenes.length;
    pen.fillStyle = scene.colour;
    pen.fillRect(i * width, 0, width, stage.height);
    pen.fillStyle = "#fff8";
    pen.font = "24px system-ui";
    pen.fillText(scene.name, i * width + 16, 36);
  });
  pen.fillStyle = "#ffd866";
  const step = direction ? 6 * Math.abs(Math.sin(now / 90)) : 0;
  pen.beginPath();
  pen.arc(walker.x, stage.height - 60 - step, 18, 0, 2 * Math.PI);
  pen.fill();
  const scene = sceneAt(walker.x);
  if (scene !== inside) enter(inside = scene);
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

addEventListener("keydown", (event) => {
  if (event.key.startsWith("Arrow")) walker.wanted = null;
  walker.keys.add(event.key);
});
addEventListener("keyup", (event) => walker.keys.delete(event.key));
stage.addEventListener("pointerdown", (event) => {
  walker.wanted = event.offsetX / stage.clientWidth * stage.width;
});

button.addEventListener("click", async () => {
  if (music) {
    music.stop.abort();
    return;
  }
  button.textContent = "Stop";
  music = new Music();
  played = inside;
  try {
    await music.start(played.input, settings(played));
  } catch (error) {
    if (error.name !== "AbortError") says.textContent = error.message;
  }
  music.context.close();
  music = null;
  button.textContent = "Play";
});
