/* The trail of a unit: its most central positions, joined along the roads instead of by straight lines. */
(function (P) {
  "use strict";

  const NEAR = 3_000;
  const circumference = 40_075_017;

  /** Share of the path nearest to a world position, searched only around `around`, and how far away it is (world). */
  function nearestShare(path, x, y, around, reach) {
    const first = Math.max(0, P.bisect(path.share, around - reach) - 1);
    let best = { share: around, away: Infinity };
    for (let i = first; i < path.x.length - 1 && path.share[i] <= around + reach; i++) {
      const dx = path.x[i + 1] - path.x[i], dy = path.y[i + 1] - path.y[i];
      const square = dx * dx + dy * dy;
      const along = square ? P.clamp(((x - path.x[i]) * dx + (y - path.y[i]) * dy) / square, 0, 1) : 0;
      const away = Math.hypot(path.x[i] + along * dx - x, path.y[i] + along * dy - y);
      if (away < best.away) best = { share: path.share[i] + along * (path.share[i + 1] - path.share[i]), away };
    }
    return best;
  }

  /** The history that comes closest to the median at both ends of a step, with its shares there; null if none is near. */
  function companion(unit, step, near) {
    const { t, x, y } = unit.median;
    let best = null, least = near;
    for (const history of unit.histories) {
      const from = P.mix(history.share, P.between(history.t, t[step]));
      const to = P.mix(history.share, P.between(history.t, t[step + 1]));
      const [x0, y0] = P.alongPath(history.path, from);
      const [x1, y1] = P.alongPath(history.path, to);
      const away = Math.max(Math.hypot(x0 - x[step], y0 - y[step]), Math.hypot(x1 - x[step + 1], y1 - y[step + 1]));
      if (away < least) {
        least = away;
        best = { path: history.path, from, to };
      }
    }
    return best;
  }

  /** Columns t, x, y (world) of the unit's median threaded along the roads of its own histories. */
  function threadTrail(unit) {
    const { t, x, y } = unit.median;
    const trail = { t: [], x: [], y: [] };
    const add = (when, east, south) => { trail.t.push(when); trail.x.push(east); trail.y.push(south); };
    for (let step = 0; step < t.length; step++) {
      add(t[step], x[step], y[step]);
      if (step + 1 === t.length || (x[step] === x[step + 1] && y[step] === y[step + 1])) continue;
      // A Mercator unit is shorter in metres the farther from the equator one is.
      const near = NEAR / (circumference * Math.cos((P.unworld(x[step], y[step])[1] * Math.PI) / 180));
      const beside = companion(unit, step, near);
      if (!beside) continue;
      const reach = Math.abs(beside.to - beside.from) + 0.02;
      const from = nearestShare(beside.path, x[step], y[step], beside.from, reach).share;
      const to = nearestShare(beside.path, x[step + 1], y[step + 1], beside.to, reach).share;
      for (let i = P.bisect(beside.path.share, from); i < beside.path.share.length && beside.path.share[i] < to; i++) {
        const done = (beside.path.share[i] - from) / (to - from);
        add(t[step] + done * (t[step + 1] - t[step]), beside.path.x[i], beside.path.y[i]);
      }
    }
    return { t: Float64Array.from(trail.t), x: Float64Array.from(trail.x), y: Float64Array.from(trail.y) };
  }

  /** World position of the trail at a moment. */
  function trailAt(trail, t) {
    const place = P.between(trail.t, t);
    return [P.mix(trail.x, place), P.mix(trail.y, place)];
  }

  Object.assign(P, { nearestShare, threadTrail, trailAt });
})((globalThis.TrackerPlayer ??= {}));
