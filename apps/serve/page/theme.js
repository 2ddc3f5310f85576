// Before the first paint: the theme of an earlier visit, or the system's. Not a module, so that it
// runs at once.
{
  let theme = null;
  try {
    theme = localStorage.getItem("musicgen.theme");
  } catch {
    // A browser that forbids storage follows the system.
  }
  if (theme !== "light" && theme !== "dark") theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
}
