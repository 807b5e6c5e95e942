import assert from "node:assert/strict";
import { test } from "node:test";
import { player } from "./player.mjs";

const scene = { t0: "2023-06-23T15:00:00Z", zone: { name: "Europe/Moscow", changes: [[0, 180, "MSK"]] } };
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

test("a report's time is told by its bounds: between, by or from", () => {
  const clock = player.makeClock(scene, en), HOUR = 3600;
  const bounds = (t0, t1, basis, now) => clock.bounds({ t0, t1, basis }, now);
  assert.equal(bounds(HOUR, 3 * HOUR, "observed"), "23 Jun, 19:00 – 21:00");
  assert.equal(bounds(HOUR, 3 * HOUR, "observed", 5 * HOUR), "19:00–21:00");
  assert.equal(bounds(HOUR, 3 * HOUR, "observed", 7 * HOUR), "23 Jun, 19:00 – 21:00");
  assert.equal(bounds(HOUR, 9 * HOUR, "inferred", 9 * HOUR), "23 Jun, 19:00 – 24 Jun, 03:00");
  assert.equal(bounds(HOUR, 3 * HOUR, "published", 3 * HOUR), "by 21:00");
  assert.equal(bounds(HOUR, 3 * HOUR, "published"), "by 23 Jun, 21:00");
  assert.equal(bounds(HOUR, null, "observed", HOUR), "from 19:00");
  assert.equal(bounds(HOUR, HOUR, "observed", HOUR), "19:00");
  assert.equal(bounds(Infinity, null, "observed", HOUR), "time not known");
  assert.equal(player.makeClock(scene, ru).bounds({ t0: 0, t1: HOUR, basis: "published" }, 0), "не позднее 19:00");
});

test("a probability claims no more than the model can", () => {
  const told = (p) => player.chanceText(p, en);
  assert.deepEqual([0, 0.009, 0.01, 0.06, 0.99, 0.991, 1].map(told),
    ["under 1 %", "under 1 %", "1 %", "6 %", "99 %", "over 99 %", "over 99 %"].map((share) => `${share} if the model holds`));
  assert.deepEqual([null, undefined].map(told), ["", ""]);
  assert.equal(player.chanceText(0.001, ru), "менее 1 %, если модель верна");
});

test("ticks fall on round hours of the zone", () => {
  const clock = player.makeClock({ ...scene, t0: "2023-06-23T15:20:00Z" }, en);
  assert.deepEqual(clock.ticks(4 * 3600, 3600).map(clock.time), ["19:00", "20:00", "21:00", "22:00"]);
  assert.ok(clock.beginsDay(clock.ticks(86400, 86400)[0]));
  assert.deepEqual(clock.days(2 * 86400).map(clock.short), ["24 Jun, 00:00", "25 Jun, 00:00"]);
});

const HOUR = 3600;
const spring = { t0: "2022-03-26T16:00:00Z", zone: { name: "Europe/Kyiv", changes: [[0, 120, "EET"], [9 * HOUR, 180, "EEST"]] } };
const autumn = { t0: "2022-10-29T15:00:00Z", zone: { name: "Europe/Kyiv", changes: [[0, 180, "EEST"], [10 * HOUR, 120, "EET"]] } };

test("when Kyiv's clock is put forward, the hour that it leaps over is never shown", () => {
  const clock = player.makeClock(spring, en);
  assert.deepEqual([8, 9, 10].map((hour) => clock.long(hour * HOUR)), [
    "Sun 27 Mar 2022, 02:00 EET", "Sun 27 Mar 2022, 04:00 EEST", "Sun 27 Mar 2022, 05:00 EEST",
  ]);
  assert.equal(clock.time(9 * HOUR - 60), "02:59");
  assert.deepEqual(clock.ticks(11 * HOUR, HOUR).map(clock.time).slice(6), ["00:00", "01:00", "02:00", "04:00", "05:00", "06:00"]);
  assert.deepEqual(clock.ticks(30 * HOUR, 6 * HOUR).map(clock.short), [
    "26 Mar, 18:00", "27 Mar, 00:00", "27 Mar, 06:00", "27 Mar, 12:00", "27 Mar, 18:00", "28 Mar, 00:00",
  ]);
  assert.deepEqual(clock.days(40 * HOUR), [6 * HOUR, 29 * HOUR]);
});

test("when Kyiv's clock is put back, the hour that comes twice is told by its zone", () => {
  const clock = player.makeClock(autumn, en);
  assert.deepEqual([9, 10, 11].map((hour) => clock.long(hour * HOUR)), [
    "Sun 30 Oct 2022, 03:00 EEST", "Sun 30 Oct 2022, 03:00 EET", "Sun 30 Oct 2022, 04:00 EET",
  ]);
  assert.deepEqual(clock.ticks(11 * HOUR, HOUR).map(clock.time).slice(6), ["00:00", "01:00", "02:00", "03:00", "03:00", "04:00"]);
  assert.deepEqual(clock.days(40 * HOUR), [6 * HOUR, 31 * HOUR]);
});

test("an interval says its zone at both ends where the clock was changed between them", () => {
  const clock = player.makeClock(autumn, en);
  assert.equal(clock.span(9.5 * HOUR, 10.5 * HOUR), "30 Oct, 03:30 EEST – 30 Oct, 03:30 EET");
  assert.equal(clock.zonedSpan(9.5 * HOUR, 10.5 * HOUR), "30 Oct, 03:30 EEST – 30 Oct, 03:30 EET");
  assert.equal(clock.zonedSpan(HOUR, 2 * HOUR), "29 Oct, 19:00 – 20:00 EEST");
  assert.equal(clock.zonedSpan(11 * HOUR, null), "30 Oct, 04:00 EET –");
  assert.equal(clock.zonedSpan(null, null), "time not known");
});

test("before its first change and after its last the clock keeps their offsets", () => {
  const clock = player.makeClock(spring, en);
  assert.equal(clock.long(-HOUR), "Sat 26 Mar 2022, 17:00 EET");
  assert.equal(clock.long(1000 * HOUR), "Sat 7 May 2022, 11:00 EEST");
  assert.equal(player.makeClock({ ...scene, zone: { name: "x", changes: [[-7200, 120, "A"], [-3600, 180, "B"]] } }, en).time(0), "18:00");
});

test("where the clock leaps over midnight the day begins at the leap, and one that comes twice begins once", () => {
  const leap = { t0: "2022-03-26T20:00:00Z", zone: { name: "Asia/Beirut", changes: [[0, 120, "EET"], [2 * HOUR, 180, "EEST"]] } };
  assert.deepEqual(player.makeClock(leap, en).days(10 * HOUR).map((t) => [t, player.makeClock(leap, en).short(t)]), [[2 * HOUR, "27 Mar, 01:00"]]);
  const twice = { t0: "2022-11-06T00:00:00Z", zone: { name: "America/Havana", changes: [[0, -240, "CDT"], [5 * HOUR, -300, "CST"]] } };
  assert.deepEqual(player.makeClock(twice, en).days(10 * HOUR), [4 * HOUR]);
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
