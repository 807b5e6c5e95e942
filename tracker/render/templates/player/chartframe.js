/* The scales of the time-distance chart, and where reports and place names lie on it. */
(function (P) {
  "use strict";

  const STRIP = 22, FOOT = 34, HEAD = 4, RIGHT = 12;
  const RADIUS_KM = 6371.0088;
  // A city this far beside the line of march, before or beyond it, tells the reader where it leads.
  const BESIDE_KM = 100;
  // So many lengths of the march before its start and from its start on are shown at most: it keeps half of the height.
  const LEAST = -0.4, MOST = 1.8;
  const NEAR_KM = 20;
  // Cities so near to the outermost one stand for the same end.
  const END_KM = 60;

  const unit = (lon, lat) => {
    const [l, b] = [(lon * Math.PI) / 180, (lat * Math.PI) / 180];
    return [Math.cos(b) * Math.cos(l), Math.cos(b) * Math.sin(l), Math.sin(b)];
  };
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

  /** Kilometres along the axis's great circle to the foot of a point, and beside it. */
  function alongAxis(axis, lon, lat) {
    const from = unit(...axis.from), to = unit(...axis.to), point = unit(lon, lat);
    const share = dot(to, from), rest = to.map((value, i) => value - share * from[i]);
    const length = Math.hypot(...rest), ahead = rest.map((value) => value / (length || 1));
    const [x, y] = [dot(point, from), dot(point, ahead)];
    const whole = Math.atan2(length, share) || 1;
    return { km: (Math.atan2(y, x) / whole) * axis.km, beside: Math.acos(Math.min(1, Math.hypot(x, y))) * RADIUS_KM };
  }

  /** How many placed reports satisfy a test of nearness. */
  const told = (model, near) => model.reports.filter((report) => report.placed && near(report)).length;

  /**
   * Names [text, km] for the upright axis, the most reported first: the scene's marks, which units passed, and at either
   * end of the axis the most reported of the outermost cities before and beyond the march.
   */
  function chartMarks(model, russian = false) {
    const { axis, labels, scale } = model.scene;
    const local = new Map(labels.map((label) => [label.text, (russian && label.local) || label.text]));
    const marks = axis.marks.map(([text, km]) => ({
      mark: [local.get(text) || text, km], weight: told(model, (report) => report.along !== null && Math.abs(report.along - km) < NEAR_KM / 2),
    }));
    const named = new Set(marks.map((one) => one.mark[0])), outside = [];
    for (const label of labels) {
      const text = local.get(label.text), lon = label.lon / scale, lat = label.lat / scale;
      const { km, beside } = alongAxis(axis, lon, lat);
      if (label.rank > 1 || named.has(text) || beside > BESIDE_KM || (km >= 0 && km <= axis.km)) continue;
      if (km < LEAST * axis.km || km > MOST * axis.km) continue;
      const weight = told(model, (report) => P.metres(report.lon, report.lat, lon, lat) < NEAR_KM * 1000);
      if (weight) outside.push({ mark: [text, km], weight });
    }
    const heaviest = (one, other) => other.weight - one.weight || one.mark[1] - other.mark[1];
    // A suburb may lie a little farther out than the city that the reader knows.
    const end = (side) => {
      const far = outside.filter((one) => one.mark[1] * side > 0), reach = Math.max(...far.map((one) => one.mark[1] * side));
      return far.filter((one) => one.mark[1] * side > reach - END_KM).sort(heaviest)[0];
    };
    return [...marks, ...[end(-1), end(1)].filter(Boolean)].sort(heaviest).map((one) => one.mark);
  }

  /** The plot's scales for a box of pixels: x of seconds, y of kilometres, and back. */
  function chartFrame(model, width, height, gutter, russian = false) {
    const { axis } = model.scene;
    const far = [...model.units.flatMap((one) => [...one.band.middle]), ...model.reports.map((report) => report.along ?? 0)];
    const spare = axis.km * 0.05;
    const low = Math.max(LEAST * axis.km, Math.min(0, ...far)) - spare;
    const high = Math.min(MOST * axis.km, Math.max(axis.km, ...far)) + spare;
    const top = HEAD + STRIP, bottom = height - FOOT, right = width - RIGHT;
    return {
      width, height, left: gutter, right, head: HEAD, strip: HEAD + STRIP / 2, top, bottom, low, high,
      marks: chartMarks(model, russian).filter((mark) => mark[1] >= low && mark[1] <= high),
      x: (t) => gutter + (t / model.end) * (right - gutter),
      y: (km) => bottom - ((P.clamp(km, low, high) - low) / (high - low)) * (bottom - top),
      seconds: (x) => P.clamp((x - gutter) / (right - gutter), 0, 1) * model.end,
    };
  }

  /** Marks whose names do not run into each other; the first ones win. */
  function spacedMarks(marks, y, gap) {
    const kept = [];
    for (const mark of marks) if (!kept.some((other) => Math.abs(y(other[1]) - y(mark[1])) < gap)) kept.push(mark);
    return kept;
  }

  /** A report's place on the chart: its middle, and the reach of its time and place; no place: the strip on top. */
  function reportBox(f, report) {
    const end = f.seconds(f.right);
    const from = f.x(P.clamp(report.t0, 0, end)), to = f.x(P.clamp(report.until, 0, end));
    const along = report.along;
    const inside = along !== null && along >= f.low && along <= f.high;
    const reach = ((report.r || 0) / 1000 / (f.high - f.low)) * (f.bottom - f.top);
    const y = along === null ? f.strip : f.y(along);
    return { from, to, x: report.layer === "reports" ? (from + to) / 2 : from, y, reach: inside ? reach : 0, placed: along !== null };
  }

  /** Index of the report whose symbol a press at a pixel means, or -1. */
  function reportNear(f, model, layers, x, y, reach, picked = -1) {
    const symbols = model.reports.filter((report) => layers[report.layer] && report.dated).map((report) => {
      const box = reportBox(f, report);
      return [box.x, box.y, report.index];
    });
    return P.hitAt(symbols, x, y, reach, picked);
  }

  Object.assign(P, { alongAxis, chartMarks, chartFrame, spacedMarks, reportBox, reportNear });
})((globalThis.TrackerPlayer ??= {}));
