/* Starts the player on a folium map: its own container becomes the player's map. */
(function () {
  "use strict";
  const root = document.getElementById("__ROOT__");
  const scene = JSON.parse(root.querySelector("script.tracker-scene").textContent);
  root.trackerPlayer = globalThis.TrackerPlayer.attach(root, scene, { leaflet: globalThis.L, map: __MAP__ });
})();
