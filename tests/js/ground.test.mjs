import assert from "node:assert/strict";
import { test } from "node:test";
import { player, readScene } from "./player.mjs";

const scene = readScene(), model = player.openScene(scene), { en, ru } = player.WORDS;
const view = { width: 400, height: 300 };

test("a scene without rivers and closures opens, and shows none", () => {
  const { context, closures, ...rest } = scene, bare = player.openScene(rest);
  assert.ok(context && closures);
  assert.deepEqual([bare.context.lines, bare.closures.held], [[], []]);
  assert.deepEqual(player.visibleAt(bare, 5 * 3600).closures, []);
  assert.equal(player.effectText(bare.closures, 1, en), "");
});

test("the farther away one looks, the fewer vertices a river has, and all of them are on the finer one", () => {
  const river = model.context.lines.find((line) => line.name === "Elm River");
  const [fine, middle, coarse] = [0, 1, 2].map((step) => player.pointsAt(river, step).flat().map(String));
  assert.ok(fine.length > middle.length && middle.length > coarse.length && coarse.length >= 2);
  for (const point of coarse) assert.ok(middle.includes(point) && fine.includes(point));
});

test("the step of detail is the coarsest that a pixel does not show, within those that the scene has", () => {
  const step = (metres, finest = 0) => player.stepFor({ tolerance: 100, finest }, metres);
  assert.deepEqual([5, 399, 400, 1599, 1600, 1e6].map((metres) => step(metres)), [0, 0, 1, 1, 2, 2]);
  assert.equal(step(5, 2), 2);
});

const straight = { text: "Elm", lines: [[[20, 150], [380, 150]]] };
const width = () => 60;

test("a river's name stands beside the river, upright, inside of the map and clear of other names", () => {
  const [name] = player.placeWaterNames([straight], view, [], width);
  assert.ok(name.box[3] <= 150 && Math.abs(name.x - 200) < 20 && Math.abs(name.angle) < 1e-9);
  const [backwards] = player.placeWaterNames([{ text: "Elm", lines: [[[380, 150], [20, 150]]] }], view, [], width);
  assert.ok(Math.abs(backwards.angle) < 1e-9);
  const taken = [0, 120, 400, 149], [below] = player.placeWaterNames([straight], view, [taken], width);
  assert.ok(below.box[1] >= 149);
});

test("where there is no room, or the river bends too much, its name is left out", () => {
  assert.deepEqual(player.placeWaterNames([straight], view, [[0, 0, 400, 300]], width), []);
  const zigzag = Array.from({ length: 40 }, (_, i) => [10 + i * 9, i % 2 ? 165 : 135]);
  assert.deepEqual(player.placeWaterNames([{ text: "Elm", lines: [zigzag] }], view, [], width), []);
  assert.deepEqual(player.placeWaterNames([{ text: "Elm", lines: [[[0, 0], [30, 0]]] }, { text: "none", lines: [] }], view, [], width), []);
});

test("each river is named once, and no two names lie over one another", () => {
  const waters = [straight, straight, { text: "Oak", lines: [[[20, 160], [380, 160]]] }];
  const names = player.placeWaterNames(waters, view, [], width), [a, b] = names.map((name) => name.box);
  assert.deepEqual(names.map((name) => name.text).sort(), ["Elm", "Oak"]);
  assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
});

test("a closure is there only while it holds, and one without an end from its beginning on", () => {
  const counts = [3599, 3600, 27_000, 27_001].map((t) => player.closuresAt(model.closures, t).length);
  assert.deepEqual(counts, [0, 3, 3, 0]);
  assert.deepEqual(player.visibleAt(model, 3600).closures, ["r2"]);
  const open = { ...model.closures, held: model.closures.held.map((one) => ({ ...one, t1: null })) };
  assert.equal(player.closuresAt(open, model.end).length, 3);
});

test("of closures alike on one stretch only the strongest is drawn", () => {
  const one = model.closures.held[0], held = [{ ...one, strength: 0.4 }, { ...one, index: 1, strength: 0.9 }, { ...one, index: 2, effect: "slowed" }];
  assert.deepEqual(player.closuresAt({ held }, one.t0).map((each) => each.index), [1, 2]);
});

test("a closure is the fainter the less certain its spot, as in the drawing without scripts", () => {
  const strength = (share, spot, km) => player.strengthOf({ share, spot, km });
  assert.deepEqual([strength(1, false, 300), strength(0.5, true, 2), strength(1, true, 16), strength(0.01, true, 90)], [1, 0.5, 0.5, 0.3]);
});

test("a closed road has bars across it, evenly apart, and the shortest has one", () => {
  const bars = player.crossbars([[0, 0], [50, 0], [90, 0]], 9, 4);
  assert.equal(bars.length, 10);
  for (const [x0, y0, x1, y1] of bars) assert.deepEqual([x0 - x1, Math.abs(y1 - y0)].map(Math.round), [0, 8]);
  assert.equal(player.crossbars([[0, 0], [5, 0]]).length, 1);
  assert.deepEqual(player.crossbars([[3, 3], [3, 3]]), []);
});

test("each effect has a pattern of its own", () => {
  const strokes = (effect) => {
    const seen = [], g = { beginPath() {}, moveTo() {}, lineTo() {}, setLineDash(dashes) { this.dashes = dashes; } };
    g.stroke = () => seen.push([g.lineWidth, g.dashes, g.lineCap]);
    player.drawClosure(g, effect, [[[0, 0], [100, 0]]]);
    return JSON.stringify(seen);
  };
  assert.equal(new Set(Object.keys(en.effects).map(strokes)).size, 5);
});

test("what a roadblock does to the road is told in words, each thing once", () => {
  assert.equal(player.effectText(model.closures, 1, en), "dug up: P7, on the whole marked stretch; closed: M1, at one spot somewhere on the marked stretch");
  assert.match(player.effectText(model.closures, 1, ru), /раскопано: P7, на всём отмеченном участке; закрыто: M1/);
  assert.equal(player.effectText(model.closures, 0, en), "");
});
