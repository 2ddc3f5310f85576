// Looks at the page as it is and returns what somebody could not see, reach or understand: [sentence].
() => {
  const faults = [];
  const fault = (element, sentence) => {
    const id = element.id ? `#${element.id}` : `.${element.className?.baseVal ?? element.className}`;
    faults.push(`${element.localName}${id}: ${sentence}`);
  };
  const shown = (element) => element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true }) && element.getClientRects().length > 0;
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);

  // Names. Of the ways to name something, those that the page uses.
  const textOf = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const name = (element) => (element.ariaLabel ?? "") ||
    (element.hasAttribute("aria-labelledby") ? textOf(element.getAttribute("aria-labelledby")) : "") ||
    [...(element.labels ?? [])].map((label) => label.textContent).join(" ") ||
    (element.matches("input, select, textarea, section, dialog") ? "" : element.textContent);
  for (const element of all("button, summary, a, input, select, textarea, dialog, [role=group], fieldset[role], nav, section")) {
    if (!name(element).trim()) fault(element, "has no name");
  }
  for (const image of all("img")) if (!image.hasAttribute("alt")) fault(image, "has no alt");
  for (const canvas of all("canvas, svg")) if (canvas.ariaHidden !== "true") fault(canvas, "is neither named nor hidden");

  // Structure.
  if (!document.documentElement.lang) faults.push("the page says no language");
  if (!document.title) faults.push("the page has no title");
  for (const [selector, count] of [["h1", 1], ["main", 1], ["body > header", 1]]) {
    if (all(selector).length !== count) faults.push(`${all(selector).length} of ${selector}`);
  }
  let level = 0;
  for (const heading of all("h1, h2, h3, h4")) {
    const next = Number(heading.localName[1]);
    if (next > level + 1) fault(heading, `follows a heading of level ${level}`);
    level = next;
  }
  for (const item of all("ul > :not(li), ol > :not(li)")) fault(item, "in a list, but no item");
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.push(`id ${id} twice`);

  // ARIA.
  const roles = ["alert", "group", "region", "status"];
  for (const element of document.querySelectorAll("*")) {
    for (const { name: attribute, value } of element.attributes) {
      if (/^aria-(labelledby|describedby|controls)$/.test(attribute)) {
        for (const id of value.split(/\s+/)) if (!document.getElementById(id)) fault(element, `${attribute} names ${id}, which is not there`);
      } else if (/^aria-(pressed|expanded|hidden|checked)$/.test(attribute) && !/^(true|false)$/.test(value)) {
        fault(element, `${attribute} is "${value}"`);
      } else if (attribute === "role" && !roles.includes(value)) {
        fault(element, `role ${value}`);
      } else if (attribute === "tabindex" && Number(value) > 0) {
        fault(element, "has its own place in the order of focus");
      }
    }
    if (element.ariaHidden === "true" && element.querySelector("button, a, input, select, textarea, [tabindex]")) fault(element, "is hidden, but takes focus inside");
  }

  // Contrast of text (WCAG 1.4.3), of the borders of fields (1.4.11), and the size of targets (2.5.8).
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((x, i) => a * x + (1 - a) * below[i]);
  const background = (element) => {
    const colour = parse(getComputedStyle(element).backgroundColor);
    if (colour[3] === 1 || !element.parentElement) return colour[3] === 0 ? [255, 255, 255] : colour.slice(0, 3);
    return over(colour, background(element.parentElement));
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((x) => (x / 255 <= 0.03928 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  for (const element of all("body *")) {
    const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (texts.length === 0 && !(element.matches("input, textarea") && element.value)) continue;
    if (element.matches(":disabled, option, .unseen, script") || element.matches("input[type=range], input[type=radio], input[type=checkbox]")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const below = background(element);
    const found = contrast(over(parse(style.color), below), below);
    if (found < (large ? 3 : 4.5)) fault(element, `text of contrast ${found.toFixed(2)}: ${element.textContent.slice(0, 30)}`);
  }
  for (const field of all("input:is([type=text], [type=number], [type=password]), select, textarea")) {
    const found = contrast(parse(getComputedStyle(field).borderTopColor).slice(0, 3), background(field.parentElement));
    if (!field.disabled && found < 3) fault(field, `border of contrast ${found.toFixed(2)}`);
  }
  for (const target of all("button, summary, select, input:not([type=radio], [type=checkbox])")) {
    const { width, height } = target.getBoundingClientRect();
    if (width < 24 || height < 24) fault(target, `is ${width} by ${height} pixels`);
  }
  return faults;
}
