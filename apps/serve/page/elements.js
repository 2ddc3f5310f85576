// Small things that every part of the page needs of the document.

export const byId = (id) => document.getElementById(id);
/** Sets a text; the same again costs a layout. */
export function say(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}
export const on = (id, event, listener) => byId(id).addEventListener(event, listener);

/** An element with attributes (functions: listeners) and children. */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const button = (attributes, ...children) => make("button", { type: "button", ...attributes }, ...children);

export function icon(path) {
  const [svg, line] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.ariaHidden = true;
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Says it to screen readers. */
export function announce(sentence) {
  byId("announcer").textContent = sentence;
}

/** 83.25 → "1:23.2". */
export function clock(seconds) {
  const tenths = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}

export const lasting = (seconds) => `${Math.round(10 * seconds) / 10} s`;

export function download(bytes, name, type) {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
