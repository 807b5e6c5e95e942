import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, player, readScene } from "./player.mjs";

const model = player.openScene(readScene());
const near = (a, b, within) => assert.ok(Math.abs(a - b) <= within, `${a} is not within ${within} of ${b}`);

test("the shared fixture opens: lines of roads in lat, lon order and every history on a path", () => {
  const [lat, lon] = model.roads[0].lines[0][0];
  near(lat, 51, 2);
  near(lon, 40, 1);
  assert.equal(model.roads.length, readScene().roads.length);
  for (const unit of model.units) for (const history of unit.histories) assert.ok(history.path.x.length > 1);
});

test("a scene of another version is refused by name", () => {
  assert.throws(() => player.openScene({ ...readScene(), v: 2 }), /version 1, not 2/);
});

test("world positions lead back to their degrees", () => {
  for (const [lon, lat] of [[39.72, 47.23], [-120, -60], [0, 0]]) {
    const back = player.unworld(...player.world(lon, lat));
    near(back[0], lon, 1e-9);
    near(back[1], lat, 1e-9);
  }
});

test("a degree of latitude measures 111 km and one of longitude at 60 degrees half of that", () => {
  near(player.metres(40, 50, 40, 51), 111_195, 1);
  near(player.metres(40, 60, 41, 60), 55_597, 10);
});

test("a history moves by its share of the path's true length, not by vertices", () => {
  const scene = readScene();
  scene.units = [{
    ...scene.units[0],
    legs: { n: [3], d: pack([[400000, 400000, 400000], [500000, 500100, 501000]]) },
    paths: [pack([[1]])],
    histories: [{ path: 0, d: pack([[0, 100], [0, 100000]]) }],
  }];
  const [unit] = player.openScene(scene).units;
  const [lon, lat] = player.historyAt(unit.histories[0], 50);
  near(lon, 40, 1e-6);
  near(lat, 50.05, 1e-4);
  near(player.historyAt(unit.histories[0], 1e9)[1], 50.1, 1e-6);
});

test("a path is its legs end to end, some of them backwards, with each shared point once", () => {
  const scene = readScene();
  scene.units = [{
    ...scene.units[0],
    legs: { n: [2, 3], d: pack([[400000, 410000, 430000, 420000, 410000], [500000, 500000, 500000, 500000, 500000]]) },
    paths: [pack([[1, -2]])],
    histories: [{ path: 0, d: pack([[0, 100], [0, 100000]]) }],
  }];
  const [{ histories: [{ path }] }] = player.openScene(scene).units;
  assert.deepEqual(Array.from(path.x, (x) => Math.round(player.unworld(x, 0.3)[0] * 10) / 10), [40, 41, 42, 43]);
  near(path.share[1], 1 / 3, 1e-6);
});

test("the cloud holds one position for each history and reuses its array", () => {
  const unit = model.units[0], out = new Float64Array(2 * unit.histories.length);
  assert.equal(player.cloudAt(unit, 20_000, out), out);
  const [lon, lat] = player.unworld(out[2], out[3]);
  assert.deepEqual([lon, lat], player.historyAt(unit.histories[1], 20_000));
});

test("a unit is known between its first and last report, and fades outside", () => {
  const unit = model.units[0];
  const phase = (t) => player.unitAt(unit, t).phase;
  assert.deepEqual([unit.knownFrom - 1, unit.knownFrom, unit.knownUntil, unit.knownUntil + 1].map(phase), ["before", "known", "known", "after"]);
});

const HOUR = 3600;

/** Looks of a unit of which the radius in km is told at each hour, sampled every quarter of an hour. */
function looks(radii, knownFrom, knownUntil) {
  const median = { t: radii.map((_, i) => i * HOUR), radius: radii.map((km) => km * 1000) };
  const spells = player.spellsOf(median, knownFrom * HOUR, knownUntil * HOUR);
  return (hour) => player.lookAt(spells, hour * HOUR);
}

test("a unit is sure only between its first and last report and while 90 % lie within 75 km", () => {
  const at = looks([20, 20, 70, 80, 20, 20], 1, 4.5);
  assert.deepEqual([-9, 0.9, 1, 2, 2.4, 2.6, 3.9, 4, 4.5, 4.6, 99].map(at),
    ["vague", "vague", "sure", "sure", "sure", "vague", "sure", "sure", "sure", "vague", "vague"]);
});

test("a unit that may be anywhere within more than 300 km is lost, and stays so until it is within 200 km", () => {
  const at = looks([100, 290, 310, 250, 299, 305, 210, 190, 250, 290], 0, 9);
  assert.deepEqual([0, 1, 1.4, 1.6, 3, 4, 6, 6.4, 6.6, 8, 9, 50].map(at),
    ["vague", "vague", "vague", "lost", "lost", "lost", "lost", "lost", "vague", "vague", "vague", "vague"]);
  assert.equal(looks([250, 250, 190], 0, 2)(1), "lost");
});

test("a lost unit is not drawn and a vague one is drawn as not sure", () => {
  const unit = { ...model.units[0], spells: [{ from: -Infinity, to: 10, look: "lost" }, { from: 10, to: Infinity, look: "vague" }] };
  assert.deepEqual([5, 20].map((t) => [player.unitAt(unit, t).drawn, player.unitAt(unit, t).sure]), [[false, false], [true, false]]);
  assert.deepEqual(player.unitAt(model.units[0], model.units[0].knownFrom).drawn, true);
});

