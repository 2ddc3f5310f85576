// Before the first paint: the theme that was chosen on an earlier visit. Not a module, so that it runs at once.
try {
  const theme = localStorage.getItem("musicgen.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that forbids storage follows the system's theme.
}
