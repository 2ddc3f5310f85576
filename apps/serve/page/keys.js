// Keys for all of the page; single letters can be switched off.
import { byId, on } from "./elements.js";

const TYPING = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select";

/** @param {object} does the keys' work: generate, stop, play, scene */
export function onKeys(does) {
  byId("keys").checked = localStorage.getItem("musicgen.keys") !== "off";
  on("keys", "change", () => localStorage.setItem("musicgen.keys", byId("keys").checked ? "on" : "off"));
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return does.generate();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !byId("keys").checked) return;
    if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    if (event.key === " " && !event.target.closest("button, summary, a, input")) {
      event.preventDefault();
      does.play();
    } else if (event.key === "s" || event.key === "S") {
      does.stop();
    } else if (/^[1-9]$/.test(event.key) && !byId("pads-block").hidden) {
      does.scene(Number(event.key));
    }
  });
}
