/* What is where at a moment: the scene opened into columns, and pure questions to it. */
(function (P) {
  "use strict";

  // An incident of which only the beginning was told is shown for an hour.
  const MOMENT_S = 3_600;
  const RADIUS_EARTH = 6_371_008.8;
  const radians = (degrees) => (degrees * Math.PI) / 180;

  /** Web-Mercator position, 0..1 from west to east and north to south; only pictures use it, never a length. */
  function world(lon, lat) {
    const sine = Math.sin(radians(lat));
    return [(lon + 180) / 360, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
  }

  function unworld(x, y) {
    return [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
  }

  function metres(lon1, lat1, lon2, lat2) {
    const a = Math.sin(radians(lat2 - lat1) / 2) ** 2 +
      Math.cos(radians(lat1)) * Math.cos(radians(lat2)) * Math.sin(radians(lon2 - lon1) / 2) ** 2;
    return 2 * RADIUS_EARTH * Math.asin(Math.sqrt(Math.min(1, a)));
  }

  /** The legs of a unit: stretches of road that its paths share, as columns lon, lat. */
  function openLegs(packed) {
    const [lon, lat] = P.unpack(packed.d, 2);
    let at = 0;
    return packed.n.map((count) => {
      const leg = [lon.slice(at, at + count), lat.slice(at, at + count)];
      at += count;
      return leg;
    });
  }

  /** One column of a path: its legs end to end, those with a negative number backwards, their shared points once. */
  function joinLegs(numbers, legs, column) {
    const joined = [];
    for (const number of numbers) {
      const leg = legs[Math.abs(number) - 1][column];
      joined.push(...(number < 0 ? leg.slice().reverse() : leg).subarray(joined.length ? 1 : 0));
    }
    return joined;
  }

  function openPath(packed, legs, scale) {
    const [numbers] = P.unpack(packed, 1);
    const lon = joinLegs(numbers, legs, 0), lat = joinLegs(numbers, legs, 1);
    const x = new Float64Array(lon.length), y = new Float64Array(lon.length), share = new Float64Array(lon.length);
    for (let i = 0; i < lon.length; i++) {
      [x[i], y[i]] = world(lon[i] / scale, lat[i] / scale);
      if (i) share[i] = share[i - 1] + metres(lon[i - 1] / scale, lat[i - 1] / scale, lon[i] / scale, lat[i] / scale);
    }
    const whole = share[share.length - 1] || 1;
    return { x, y, share: share.map((along) => along / whole) };
  }

  function openUnit(packed, scale) {
    const legs = openLegs(packed.legs);
    const paths = packed.paths.map((path) => openPath(path, legs, scale));
    const histories = packed.histories.map((history) => {
      const [t, share] = P.unpack(history.d, 2);
      return { path: paths[history.path], t, share: share.map((value) => value / 1e5) };
    });
    const [t, lon, lat, radius] = P.unpack(packed.median, 4);
    const x = new Float64Array(t.length), y = new Float64Array(t.length);
    t.forEach((_, i) => ([x[i], y[i]] = world(lon[i] / scale, lat[i] / scale)));
    const [bandT, low, middle, high] = P.unpack(packed.band, 4);
    const unit = {
      id: packed.id, name: packed.name, knownFrom: packed.known_from, knownUntil: packed.known_until,
      histories, median: { t, x, y, radius },
      band: { t: bandT, low: low.map((v) => v / 10), middle: middle.map((v) => v / 10), high: high.map((v) => v / 10) },
    };
    return { ...unit, trail: P.threadTrail(unit), spells: P.spellsOf(unit.median, unit.knownFrom, unit.knownUntil) };
  }

  function openReport(report, scene, index) {
    const placed = report.lon !== null && report.lat !== null;
    const lon = placed ? report.lon / scene.scale : null, lat = placed ? report.lat / scene.scale : null;
    const [x, y] = placed ? world(lon, lat) : [NaN, NaN];
    // A report without any known time is in the list and nowhere else; it sorts last.
    const dated = report.t0 !== null;
    const layer = { roadblock: "roadblocks", incident: "incidents" }[report.kind] || "reports";
    const t0 = dated ? report.t0 : Infinity, until = report.t1 === null ? Infinity : report.t1;
    // A roadblock stands and an absence holds from the beginning; all else has surely happened only when its bounds are past.
    const throughout = report.kind === "roadblock" || report.kind === "absence" || until === Infinity;
    return { ...report, index, placed, dated, t0, lon, lat, x, y, layer, along: report.y, until, throughout, told: throughout ? t0 : until };
  }

  /** The scene with its packed columns opened: roads as [lat, lon] lines, units, reports, roadblocks, incidents. */
  function openScene(scene) {
    if (scene.v !== 1) throw new RangeError(`This player shows scenes of version 1, not ${scene.v}.`);
    return {
      scene, end: scene.end,
      roads: scene.roads.map((road) => openRoads(road, scene.scale)),
      context: P.openContext(scene.context, scene.scale), closures: P.openClosures(scene.closures, scene.scale),
      units: scene.units.map((unit) => openUnit(unit, scene.scale)),
      reports: scene.reports.map((report, index) => openReport(report, scene, index)),
      roadblocks: scene.roadblocks.filter((thing) => thing.t0 !== null),
      incidents: scene.incidents.filter((thing) => thing.t0 !== null).map((thing) => ({ ...thing, t1: thing.t1 ?? thing.t0 + MOMENT_S })),
    };
  }

  function openRoads(packed, scale) {
    const [lon, lat] = P.unpack(packed.d, 2);
    let at = 0;
    const lines = packed.n.map((count) => {
      // The one place that turns to lat, lon: these lines go to Leaflet.
      const line = Array.from({ length: count }, (_, i) => [lat[at + i] / scale, lon[at + i] / scale]);
      at += count;
      return line;
    });
    return { class: packed.class, inferred: packed.inferred, lines };
  }

  /** World position of a share 0..1 of a path's length. */
  function alongPath(path, share) {
    const place = P.between(path.share, share);
    return [P.mix(path.x, place), P.mix(path.y, place)];
  }

  /** [lon, lat] of one plausible history at a moment. */
  function historyAt(history, t) {
    return unworld(...alongPath(history.path, P.mix(history.share, P.between(history.t, t))));
  }

  /** World positions of all histories of a unit: x0, y0, x1, y1, ... in `out`, which is reused frame after frame. */
  function cloudAt(unit, t, out = new Float64Array(2 * unit.histories.length)) {
    unit.histories.forEach((history, i) => {
      const place = P.between(history.path.share, P.mix(history.share, P.between(history.t, t)));
      out[2 * i] = P.mix(history.path.x, place);
      out[2 * i + 1] = P.mix(history.path.y, place);
    });
    return out;
  }

  /** A unit at a moment: world x, y, radius in metres, phase before | known | after, whether it is sure, and whether it is drawn at all. */
  function unitAt(unit, t) {
    const place = P.between(unit.median.t, t);
    const radius = P.mix(unit.median.radius, place);
    const phase = t < unit.knownFrom ? "before" : t > unit.knownUntil ? "after" : "known";
    const [x, y] = P.trailAt(unit.trail, t);
    const look = P.lookAt(unit.spells, t);
    return { x, y, radius, phase, sure: look === "sure", drawn: look !== "lost" };
  }

  /** Whether something that stands from t0 to t1 (null: open) stands at t. */
  const standsAt = (thing, t) => thing.t0 <= t && (thing.t1 === null || t <= thing.t1);

  /** What a reader sees at a moment: ids of drawn units, current and past reports, standing roadblocks, current incidents. */
  function visibleAt(model, t) {
    const shown = model.reports.filter((report) => report.placed && report.layer === "reports" && report.t0 <= t);
    const ids = (things) => things.filter((thing) => standsAt(thing, t)).map((thing) => model.reports[thing.report].id);
    return {
      units: model.units.filter((unit) => unitAt(unit, t).drawn).map((unit) => unit.id),
      current: shown.filter((report) => report.until >= t).map((report) => report.id),
      past: shown.filter((report) => report.until < t).map((report) => report.id),
      roadblocks: ids(model.roadblocks), incidents: ids(model.incidents),
      closures: [...new Set(model.closures.held.filter((one) => standsAt(one, t)).map((one) => model.reports[one.report].id))],
    };
  }

  /** Index in the ascending column `starts` of the report after (+1) or before (-1) a moment; from a picked one at that moment, its neighbour. -1: none. */
  function stepReport(starts, t, picked, direction) {
    const here = picked >= 0 && starts[picked] === t;
    const index = direction > 0
      ? (here ? picked + 1 : P.bisect(starts, t))
      : (here ? picked : P.bisect(starts, t - 1e-6)) - 1;
    return index >= 0 && index < starts.length ? index : -1;
  }

  Object.assign(P, {
    world, unworld, metres, openScene, alongPath, historyAt, cloudAt, unitAt, standsAt, visibleAt, stepReport,
  });
})((globalThis.TrackerPlayer ??= {}));
