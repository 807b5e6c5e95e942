import assert from "node:assert/strict";
import { test } from "node:test";
import { player, readScene } from "./player.mjs";

const model = player.openScene(readScene());
const view = { width: 400, height: 300 };
const label = (text, x, y, rank) => ({ text, x, y, rank, width: 60, height: 14 });
const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

test("names never run over each other and stay inside of the map", () => {
  const crowd = Array.from({ length: 60 }, (_, i) => label(`place ${i}`, (i * 53) % 400, (i * 29) % 300, 1 + (i % 4)));
  const boxes = player.placeLabels(crowd, view).map((placed) => placed.box);
  assert.ok(boxes.length > 5);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => assert.ok(!overlap(a, b))));
  for (const [left, top, right, bottom] of boxes) assert.ok(left >= 0 && top >= 0 && right <= 400 && bottom <= 300);
});

test("where only one of two names fits, the city wins over the village", () => {
  const tight = { width: 90, height: 20 };
  const placed = player.placeLabels([label("village", 10, 10, 4), label("city", 10, 10, 1)], tight);
  assert.deepEqual(placed.map((one) => one.text), ["city"]);
});

test("no place's name lies under a control of the map", () => {
  const zoom = [0, 0, 60, 90];
  const placed = player.placeLabels([label("under it", 30, 40, 1), label("beside it", 62, 20, 1)], view, [zoom]);
  assert.ok(placed.some((one) => one.text === "beside it"));
  for (const { box } of placed) assert.ok(!overlap(box, zoom));
});

test("a place's name keeps off the symbols of reports where it has the choice", () => {
  const left = player.placeLabels([label("city", 200, 100, 1)], view, [], [[220, 101], [200, 100]]);
  assert.ok(left[0].box[2] < 200);
  const [town] = player.placeLabels([label("town", 200, 100, 2), label("city", 240, 104, 1)], view).filter((one) => one.rank > 1);
  assert.ok(town.box[2] < 200);
  const everywhere = [[220, 100], [225, 100], [180, 100], [200, 80], [205, 80], [200, 120], [205, 120]];
  assert.ok(player.placeLabels([label("city", 200, 100, 1)], view, [], everywhere)[0].box[2] < 200);
});

const named = (rank, ...box) => ({ rank, box });
const open = { width: 800, height: 600 };

test("a unit's name stands right of its marker, and gives way to a city but not far to a village", () => {
  const boxes = player.nameBoxes(400, 300, 80), side = (...places) => player.bestSide(boxes, places, [], open);
  assert.equal(side(), 0);
  assert.ok(boxes[0][0] > 400 && boxes[1][2] < 400);
  assert.equal(side(named(1, ...boxes[0])), 1);
  const village = [named(3, ...boxes[0]), named(1, ...boxes[1]), named(1, 300, 200, 500, 290), named(1, 300, 310, 500, 340)];
  assert.equal(side(...village), 0);
});

test("a unit's name keeps clear of other units and controls, and stays inside of the map", () => {
  const boxes = player.nameBoxes(400, 300, 80);
  assert.equal(player.bestSide(boxes, [named(1, ...boxes[1])], [boxes[0]], open), 2);
  assert.equal(player.bestSide(player.nameBoxes(790, 300, 80), [], [], open), 1);
});

test("a unit's name does not change its side for little", () => {
  const boxes = player.nameBoxes(400, 300, 80), village = named(3, ...boxes[1]), city = named(1, ...boxes[1]);
  assert.equal(player.bestSide(boxes, [village], [], open, 1), 1);
  assert.equal(player.bestSide(boxes, [city], [], open, 1), 0);
  assert.equal(player.bestSide(boxes, [], [boxes[1]], open, 1), 0);
});

test("of a place under a unit's name nothing is shown, and one beside it stays", () => {
  const places = [named(1, 0, 0, 60, 14), named(1, 100, 0, 160, 14), named(2, 58, 16, 100, 30)];
  assert.deepEqual(player.coveredPlaces(places, [[50, 0, 99, 16]]), [0]);
  assert.deepEqual(player.coveredPlaces(places, []), []);
});

test("the chart's scales go there and back, and its ends lie inside of the box", () => {
  const frame = player.chartFrame(model, 600, 300, 80);
  assert.equal(frame.x(0), 80);
  assert.ok(Math.abs(frame.seconds(frame.x(12_345)) - 12_345) < 1e-6);
  assert.equal(frame.seconds(-50), 0);
  assert.equal(frame.seconds(9999), model.end);
  assert.ok(frame.y(model.scene.axis.km) >= frame.top && frame.y(0) <= frame.bottom);
});

test("marks of the axis keep apart, and the first ones win", () => {
  const marks = Array.from({ length: 30 }, (_, i) => [`m${i}`, (i * 7) % 30]);
  const kept = player.spacedMarks(marks, (km) => km * 5, 15);
  assert.equal(kept[0], marks[0]);
  const ys = kept.map((mark) => mark[1] * 5).sort((a, b) => a - b);
  assert.ok(ys.length > 5);
  ys.slice(1).forEach((y, i) => assert.ok(y - ys[i] >= 15));
});