test("a roadblock stands from its start to its end and at no other moment", () => {
  const { t0, t1, report } = model.roadblocks[0], { id } = model.reports[report];
  const stands = (t) => player.visibleAt(model, t).roadblocks.includes(id);
  assert.deepEqual([t0 - 1, t0, (t0 + t1) / 2, t1, t1 + 1].map(stands), [false, true, true, true, false]);
});

test("a roadblock that nobody lifted stands to the end", () => {
  const open = { ...model, roadblocks: [{ ...model.roadblocks[0], t1: null }] };
  assert.equal(player.visibleAt(open, model.end).roadblocks.length, 1);
});

test("incidents come and go by their interval", () => {
  const { t0, t1 } = model.incidents[0];
  assert.deepEqual([t0 - 1, t0, t1, t1 + 1].map((t) => player.visibleAt(model, t).incidents.length), [0, 1, 1, 0]);
});

test("a report is current during its interval and past after it; one without place is neither", () => {
  const report = model.reports.find((r) => r.kind === "sighting" && r.t1 !== null);
  const seen = (t) => { const v = player.visibleAt(model, t); return [v.current.includes(report.id), v.past.includes(report.id)]; };
  assert.deepEqual([report.t0 - 1, report.t0, report.t1 + 1].map(seen), [[false, false], [true, false], [false, true]]);
  const unplaced = model.reports.find((r) => !r.placed), end = player.visibleAt(model, model.end);
  assert.ok(unplaced);
  assert.ok(![...end.current, ...end.past].includes(unplaced.id));
});

test("what stands or holds is told from its beginning, what was seen once when its bounds are past", () => {
  const told = Object.fromEntries(model.reports.map((report) => [report.kind, report]));
  for (const kind of ["sighting", "incident", "turnaround"]) assert.equal(told[kind].told, told[kind].t1, kind);
  for (const kind of ["roadblock", "absence", "statement"]) assert.equal(told[kind].told, told[kind].t0, kind);
});

test("next and previous visit every report once, also those of the same moment", () => {
  const starts = [0, 10, 10, 30];
  const forward = [];
  for (let t = 0, picked = -1; ;) {
    const index = player.stepReport(starts, t, picked, 1);
    if (index < 0) break;
    forward.push(index);
    [t, picked] = [starts[index], index];
  }
  assert.deepEqual(forward, [1, 2, 3]);
  assert.equal(player.stepReport(starts, 30, 3, -1), 2);
  assert.equal(player.stepReport(starts, 10, 2, -1), 1);
  assert.equal(player.stepReport(starts, 20, -1, -1), 2);
  assert.equal(player.stepReport(starts, 0, 0, -1), -1);
});

test("the trail follows the road between two medians instead of cutting the corner", () => {
  const scene = readScene();
  const corner = { n: [3], d: pack([[400000, 410000, 410000], [500000, 500000, 506400]]) };
  scene.units = [{
    ...scene.units[0], legs: corner, paths: [pack([[1]])],
    histories: [{ path: 0, d: pack([[0, 600], [0, 100000]]) }],
    median: pack([[0, 600], [400000, 410000], [500000, 506400], [500, 500]]),
  }];
  const { trail } = player.openScene(scene).units[0];
  assert.equal(trail.t.length, 3);
  const [lon, lat] = player.unworld(trail.x[1], trail.y[1]);
  near(lon, 41, 1e-6);
  near(lat, 50, 1e-6);
  near(trail.t[1], 300, 5);
});

test("a report without any time is last in the list and never on the map or the chart", () => {
  const scene = readScene();
  scene.reports.push({ ...scene.reports[0], id: "undated", t0: null, t1: null });
  const opened = player.openScene(scene), { visible } = { visible: player.visibleAt(opened, opened.end) };
  assert.ok(![...visible.current, ...visible.past].includes("undated"));
  const frame = player.chartFrame(opened, 600, 300, 80), box = player.reportBox(frame, opened.reports.at(-1));
  assert.notEqual(player.reportNear(frame, opened, { reports: true, roadblocks: true, incidents: true }, box.x, box.y, 3), opened.reports.length - 1);
  const clock = player.makeClock(scene, player.WORDS.en);
  assert.equal(clock.span(opened.reports.at(-1).t0, null), "time not known");
});

test("a scene without units and reports opens", () => {
  const empty = player.openScene({ ...readScene(), units: [], reports: [], roadblocks: [], incidents: [] });
  assert.deepEqual(player.visibleAt(empty, 0), { units: [], current: [], past: [], roadblocks: [], incidents: [], closures: [] });
  assert.ok(player.chartFrame(empty, 600, 300, 80).high > 0);
});

test("an incident of which only the beginning is known is shown for an hour", () => {
  const scene = readScene();
  scene.incidents[0].t1 = null;
  const opened = player.openScene(scene), { t0 } = scene.incidents[0];
  assert.deepEqual([t0, t0 + 3600, t0 + 3601].map((t) => player.visibleAt(opened, t).incidents.length), [1, 1, 0]);
});
