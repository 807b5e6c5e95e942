/* Roads that are closed, dug up, checked or slowed, while they are; each effect has a pattern, not only a colour. */
(function (P) {
  "use strict";

  const DARK = "#2b2723", AMBER = "#c97f00", BROWN = "#6b3f14", RED = "#8c1c13";
  // A spot somewhere on a stretch is drawn in full up to so many kilometres, and the fainter the longer the stretch.
  const SHARP_KM = 8, FAINTEST = 0.3;
  const BAR = 9;

  /** The scene's closures opened: lines in world positions, and what is held; nothing where the scene has none. */
  function openClosures(packed, scale) {
    if (!packed) return { lines: [], held: [] };
    const [lon, lat] = P.unpack(packed.d, 2);
    let at = 0;
    const lines = packed.n.map((count) => {
      const points = Array.from({ length: count }, (_, i) => P.world(lon[at + i] / scale, lat[at + i] / scale));
      at += count;
      return points;
    });
    return { lines, held: openHeld(packed) };
  }

  function openHeld(packed) {
    const [report, effect, t0, lasting, road, percent, spot, km, count] = P.unpack(packed.held, 9), [used] = P.unpack(packed.lines, 1);
    let at = 0;
    return Array.from(report, (_, index) => {
      const one = {
        index, report: report[index], effect: packed.effects[effect[index]], t0: t0[index], t1: lasting[index] ? t0[index] + lasting[index] - 1 : null,
        road: packed.roads[road[index]], share: percent[index] / 100, spot: Boolean(spot[index]), km: km[index] / 10,
        lines: Array.from(used.subarray(at, at += count[index])),
      };
      return { ...one, strength: strengthOf(one) };
    });
  }

  /** How strongly a closure is drawn, 0..1: in full where it surely is, fainter the less likely a place is the one. */
  function strengthOf({ share, spot, km }) {
    const likely = spot ? share * Math.min(1, SHARP_KM / Math.max(km, 0.1)) : share;
    return Math.max(FAINTEST, Math.min(1, likely));
  }

  /** The closures that hold at a moment, in the order of drawing; of those alike on one stretch only the strongest. */
  function closuresAt(closures, t) {
    const best = new Map();
    for (const one of closures.held) {
      if (!P.standsAt(one, t)) continue;
      const key = `${one.effect} ${one.lines}`, before = best.get(key);
      if (!before || before.strength < one.strength) best.set(key, one);
    }
    return [...best.values()].sort((a, b) => a.index - b.index);
  }

  /** A line in pixels without the points that one cannot see. */
  function seen(line, view) {
    const out = [];
    line.forEach(([east, south], i) => {
      const x = view.x(east), y = view.y(south), last = out[out.length - 1];
      if (i && i < line.length - 1 && Math.hypot(x - last[0], y - last[1]) < 1.5) return;
      out.push([x, y]);
    });
    return out;
  }

  function trace(g, lines) {
    g.beginPath();
    for (const line of lines) line.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
  }

  function stroke(g, lines, colour, width, dashes = []) {
    trace(g, lines);
    g.strokeStyle = colour;
    g.lineWidth = width;
    g.setLineDash(dashes);
    g.stroke();
    g.setLineDash([]);
  }

  /** Both ends [x0, y0, x1, y1] of bars across a line, evenly apart, and one in the middle of a line too short for two. */
  function crossbars(line, apart = BAR, half = 4) {
    const whole = line.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - line[i][0], y - line[i][1]), 0);
    const bars = [];
    let next = whole < 2 * apart ? whole / 2 : apart / 2, gone = 0;
    for (let i = 1; i < line.length; i++) {
      const [x0, y0] = line[i - 1], dx = line[i][0] - x0, dy = line[i][1] - y0, length = Math.hypot(dx, dy);
      for (; length && next <= gone + length; next += apart) {
        const share = (next - gone) / length, x = x0 + share * dx, y = y0 + share * dy;
        const ex = (-dy / length) * half, ey = (dx / length) * half;
        bars.push([x - ex, y - ey, x + ex, y + ey]);
      }
      gone += length;
    }
    return bars;
  }

  const BRUSHES = {
    slowed: (g, lines) => stroke(g, lines, AMBER, 2.2, [7, 5]),
    checkpoint: (g, lines) => { stroke(g, lines, AMBER, 5.4); stroke(g, lines, P.PAPER, 2.6); },
    destroyed: (g, lines) => stroke(g, lines, RED, 6, [5, 5]),
    "dug up": (g, lines) => stroke(g, lines, BROWN, 4.2, [0.1, 7]),
    closed: (g, lines) => {
      stroke(g, lines, DARK, 2.2);
      stroke(g, lines.flatMap((line) => crossbars(line).map(([a, b, c, d]) => [[a, b], [c, d]])), DARK, 1.6);
    },
  };

  /** Draws lines in pixels with the pattern of an effect. */
  function drawClosure(g, effect, lines, strength = 1) {
    g.lineCap = effect === "dug up" || effect === "checkpoint" ? "round" : "butt";
    g.lineJoin = "round";
    g.globalAlpha = strength;
    (Object.hasOwn(BRUSHES, effect) ? BRUSHES[effect] : BRUSHES.closed)(g, lines);
    g.globalAlpha = 1;
  }

  /** Paints what holds, on its own canvas. */
  function paintClosures({ g, view }, closures, standing) {
    g.clearRect(0, 0, view.width, view.height);
    for (const one of standing) drawClosure(g, one.effect, one.lines.map((i) => seen(closures.lines[i], view)), one.strength);
  }

  /** "closed: M4, at one spot on the marked stretch"; a report that does several things tells each once. */
  function effectText(closures, report, words) {
    const told = closures.held.filter((one) => one.report === report).map(({ effect, road, spot }) => {
      const where = spot ? words.spot : words.throughout;
      return `${P.wordOf(words.effects, effect)}: ${road ? `${road}, ` : ""}${where}`;
    });
    return [...new Set(told)].join("; ");
  }

  Object.assign(P, { openClosures, strengthOf, closuresAt, crossbars, drawClosure, paintClosures, effectText });
})((globalThis.TrackerPlayer ??= {}));