test("a report without a place lies in the chart's top strip, at its time", () => {
  const frame = player.chartFrame(model, 600, 300, 80);
  const report = model.reports.find((one) => one.along === null);
  const box = player.reportBox(frame, report);
  assert.ok(box.y < frame.top);
  assert.equal(box.from, frame.x(report.t0));
  assert.equal(player.reportNear(frame, model, { reports: true }, box.x, box.y, 5), report.index);
  assert.equal(player.reportNear(frame, model, { reports: false }, box.x, box.y, 5), -1);
});

test("verdicts and units have colours of their own", () => {
  const verdicts = ["supports", "doubtful", "impossible", "unused"].map(player.verdictColour);
  const units = [0, 1, 2, 3, 4, 5].map(player.unitColour);
  assert.equal(new Set([...verdicts, ...units]).size, 10);
  assert.equal(player.verdictColour("__proto__"), player.verdictColour("unused"));
});

/** Contrast of two colours as WCAG 2.2 defines it. */
function contrast(a, b) {
  const light = (hex) => {
    const [r, g, bl] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [x, y] = [light(a), light(b)].sort((m, n) => n - m);
  return (x + 0.05) / (y + 0.05);
}

test("symbols stand out 3 to 1 from the map's paper, units' names 4.5 to 1 from white", () => {
  for (const verdict of ["supports", "doubtful", "impossible", "unused"]) assert.ok(contrast(player.verdictColour(verdict), player.PAPER) >= 3, verdict);
  for (let i = 0; i < 6; i++) assert.ok(contrast(player.unitColour(i), "#ffffff") >= 4.5, String(i));
});

test("a unit's status names the nearest place and the radius, in the words of the table without scripts", () => {
  const clock = player.makeClock(model.scene, player.WORDS.en), { en, ru } = player.WORDS;
  const told = (unit, t, words) => player.unitStatus(unit, player.unitAt(unit, t), model.scene, clock, words);
  assert.equal(told(model.units[0], 4 * 3600, en), "10 km S of Millbrook; 90 % within 8 km");
  assert.equal(told(model.units[1], 4 * 3600, en), "25 km N of Southford; 90 % within 5 km");
  assert.equal(told(model.units[1], 4 * 3600, ru), "25 км к С от: Южный Брод; 90 % в пределах 5 км");
});

test("a unit's status says since when nobody reported it, or that it is lost, and names no point in a wide circle", () => {
  const clock = player.makeClock(model.scene, player.WORDS.en), unit = model.units[0];
  const place = model.scene.labels.find((label) => label.text === "Millbrook"), { scale } = model.scene;
  const [x, y] = player.world(place.lon / scale, place.lat / scale + 0.1);
  const status = (now, scene = model.scene) => player.unitStatus(unit, { x, y, phase: "known", drawn: true, ...now }, scene, clock, player.WORDS.en);
  assert.equal(status({ radius: 74_900 }), "11 km N of Millbrook; 90 % within 75 km");
  assert.equal(status({ radius: 84_000 }), "somewhere within 95 km of Millbrook (90 %)");
  assert.match(status({ phase: "after", radius: 9_000 }), /^no report since 3 May, \d\d:\d\d; 11 km N of Millbrook; 90 % within 9 km$/);
  assert.match(status({ phase: "before", radius: 400_000, drawn: false }), /^no report before 3 May, \d\d:\d\d; position unknown$/);
  assert.equal(status({ radius: 3, y: player.world(40, place.lat / scale + 0.01)[1] }), "near Millbrook; 90 % within 1 km");
  assert.equal(status({ radius: 3 }, { ...model.scene, labels: [] }), "40.10°, 50.70°; 90 % within 1 km");
});

test("the chart names the most reported of the outermost cities beyond the march, if it lies near the line of march", () => {
  const scene = readScene(), [lon, lat] = scene.axis.to, { scale } = scene;
  const city = (text, east, north, rank = 1) => ({ text, local: `${text}-на-реке`, lon: Math.round(east * scale), lat: Math.round(north * scale), rank });
  const places = { Goal: [lon + 0.1, lat + 0.8], Suburb: [lon + 0.1, lat + 1.1], Midway: [lon, lat + 0.1], Aside: [lon + 4, lat], Village: [lon, lat + 0.4] };
  scene.labels = [city("Goal", ...places.Goal), city("Suburb", ...places.Suburb), city("Midway", ...places.Midway), city("Aside", ...places.Aside), city("Village", ...places.Village, 3), city("Silent", lon, lat + 1)];
  const said = Object.values(places).map(([east, north]) => ({ ...scene.reports[0], y: null, lon: Math.round(east * scale), lat: Math.round(north * scale) }));
  scene.reports = [...said, said[0], said[0]];
  const opened = player.openScene(scene), marks = player.chartMarks(opened);
  const names = marks.map((mark) => mark[0]);
  assert.equal(names[0], "Goal");
  for (const name of ["Suburb", "Midway", "Aside", "Village", "Silent"]) assert.ok(!names.includes(name), name);
  assert.ok(marks[0][1] > scene.axis.km + 80 && marks[0][1] < scene.axis.km + 95, String(marks[0][1]));
  assert.equal(player.chartMarks(opened, true)[0][0], "Goal-на-реке");
  assert.ok(Math.abs(player.alongAxis(scene.axis, ...scene.axis.from).km) < 1e-6);
  assert.ok(Math.abs(player.alongAxis(scene.axis, ...scene.axis.to).km - scene.axis.km) < 0.1);
});
