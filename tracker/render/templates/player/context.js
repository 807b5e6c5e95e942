/* Rivers and borders: lines with as many vertices as the zoom needs, and the names of rivers along them. */
(function (P) {
  "use strict";

  const COARSER = 4, COARSEST = 2;
  const WATER = { river: ["#9fb8c6", 1.6], canal: ["#9fb8c6", 1] };
  const STATE = ["#a79db0", 1.2, "7 3 1.5 3"], OBLAST = ["#b9b1bf", 1, "4 4"];
  const NAME_COLOUR = "#4a6c80";

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

  const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  // How far a line may bend away from a straight name, how far beside it the name stands, and how often a spot is tried.
  const BEND = 5, BESIDE = 9, EVERY = 12, HEIGHT = 13;

  /** Points [x, y] in pixels as columns, with the way along them. */
  function measured(points) {
    const along = [0];
    for (let i = 1; i < points.length; i++) along.push(along[i - 1] + Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]));
    return { x: points.map((p) => p[0]), y: points.map((p) => p[1]), along };
  }

  /** Whether the line from one way to another bends little, and the chord there. */
  function chordOf({ x, y, along }, from, to) {
    const a = P.between(along, from), b = P.between(along, to);
    const [x0, y0, x1, y1] = [P.mix(x, a), P.mix(y, a), P.mix(x, b), P.mix(y, b)];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length < 0.9 * (to - from)) return null;
    let bend = 0;
    for (let i = a.left + 1; i <= b.left; i++) bend = Math.max(bend, Math.abs((x[i] - x0) * (y1 - y0) - (y[i] - y0) * (x1 - x0)) / length);
    return bend > BEND ? null : { x: (x0 + x1) / 2, y: (y0 + y1) / 2, angle: Math.atan2(y1 - y0, x1 - x0), bend };
  }

  /** Box of a text turned by an angle about its middle. */
  function turnedBox(x, y, angle, width) {
    const w = (Math.abs(Math.cos(angle)) * width + Math.abs(Math.sin(angle)) * HEIGHT) / 2;
    const h = (Math.abs(Math.sin(angle)) * width + Math.abs(Math.cos(angle)) * HEIGHT) / 2;
    return [x - w, y - h, x + w, y + h];
  }

  /** Where a name of `width` pixels fits beside a line, the straighter and the nearer to the middle the better; or null. */
  function spotAlong(line, width, view, taken) {
    let best = null;
    const whole = line.along[line.along.length - 1];
    for (let from = EVERY; from + width + EVERY <= whole; from += EVERY) {
      const chord = chordOf(line, from, from + width);
      if (!chord) continue;
      // Letters stand upright: a line that runs to the left is read the other way.
      const angle = Math.abs(chord.angle) > Math.PI / 2 ? chord.angle - Math.sign(chord.angle) * Math.PI : chord.angle;
      const cost = chord.bend + 0.02 * Math.hypot(chord.x - view.width / 2, chord.y - view.height / 2);
      if (best && best.cost <= cost) continue;
      for (const side of [1, -1]) {
        const x = chord.x + Math.sin(angle) * BESIDE * side, y = chord.y - Math.cos(angle) * BESIDE * side;
        const box = turnedBox(x, y, angle, width);
        const inside = box[0] >= 2 && box[1] >= 2 && box[2] <= view.width - 2 && box[3] <= view.height - 2;
        if (!inside || taken.some((other) => overlaps(box, other))) continue;
        best = { cost, x, y, angle, box };
        break;
      }
    }
    return best;
  }

  /** Names of waters that find room beside them: [{text, x, y, angle, box}], longest water first, each name once. */
  function placeWaterNames(waters, view, taken, widthOf) {
    const kept = [...taken], placed = [];
    const order = waters.map(({ text, lines }) => ({ text, lines: lines.map(measured) }));
    const length = ({ lines }) => Math.max(0, ...lines.map(({ along }) => along[along.length - 1]));
    for (const { text, lines } of order.sort((a, b) => length(b) - length(a))) {
      const width = widthOf(text);
      const spots = lines.map((line) => spotAlong(line, width, view, kept)).filter(Boolean).sort((a, b) => a.cost - b.cost);
      if (!spots.length || placed.some((one) => one.text === text)) continue;
      kept.push(spots[0].box);
      placed.push({ text, ...spots[0] });
    }
    return placed;
  }

  /** The named waters of a context in pixels of a view. */
  function watersIn(context, view, step) {
    const pixel = ([lon, lat]) => { const [x, y] = P.world(lon, lat); return [view.x(x), view.y(y)]; };
    return context.lines.filter((line) => line.kind !== "border" && line.name)
      .map((line) => ({ text: line.name, lines: pointsAt(line, step).map((part) => part.map(pixel)) }));
  }

  function paintWaterName(g, { text, x, y, angle, font }) {
    g.save();
    g.translate(x, y);
    g.rotate(angle);
    g.textAlign = "center";
    g.font = font;
    g.lineWidth = 3;
    g.strokeStyle = "rgba(247,244,236,.9)";
    g.strokeText(text, 0, 0);
    g.fillStyle = NAME_COLOUR;
    g.fillText(text, 0, 0);
    g.restore();
  }

  Object.assign(P, { openContext, contextLook, stepFor, pointsAt, contextLayer, placeWaterNames, watersIn, paintWaterName });
})((globalThis.TrackerPlayer ??= {}));
