// Applies the person's language and theme before anything is drawn, then starts the app.
// The app is imported afterwards and not at the top: imports would run first, and the first paint would be a wrong one.

const html = document.documentElement;

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden; the defaults then hold
  }
}

const english = stored("maydan.language") === "en";
html.lang = english ? "en" : "ar";
html.dir = english ? "ltr" : "rtl";

const theme = stored("maydan.theme");
html.dataset.theme = theme === "light" || theme === "dark" ? theme : "system";

// The app's own window has its files at hand and is installed already.
if (!("__TAURI_INTERNALS__" in window)) {
  // Beside the app: without it nothing is offered, and everything else works.
  import("./offers.js").then(({ start }) => start()).catch((error) => console.warn("nothing is offered:", error));
}

try {
  const { default: init } = await import("./maydan_ui.js");
  await init();
} catch (error) {
  console.error(error);
  document.getElementById("boot-failed").hidden = false;
}
