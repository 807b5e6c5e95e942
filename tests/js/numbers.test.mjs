import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, player } from "./player.mjs";

test("packed columns come back as they were, also beyond 31 bits and below zero", () => {
  const columns = [[0, 5, -5, 3_000_000_000, -3_000_000_000], [1, 1, 64, -64, 8191]];
  assert.deepEqual(player.unpack(pack(columns), 2).map((c) => [...c]), columns);
});

test("nothing packed is empty columns", () => {
  assert.deepEqual(player.unpack("", 3).map((c) => c.length), [0, 0, 0]);
});

test("bisect finds the first greater value", () => {
  const sorted = [0, 10, 10, 20];
  assert.deepEqual([-1, 0, 9, 10, 20, 99].map((v) => player.bisect(sorted, v)), [0, 1, 1, 3, 4, 4]);
});

test("between holds the ends and shares the middle", () => {
  const t = [0, 10, 30];
  const at = (v) => player.mix([0, 100, 200], player.between(t, v));
  assert.deepEqual([-5, 0, 5, 10, 20, 30, 99].map(at), [0, 0, 50, 100, 150, 200, 200]);
  assert.equal(player.mix([7], player.between([3], 99)), 7);
});

test("a jump in time does not divide by nothing", () => {
  assert.equal(player.mix([1, 2, 3], player.between([0, 5, 5], 5)), 2);
});

test("a press means the nearest symbol; pressing again goes through those that lie on one another", () => {
  const symbols = [[10, 10, 0], [10, 10, 1], [10.2, 10, 2], [18, 10, 3], [90, 90, 4]];
  assert.equal(player.hitAt(symbols, 50, 50, 12), -1);
  assert.equal(player.hitAt(symbols, 90, 91, 12), 4);
  const visited = [];
  for (let picked = -1; visited.length < 5;) visited.push((picked = player.hitAt(symbols, 10, 10, 12, picked)));
  assert.deepEqual(visited, [2, 1, 0, 3, 2]);
});

test("only http and https addresses may be followed", () => {
  assert.equal(player.safeUrl("https://example.org/a b"), "https://example.org/a%20b");
  assert.equal(player.safeUrl("HTTP://example.org"), "http://example.org/");
  const refused = ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "//example.org", "file:///etc/passwd", "", null, undefined, "blob:x", "vbscript:x"];
  for (const address of refused) assert.equal(player.safeUrl(address), null, String(address));
});
