/* How sure a unit's position is, in spells: sure, vague or lost. */
(function (P) {
  "use strict";

  // A unit is lost from the one radius on, and found again only below the other: a line that comes and goes cannot be read.
  const LOST_M = 300_000, FOUND_M = 200_000;
  // Beyond this radius no marker may pretend to know where the unit is.
  const SURE_M = 75_000;

  /** Moments at which a column's straight run from one value to the next passes a level. */
  function crossings(t, values, level) {
    const out = [];
    for (let i = 0; i + 1 < t.length; i++) {
      const [a, b] = [values[i] - level, values[i + 1] - level];
      if (a * b < 0) out.push(t[i] + (a / (a - b)) * (t[i + 1] - t[i]));
    }
    return out;
  }

  /**
   * All time in spells [{from, to, look}]. sure: between the unit's first and last report, and 90 % within 75 km;
   * lost: once within more than 300 km, until it is within less than 200 km again; else vague.
   */
  function spellsOf({ t, radius }, knownFrom, knownUntil) {
    const cuts = [-Infinity, ...t, knownFrom, knownUntil, ...[SURE_M, FOUND_M, LOST_M].flatMap((level) => crossings(t, radius, level)), Infinity];
    cuts.sort((a, b) => a - b);
    const spells = [];
    let lost = radius[0] > FOUND_M;
    cuts.slice(1).forEach((to, i) => {
      const from = cuts[i];
      if (from === to) return;
      const middle = from === -Infinity ? to - 1 : to === Infinity ? from + 1 : (from + to) / 2;
      const metres = P.mix(radius, P.between(t, middle));
      lost = metres > (lost ? FOUND_M : LOST_M);
      const known = from >= knownFrom && to <= knownUntil;
      const look = lost ? "lost" : known && metres <= SURE_M ? "sure" : "vague";
      if (spells.at(-1)?.look === look) spells.at(-1).to = to;
      else spells.push({ from, to, look });
    });
    return spells;
  }

  /** The look of a moment; where two spells meet a sure one counts, so that the last report is still a known moment. */
  function lookAt(spells, t) {
    const looks = spells.filter(({ from, to }) => from <= t && t <= to).map((spell) => spell.look);
    return looks.includes("sure") ? "sure" : looks.at(-1);
  }

  Object.assign(P, { LOST_M, SURE_M, spellsOf, lookAt });
})((globalThis.TrackerPlayer ??= {}));
