/* One frame of the map: trails, radii, clouds of histories, reports, roadblocks, incidents, markers with names. */
(function (P) {
  "use strict";

  const HOUR = 3600;
  const TURN = 2 * Math.PI;
  // The trail by age, youngest first: up to so many seconds old, so opaque, so wide.
  const TRAIL = [[HOUR, 0.85, 2.4], [3 * HOUR, 0.7, 2.2], [6 * HOUR, 0.55, 2], [Infinity, 0.4, 1.8]];

  /** What only changes with the view, in pixels: reports, and trails without the points that one cannot see. */
  function screenCache(model, view) {
    const trails = model.units.map(({ trail }) => {
      const out = { t: [], x: [], y: [] };
      for (let i = 0; i < trail.t.length; i++) {
        const x = view.x(trail.x[i]), y = view.y(trail.y[i]), last = out.t.length - 1;
        if (i && i < trail.t.length - 1 && Math.hypot(x - out.x[last], y - out.y[last]) < 2) continue;
        out.t.push(trail.t[i]);
        out.x.push(x);
        out.y.push(y);
      }
      return out;
    });
    const reports = model.reports.map((report) => ({
      x: view.x(report.x), y: view.y(report.y), radius: report.placed ? view.pixels(report.r || 0, report.y) : 0,
    }));
    return { trails, reports };
  }

  /** Strokes the part of a trail between two moments, with both ends where the moments fall. */
  function strokeTrail(g, trail, from, to) {
    if (to <= from) return;
    const first = P.between(trail.t, from), last = P.between(trail.t, to);
    g.beginPath();
    g.moveTo(P.mix(trail.x, first), P.mix(trail.y, first));
    for (let i = P.bisect(trail.t, from); i < trail.t.length && trail.t[i] < to; i++) g.lineTo(trail.x[i], trail.y[i]);
    g.lineTo(P.mix(trail.x, last), P.mix(trail.y, last));
    g.stroke();
  }

  function strokeByAge(g, trail, from, until, t) {
    let newer = t;
    for (const [age, alpha, width] of TRAIL) {
      const older = Math.max(from, t - age);
      g.globalAlpha = alpha;
      g.lineWidth = width;
      strokeTrail(g, trail, older, Math.min(newer, until));
      newer = older;
    }
  }

  /** Where no report speaks or the radius is wide the line is a guess; it says so by its dots. */
  function strokeGuess(g, trail, from, until) {
    g.globalAlpha = 0.4;
    g.lineWidth = 1.4;
    g.setLineDash([1.5, 4.5]);
    strokeTrail(g, trail, from, until);
    g.setLineDash([]);
  }

  function paintTrail(g, unit, trail, colour, t) {
    g.strokeStyle = colour;
    for (const { from, to, look } of unit.spells) {
      const until = Math.min(t, to);
      if (look === "sure") strokeByAge(g, trail, from, until, t);
      else if (look === "vague") strokeGuess(g, trail, Math.max(from, unit.knownFrom), until);
    }
    g.globalAlpha = 1;
  }

  function paintRadius(g, view, now, colour) {
    const radius = Math.max(9, view.pixels(now.radius, now.y));
    g.beginPath();
    g.arc(view.x(now.x), view.y(now.y), radius, 0, TURN);
    g.fillStyle = g.strokeStyle = colour;
    g.globalAlpha = now.sure ? 0.1 : 0.05;
    g.fill();
    g.globalAlpha = now.sure ? 0.6 : 0.35;
    g.lineWidth = 1.2;
    if (!now.sure) g.setLineDash([5, 5]);
    g.stroke();
    g.setLineDash([]);
    g.globalAlpha = 1;
  }

  function paintCloud(g, view, unit, brush, t, sure) {
    const at = P.cloudAt(unit, t, brush.cloud);
    g.globalAlpha = sure ? 0.34 : 0.17;
    const half = brush.dot.size / 2;
    for (let i = 0; i < at.length; i += 2) {
      g.drawImage(brush.dot.stamp, view.x(at[i]) - half, view.y(at[i + 1]) - half, brush.dot.size, brush.dot.size);
    }
    g.globalAlpha = 1;
  }

  function paintReach(g, at, colour, strong) {
    g.beginPath();
    g.arc(at.x, at.y, Math.max(7, at.radius), 0, TURN);
    g.fillStyle = g.strokeStyle = colour;
    // A report of half a province must not paint the map grey: the wider its reach, the fainter.
    const faint = Math.min(1, 30 / at.radius);
    g.globalAlpha = strong ? 0.08 + 0.1 * faint : 0.1 * faint;
    g.fill();
    g.globalAlpha = strong ? 1 : 0.2 + 0.4 * faint;
    g.lineWidth = strong ? 2.2 : 1;
    g.stroke();
    g.globalAlpha = 1;
  }

  /** Reports of the reports' layer: large with radius while current and pale until surely so, small dots after. */
  function paintReports(g, model, cache, state, hits) {
    for (const report of model.reports) {
      if (report.t0 > state.t) break;
      if (!report.placed || report.layer !== "reports") continue;
      const at = cache.reports[report.index], colour = P.verdictColour(report.verdict);
      const current = report.until >= state.t;
      if (current) paintReach(g, at, colour, false);
      g.globalAlpha = current ? 1 : 0.7;
      P.drawSymbol(g, report.kind, colour, at.x, at.y, current ? 5 : 3.2, current && !report.throughout);
      g.globalAlpha = 1;
      hits.push([at.x, at.y, report.index]);
    }
  }

  function paintStanding(g, things, model, cache, state, hits) {
    for (const thing of things) {
      if (!P.standsAt(thing, state.t)) continue;
      const report = model.reports[thing.report], at = cache.reports[thing.report];
      P.drawSymbol(g, report.kind, P.verdictColour(report.verdict), at.x, at.y, 6, !report.throughout);
      hits.push([at.x, at.y, report.index]);
    }
  }

  function paintPicked(g, model, cache, picked) {
    const report = model.reports[picked];
    if (!report || !report.placed) return;
    const at = cache.reports[picked];
    paintReach(g, at, P.verdictColour(report.verdict), true);
    P.drawSymbol(g, report.kind, P.verdictColour(report.verdict), at.x, at.y, 7);
    g.beginPath();
    g.arc(at.x, at.y, 13, 0, TURN);
    g.strokeStyle = P.INK;
    g.lineWidth = 2;
    g.stroke();
  }

  // Letters of a unit's name beside its marker; the legend has it whole.
  const LONGEST = 30;

  /** Names beside the markers; returns the boxes of both, under which no place's name can be read. */
  function paintNames(g, view, shown, brushes, { places, controls }) {
    const taken = shown.map(({ px, py }) => [px - 8, py - 8, px + 8, py + 8]);
    g.font = `600 12.5px ${P.FONT}`;
    g.textBaseline = "middle";
    for (const { unit, index, px, py, sure } of shown) {
      const brush = brushes[index];
      brush.name ??= unit.name.length > LONGEST ? `${unit.name.slice(0, LONGEST - 1)}…` : unit.name;
      brush.width ??= g.measureText(brush.name).width + 10;
      const boxes = P.nameBoxes(px, py, brush.width);
      brush.side = P.bestSide(boxes, places, [...taken, ...controls], view, brush.side);
      const box = boxes[brush.side];
      taken.push(box);
      g.globalAlpha = 0.88;
      g.fillStyle = "#fff";
      g.fillRect(box[0], box[1], brush.width, 18);
      g.globalAlpha = sure ? 1 : 0.8;
      g.fillStyle = brush.colour;
      g.fillText(brush.name, box[0] + 5, box[1] + 9.5);
      g.globalAlpha = 1;
    }
    return taken;
  }

  /** Paints the moment state.t; returns the symbols that a click can hit, [x, y, report index], and the boxes that hide what is under them. */
  function paintFrame(g, view, model, cache, brushes, state) {
    const hits = [];
    g.clearRect(0, 0, view.width, view.height);
    g.lineJoin = g.lineCap = "round";
    const shown = model.units.map((unit, index) => {
      const now = P.unitAt(unit, state.t);
      return { unit, index, now, px: view.x(now.x), py: view.y(now.y), sure: now.sure };
    }).filter(({ now }) => now.drawn);
    for (const { unit, index } of shown) paintTrail(g, unit, cache.trails[index], brushes[index].colour, state.t);
    if (state.layers.region) for (const { now, index } of shown) paintRadius(g, view, now, brushes[index].colour);
    if (state.layers.reports) paintReports(g, model, cache, state, hits);
    if (state.layers.histories) {
      for (const { unit, index, sure } of shown) paintCloud(g, view, unit, brushes[index], state.t, sure);
    }
    if (state.layers.incidents) paintStanding(g, model.incidents, model, cache, state, hits);
    if (state.layers.roadblocks) paintStanding(g, model.roadblocks, model, cache, state, hits);
    for (const { index, px, py, sure } of shown) P.drawMarker(g, brushes[index].colour, px, py, sure);
    paintPicked(g, model, cache, state.picked);
    const boxes = paintNames(g, view, shown, brushes, cache.names);
    return { hits, boxes };
  }

  Object.assign(P, { screenCache, paintFrame });
})((globalThis.TrackerPlayer ??= {}));
