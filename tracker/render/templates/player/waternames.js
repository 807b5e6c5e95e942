/* Names of rivers along them: left out of pages whose map has no rivers. */
(function (P) {
  "use strict";

  const NAME_COLOUR = "#4a6c80";
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

  Object.assign(P, { placeWaterNames, paintWaterName });
})((globalThis.TrackerPlayer ??= {}));
