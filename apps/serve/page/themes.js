// Light, dark, or as the system has it (theme.js sets it before the first paint).
import { announce, byId } from "./elements.js";

const STORE = "musicgen.theme";
const NAMES = { system: "as the system", light: "light", dark: "dark" };

/** @param {() => void} changed after the colours are others */
export function setUpTheme(changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = byId("theme");
  let name = localStorage.getItem(STORE) ?? "system";
  const show = () => {
    document.documentElement.dataset.theme = name !== "system" ? name : system.matches ? "dark" : "light";
    button.ariaLabel = button.title = `Theme: ${NAMES[name]}`;
    changed();
  };
  button.addEventListener("click", () => {
    const names = Object.keys(NAMES);
    name = names[(names.indexOf(name) + 1) % names.length];
    localStorage.setItem(STORE, name);
    show();
    announce(`Theme: ${NAMES[name]}.`);
  });
  system.addEventListener("change", show);
  show();
}
