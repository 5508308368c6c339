// What the browser offers now and then: to install the app, and a new version of it. Both may come before the app has
// started, so they are kept here, and the app shows them: it hears "maydan-offers" whenever something changed.
const offers = {
  install: null,
  update: null,

  /** Shows the browser's own question. It can be asked once. */
  async takeInstall() {
    const event = offers.install;
    offers.install = null;
    tell();
    await event?.prompt();
  },

  /** Starts this page with the new version. */
  takeUpdate() {
    if (offers.update instanceof ServiceWorker && offers.update.state === "installed") {
      agreed = true;
      offers.update.postMessage("update");
    } else {
      location.reload();
    }
  },
};
let agreed = false;

function tell() {
  window.dispatchEvent(new Event("maydan-offers"));
}

function follow(registration) {
  const look = () => {
    // Without a controller this is the first version, not a new one.
    if (registration.waiting && navigator.serviceWorker.controller) offers.update = registration.waiting;
    tell();
  };
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  // A page stays open for days on a phone.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  });
}

/** Begins to listen; keeps the app's files for the days without a network. */
export function start() {
  window.maydanOffers = offers;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offers.install = event;
    tell();
  });
  window.addEventListener("appinstalled", () => {
    offers.install = null;
    tell();
  });
  if (!("serviceWorker" in navigator)) return;
  let controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (agreed) location.reload();
    // Another tab agreed to the new version: here somebody may be in the middle of a form.
    else if (controlled) offers.update = "reload";
    controlled = true;
    tell();
  });
  navigator.serviceWorker.register("./sw.js").then(follow, (error) => console.warn("no offline start:", error));
}
