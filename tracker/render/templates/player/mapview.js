/* The map: roads and names that rest, one canvas that moves, and what lies under a click. */
(function (P) {
  "use strict";

  // Room for the scale and the credit at the lower edge.
  const FIT = { animate: false, paddingTopLeft: [8, 8], paddingBottomRight: [8, 24] };

  function ownMap(leaflet, slot, scene, words, calm) {
    const thumb = globalThis.matchMedia?.("(pointer: coarse)").matches;
    const map = leaflet.map(slot, {
      preferCanvas: true, zoomSnap: 0.1, zoomControl: false, attributionControl: true, maxZoom: 15,
      zoomAnimation: !calm, fadeAnimation: !calm, inertia: !calm, markerZoomAnimation: false,
      // One finger scrolls the article, two move the map; the wheel zooms only a map that has been chosen.
      dragging: !thumb, scrollWheelZoom: false,
    });
    map.attributionControl.setPrefix(false);
    leaflet.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    leaflet.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    const [west, south, east, north] = scene.bbox;
    map.fitBounds([[south, west], [north, east]], FIT);
    return map;
  }

  function groundLayer(leaflet, { roads, context }) {
    const renderer = leaflet.canvas({ padding: 0.3 });
    const under = P.contextLayer(leaflet, renderer, context);
    const rank = (road) => P.roadLook(road.class)[1];
    // Great roads last, so that they run over the small ones.
    const lines = [...roads].sort((a, b) => rank(a) - rank(b)).map((road) => {
      const [color, weight] = P.roadLook(road.class);
      return leaflet.polyline(road.lines, {
        renderer, color, weight, interactive: false, smoothFactor: 1.2, dashArray: road.inferred ? "5 5" : null,
      });
    });
    return { group: leaflet.layerGroup([...under.lines, ...lines]), renderer, show: under.show };
  }

  /** Boxes of the map's own controls in its pixels: no name can be read under them. */
  function controlBoxes(map) {
    const whole = map.getContainer().getBoundingClientRect();
    return [...map.getContainer().querySelectorAll(".leaflet-control")].map((one) => one.getBoundingClientRect())
      .filter((box) => box.width && box.height)
      .map((box) => [box.left - whole.left, box.top - whole.top, box.right - whole.left, box.bottom - whole.top]);
  }

  const WATER_FONT = `italic 11.5px ${P.FONT}`;

  /** Step of detail that rivers and borders have in a view. */
  const stepIn = (view, context) => P.stepFor(context, 1 / view.pixels(1, (view.top + view.height / 2) / view.scale));

  /** The names of places that fit, and of waters where these leave room, with their boxes. */
  function fitLabels({ g, view }, { scene, reports, context }, russian, controls) {
    const fonts = [`600 13px ${P.FONT}`, `500 12px ${P.FONT}`, `11.5px ${P.FONT}`, `11px ${P.FONT}`];
    const measured = scene.labels.map((label) => {
      const text = (russian && label.local) || label.text;
      const font = fonts[P.clamp(label.rank, 1, 4) - 1];
      g.font = font;
      const [x, y] = P.world(label.lon / scene.scale, label.lat / scene.scale);
      return { text, font, rank: label.rank, x: view.x(x), y: view.y(y), width: g.measureText(text).width, height: 14 };
    });
    const symbols = reports.filter((report) => report.placed).map((report) => [view.x(report.x), view.y(report.y)]);
    const places = P.placeLabels(measured, view, controls, symbols);
    const taken = [...controls, ...places.flatMap(({ x, y, box }) => [box, [x - 4, y - 4, x + 4, y + 4]])];
    const widthOf = (text) => { g.font = WATER_FONT; return g.measureText(text).width + 8; };
    const waters = P.watersIn(context, view, stepIn(view, context));
    // Under a unit's name a water's goes like that of a small place.
    const named = waters.length ? P.placeWaterNames(waters, view, taken, widthOf) : [];
    return [...places, ...named.map((name) => ({ ...name, font: WATER_FONT, rank: 4, water: true }))];
  }

  /** Paints names but those of the indexes `hidden`. */
  function paintLabels({ g, view }, places, hidden) {
    g.clearRect(0, 0, view.width, view.height);
    g.textBaseline = "middle";
    g.lineJoin = "round";
    for (const label of places.filter((_, i) => !hidden.includes(i))) {
      if (label.water) {
        P.paintWaterName(g, label);
        continue;
      }
      g.beginPath();
      g.arc(label.x, label.y, label.rank < 2 ? 3 : 2.2, 0, 2 * Math.PI);
      g.fillStyle = "#fff";
      g.fill();
      g.lineWidth = 1.3;
      g.strokeStyle = "#4a463c";
      g.stroke();
      g.font = label.font;
      g.lineWidth = 3;
      g.strokeStyle = "rgba(247,244,236,.92)";
      g.strokeText(label.text, label.box[0], label.box[1] + 7.5);
      g.fillStyle = "#3a372f";
      g.fillText(label.text, label.box[0], label.box[1] + 7.5);
    }
  }

  /** The map of a player: paint(), reportAt(point), show(report), destroy(); `state()` is asked when the view moves. */
  function makeMapView({ leaflet, given, slot, model, words, russian, calm, state, onPick }) {
    const scene = model.scene;
    if (given && !slot.contains(given.getContainer())) slot.appendChild(given.getContainer());
    const map = given || ownMap(leaflet, slot, scene, words, calm);
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", words.map);
    const credit = "© OpenStreetMap contributors (ODbL)";
    map.attributionControl?.addAttribution(credit);
    const ground = groundLayer(leaflet, model);
    const brushes = model.units.map((unit, index) => ({
      colour: P.unitColour(index), cloud: new Float64Array(2 * unit.histories.length),
      dot: P.cloudStamp(P.unitColour(index), Math.min(2, globalThis.devicePixelRatio || 1)),
    }));
    let cache = null, hits = [], names = { places: [], controls: [] }, hidden = [];
    let held = "";
    /** Closures rest until another one begins or ends, or the view moves. */
    const paintHeld = (anew) => {
      const standing = state().layers.roadblocks ? P.closuresAt(model.closures, state().t) : [], key = standing.map((one) => one.index).join();
      if (!anew && key === held) return;
      held = key;
      P.paintClosures(closures, model.closures, standing);
    };
    const paint = () => {
      if (!cache) return;
      paintHeld(false);
      const painted = P.paintFrame(moving.g, moving.view, model, { ...cache, names }, brushes, state());
      hits = painted.hits;
      const covered = P.coveredPlaces(names.places, painted.boxes);
      // Most frames cover what the one before did: the names rest.
      if (covered.join() === hidden.join()) return;
      hidden = covered;
      paintLabels(labels, names.places, hidden);
    };
    const closures = P.canvasLayer(leaflet, "tracker-closures", (layer) => {
      ground.show(stepIn(layer.view, model.context));
      paintHeld(true);
    });
    const labels = P.canvasLayer(leaflet, "tracker-labels", (layer) => {
      const controls = controlBoxes(map);
      names = { controls, places: fitLabels(layer, model, russian, controls) };
      hidden = [];
      paintLabels(layer, names.places, hidden);
    });
    const moving = P.canvasLayer(leaflet, "tracker-moving", (layer) => {
      cache = P.screenCache(model, layer.view);
      paint();
    });
    ground.group.addTo(map);
    closures.addTo(map);
    labels.addTo(map);
    moving.addTo(map);

    const onClick = (event) => {
      const reach = globalThis.matchMedia?.("(pointer: coarse)").matches ? 24 : 14;
      onPick(event.latlng, P.hitAt(hits, event.containerPoint.x, event.containerPoint.y, reach, state().picked));
    };
    map.on("click", onClick);

    let touched = Boolean(given);
    const touch = () => (touched = true);
    map.on("dragstart", touch);
    map.getContainer().addEventListener("wheel", touch, { passive: true });
    const resize = () => {
      map.invalidateSize({ animate: false, pan: false });
      const [west, south, east, north] = scene.bbox;
      if (!touched) map.fitBounds([[south, west], [north, east]], FIT);
    };
    const show = (lon, lat) => {
      const point = [lat, lon];
      if (!map.getBounds().pad(-0.08).contains(point)) map.panTo(point, { animate: !calm });
    };
    const destroy = () => {
      map.off("click", onClick).off("dragstart", touch);
      map.getContainer().removeEventListener("wheel", touch);
      map.attributionControl?.removeAttribution(credit);
      for (const layer of [ground.group, closures, labels, moving, ground.renderer]) layer.remove();
      if (!given) map.remove();
    };
    /** Where a report is drawn now, in pixels of the map's box. */
    const pixelOf = (index) => ({ x: cache.reports[index].x, y: cache.reports[index].y });
    return { map, paint, resize, show, pixelOf, destroy };
  }

  Object.assign(P, { makeMapView });
})((globalThis.TrackerPlayer ??= {}));
