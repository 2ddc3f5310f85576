// Light, dark, or as the system has it.
import { announce, byId } from "./elements.js";

const ORDER = ["system", "light", "dark"];
const NAMES = { system: "as the system", light: "light", dark: "dark" };

/** @param {() => void} changed after the colours are others */
export function setUpTheme(changed) {
  const root = document.documentElement;
  const button = byId("theme");
  const name = () => root.dataset.theme ?? "system";
  const show = () => {
    button.setAttribute("aria-label", `Theme: ${NAMES[name()]}`);
    button.title = `Theme: ${NAMES[name()]}`;
    changed();
  };
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(name()) + 1) % ORDER.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("musicgen.theme", next);
    } catch {
      // It lasts as long as the page.
    }
    show();
    announce(`Theme: ${NAMES[next]}.`);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  show();
}
