// Loads the player as a page does: plain scripts that fill one global. Also a writer of packed columns, to check the reader.
import { readFileSync, readdirSync } from "node:fs";
import { runInThisContext } from "node:vm";

const scripts = new URL("../../tracker/render/templates/player/", import.meta.url);
for (const name of readdirSync(scripts).filter((file) => file.endsWith(".js")).sort()) {
  runInThisContext(readFileSync(new URL(name, scripts), "utf8"), { filename: name });
}

export const player = globalThis.TrackerPlayer;

const fixture = readFileSync(new URL("../fixtures/scene.json", import.meta.url), "utf8");
export const readScene = () => JSON.parse(fixture);

/** Columns of integers as the scene packs them; BigInt so that the writer shares no arithmetic with the reader. */
export function pack(columns) {
  const bytes = [], last = columns.map(() => 0n);
  for (let row = 0; row < columns[0].length; row++) {
    columns.forEach((column, i) => {
      const delta = BigInt(column[row]) - last[i];
      last[i] += delta;
      let zigzag = delta >= 0n ? delta << 1n : (-delta << 1n) - 1n;
      while (zigzag >= 128n) {
        bytes.push(Number(zigzag & 127n) | 128);
        zigzag >>= 7n;
      }
      bytes.push(Number(zigzag));
    });
  }
  return Buffer.from(bytes).toString("base64");
}
