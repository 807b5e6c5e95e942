/* Starts a player on every figure of the page that brings its scene along. */
(function () {
  "use strict";
  for (const root of document.querySelectorAll(".tracker")) {
    const data = root.querySelector("script.tracker-scene");
    if (!data) continue;
    root.trackerPlayer = globalThis.TrackerPlayer.attach(root, JSON.parse(data.textContent), { leaflet: globalThis.L });
  }
})();
