// What an ended take is good for: download, copy, use again.
import * as api from "./api.js";
import { button, byId, download, icon, make, on, say } from "./elements.js";
import * as history from "./history.js";
import { commandLine, curl, pythonCode } from "./snippets.js";

const TYPES = { wav: "audio/wav", flac: "audio/flac", mp3: "audio/mpeg" };

function fileName(take, format) {
  const words = take.settings.prompt.toLowerCase().replace(/[^a-z0-9]+/g, "-").split("-").filter(Boolean).slice(0, 6);
  return `${[...words, take.seed].join("-")}.${format}`;
}

/** WAV is the browser's own; others come from the server while it knows the job. */
export async function save(take, format) {
  let bytes;
  if (format === "wav") {
    bytes = take.file ?? (await history.sound(take.id));
  } else {
    if (take.state !== "made" || !take.jobId) throw new Error("Only a finished take can be had in other formats; there is the WAV.");
    try {
      bytes = await api.jobAudio(take.jobId, format);
    } catch (error) {
      throw error.status === 404 ? new Error("The server has forgotten this take; the WAV is still here, and generating with the same seed gives the same.") : error;
    }
  }
  download(bytes, fileName(take, format), TYPES[format]);
}

export function menu(label, shown, items) {
  const shut = () => {
    details.open = false;
    details.firstChild.focus();
  };
  const list = make("div", { class: "menu-items" }, ...items.map(([text, act]) => button({ click: () => {
    shut();
    act();
  } }, text)));
  const details = make("details", { class: "menu", keydown: (event) => {
    if (event.key !== "Escape" || !details.open) return;
    event.stopPropagation();
    shut();
  }, focusout: (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) details.open = false;
  } }, make("summary", { "aria-label": label, title: label }, shown), list);
  return details;
}

document.addEventListener("click", ({ target }) => {
  for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(target)) open.open = false;
});

export const downloads = (take, complain) => Object.keys(TYPES).map((format) =>
  [format.toUpperCase(), () => save(take, format).catch((error) => complain(error.message))]);

const KINDS = { curl: (what) => curl(what, location.origin), "command line": commandLine, Python: pythonCode };

export function showCopies(take, keyed) {
  const what = { settings: take.settings, seed: take.seed, lengthS: take.durationS ?? Math.round(10 * take.lengthS) / 10,
    files: take.files, keyed };
  const choose = (kind) => {
    say("copy-text", KINDS[kind](what));
    say("copy-state", "");
    for (const button of byId("copy-kinds").children) button.ariaPressed = button.dataset.kind === kind;
  };
  byId("copy-kinds").replaceChildren(...Object.keys(KINDS).map((kind) =>
    button({ "data-kind": kind, click: () => choose(kind) }, kind)));
  choose("curl");
  byId("copy-dialog").showModal();
}

async function copy() {
  const text = byId("copy-text");
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    getSelection().selectAllChildren(text); // plain http: the browser keeps its clipboard to itself
    document.execCommand("copy");
  }
  say("copy-state", "Copied.");
}

on("copy-now", "click", copy);
on("copy-close", "click", () => byId("copy-dialog").close());

const STAR = "M10 2.8l2.2 4.6 5 .7-3.6 3.5.9 5-4.5-2.4-4.5 2.4.9-5L2.8 8.1l5-.7z";

export function star(take, changed) {
  return button({ class: "quiet round star", "aria-pressed": take.favourite, "aria-label": "Favourite", title: "Favourite",
    click: ({ currentTarget }) => {
      take.favourite = !take.favourite;
      currentTarget.ariaPressed = take.favourite;
      changed(take);
    } }, icon(STAR));
}
