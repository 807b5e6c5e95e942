/* Rivers and borders: lines with as many vertices as the zoom needs. */
(function (P) {
  "use strict";

  const COARSER = 4, COARSEST = 2;
  const WATER = { river: ["#9fb8c6", 1.6], canal: ["#9fb8c6", 1] };
  const STATE = ["#a79db0", 1.2, "7 3 1.5 3"], OBLAST = ["#b9b1bf", 1, "4 4"];

  /** Colour, width and dashes of a line. */
  const contextLook = ({ kind, level }) => (kind === "border" ? (level > 2 ? OBLAST : STATE) : Object.hasOwn(WATER, kind) ? WATER[kind] : WATER.canal);

  /** The scene's context opened: lines with parts of columns lon, lat, detail; none where the scene has none. */
  function openContext(packed, scale) {
    if (!packed) return { tolerance: 0, finest: 0, lines: [] };
    const lines = packed.lines.map((line) => {
      const [lon, lat, detail] = P.unpack(line.d, 3);
      let at = 0;
      const parts = line.n.map((count) => {
        const cut = (column) => column.slice(at, at + count);
        const part = { lon: cut(lon).map((v) => v / scale), lat: cut(lat).map((v) => v / scale), detail: cut(detail) };
        at += count;
        return part;
      });
      return { kind: line.kind, name: line.name, level: line.level, parts };
    });
    return { tolerance: packed.tolerance, finest: packed.finest, lines };
  }

  /** The coarsest step of detail that still looks right where a pixel measures so many metres. */
  function stepFor({ tolerance, finest }, metresPerPixel) {
    let step = finest;
    while (step < COARSEST && tolerance * COARSER ** (step + 1) <= metresPerPixel) step++;
    return step;
  }

  /** Points [lon, lat] of a line's parts at a step; parts too small for it are left out. */
  function pointsAt(line, step) {
    return line.parts.filter((part) => part.detail[0] >= step).map(({ lon, lat, detail }) => {
      const points = [];
      detail.forEach((least, i) => { if (least >= step) points.push([lon[i], lat[i]]); });
      return points;
    });
  }

  /** The lines as Leaflet draws them, under whatever is added later; show(step) takes another step of detail. */
  function contextLayer(leaflet, renderer, context) {
    const drawn = context.lines.map((line) => {
      const [color, weight, dashArray = null] = contextLook(line);
      return leaflet.polyline([], { renderer, color, weight, dashArray, interactive: false, smoothFactor: 1.2 });
    });
    let shown = null;
    const show = (step) => {
      if (step === shown) return;
      shown = step;
      // Leaflet's own order of coordinates.
      drawn.forEach((one, i) => one.setLatLngs(pointsAt(context.lines[i], step).map((part) => part.map(([lon, lat]) => [lat, lon]))));
    };
    return { lines: drawn, show };
  }

  /** The named waters of a context in pixels of a view. */
  function watersIn(context, view, step) {
    const pixel = ([lon, lat]) => { const [x, y] = P.world(lon, lat); return [view.x(x), view.y(y)]; };
    return context.lines.filter((line) => line.kind !== "border" && line.name)
      .map((line) => ({ text: line.name, lines: pointsAt(line, step).map((part) => part.map(pixel)) }));
  }

  Object.assign(P, { openContext, contextLook, stepFor, pointsAt, contextLayer, watersIn });
})((globalThis.TrackerPlayer ??= {}));
