import assert from "node:assert/strict";
import { test } from "node:test";
import { player } from "./player.mjs";

const scene = { t0: "2023-06-23T15:00:00Z", zone: { name: "MSK", offset_min: 180 } };
const { en, ru } = player.WORDS;

/** All keys of a nest of objects, joined with dots. */
const keys = (table, at = "") => Object.entries(table).flatMap(([key, value]) =>
  value && typeof value === "object" && !Array.isArray(value) ? keys(value, `${at}${key}.`) : [`${at}${key}`]);

test("English and Russian say the same things", () => {
  const both = (table) => keys(table).filter((key) => !key.startsWith("zones.")).sort();
  assert.deepEqual(both(ru), both(en));
});

test("an unknown language speaks English and a region's tag its language", () => {
  assert.equal(player.wordsFor("xx"), en);
  assert.equal(player.wordsFor(undefined), en);
  assert.equal(player.wordsFor("constructor"), en);
  assert.equal(player.wordsFor("ru-RU"), ru);
});

test("times are shown in the scene's zone, never the reader's", () => {
  const clock = player.makeClock(scene, en);
  assert.equal(clock.long(0), "Fri 23 Jun 2023, 18:00 MSK");
  assert.equal(player.makeClock(scene, ru).long(0), "пт 23 июня 2023, 18:00 МСК");
  assert.equal(clock.iso(60), "2023-06-23T15:01:00.000Z");
});

test("an interval says its day once", () => {
  const clock = player.makeClock(scene, en);
  assert.equal(clock.span(0, 3600), "23 Jun, 18:00 – 19:00");
  assert.equal(clock.span(0, 9 * 3600), "23 Jun, 18:00 – 24 Jun, 03:00");
  assert.equal(clock.span(0, 0), "23 Jun, 18:00");
  assert.equal(clock.span(0, null), "23 Jun, 18:00 –");
});

test("ticks fall on round hours of the zone", () => {
  const clock = player.makeClock({ ...scene, t0: "2023-06-23T15:20:00Z" }, en);
  assert.deepEqual(clock.ticks(4 * 3600, 3600).map(clock.time), ["19:00", "20:00", "21:00", "22:00"]);
  assert.ok(clock.isMidnight(clock.ticks(86400, 86400)[0]));
});

test("tick labels keep their room", () => {
  assert.equal(player.tickStep(46 * 3600, 600, 42), 6 * 3600);
  assert.equal(player.tickStep(46 * 3600, 2300, 42), 3600);
});

test("lengths are rounded to what they can bear", () => {
  assert.deepEqual([40, 1000, 2340, 12_600].map((m) => player.lengthText(m, en)), ["40 m", "1 km", "2.3 km", "13 km"]);
});

test("a grade is explained in words, and a strange one shown as it is", () => {
  assert.equal(player.gradeText("B2", en), "B2: source usually reliable, probably true");
  assert.equal(player.gradeText("F6", en), "F6: source cannot be judged, truth cannot be judged");
  assert.equal(player.gradeText("Z9", en), "Z9");
});

test("a word that the table does not have is shown, also one that every object has", () => {
  assert.equal(player.wordOf(en.kinds, "sighting"), "sighting");
  assert.equal(player.wordOf(en.kinds, "constructor"), "constructor");
});
