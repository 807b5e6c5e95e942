/* Starts the player on a folium map: its own container becomes the player's map. */
(function () {
  "use strict";
  const root = document.getElementById("__ROOT__");
  const map = __MAP__;
  const scene = JSON.parse(root.querySelector("script.tracker-scene").textContent);
  root.trackerPlayer = globalThis.TrackerPlayer.attach(root, scene, { leaflet: globalThis.L, map });
  // The map was made for the whole page and now has a part of it.
  const [west, south, east, north] = scene.bbox;
  map.invalidateSize({ animate: false, pan: false });
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.attributionControl?.setPrefix(false);
})();
