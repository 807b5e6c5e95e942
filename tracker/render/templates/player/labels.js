/* Names on the map: places' that do not run over each other, the important ones first, and units', which cover little of them. */
(function (P) {
  "use strict";

  const SIDES = [[1, 0], [-1, 0], [0, -1], [0, 1]];
  // Reports of a town lie on its very centre: the name keeps clear of their symbols.
  const GAP = 9;

  const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  /** Box [left, top, right, bottom] of a text of `width` beside a point. */
  function boxBeside(x, y, [dx, dy], width, height) {
    const left = dx > 0 ? x + GAP : dx < 0 ? x - GAP - width : x - width / 2;
    const top = dy > 0 ? y + GAP : dy < 0 ? y - GAP - height : y - height / 2;
    return [left, top, left + width, top + height];
  }

  /** Box of a text beside its point, free of the boxes `taken`, inside of the view and over the fewest of `symbols` [x, y]; or null. */
  function freeBox(x, y, width, height, taken, view, symbols = []) {
    const free = SIDES.map((side) => boxBeside(x, y, side, width, height)).filter((box) =>
      box[0] >= 2 && box[1] >= 2 && box[2] <= view.width - 2 && box[3] <= view.height - 2 && !taken.some((other) => overlaps(box, other)));
    const under = free.map((box) => symbols.filter(([sx, sy]) => overlaps(box, [sx - 4, sy - 4, sx + 4, sy + 4])).length);
    return free[under.indexOf(Math.min(...under))] ?? null;
  }

  /**
   * Labels (x, y, text, rank, width, height) that fit, each with its box: clear of the boxes `kept` and of as many
   * `symbols` and cities' points as can be. Lower rank wins, then the order given.
   */
  function placeLabels(labels, view, kept = [], symbols = []) {
    const taken = [...kept], placed = [];
    const cities = labels.filter((label) => label.rank < 2);
    const order = labels.map((label, i) => [label, i]).sort((a, b) => a[0].rank - b[0].rank || a[1] - b[1]);
    for (const [label] of order) {
      if (label.x < 0 || label.y < 0 || label.x > view.width || label.y > view.height) continue;
      const avoided = [...symbols, ...cities.filter((city) => city !== label).map((city) => [city.x, city.y])];
      const box = freeBox(label.x, label.y, label.width, label.height, taken, view, avoided);
      if (!box) continue;
      taken.push(box, [label.x - 3, label.y - 3, label.x + 3, label.y + 3]);
      placed.push({ ...label, box });
    }
    return placed;
  }

  // What it costs a unit's name to cover a place by the place's rank, and to lie a line away from its marker.
  const COVERED = [6, 6, 2.5, 1.5, 1];
  const LINE = 19, LINE_COST = 0.8;
  // A name keeps its side until another is so much better: names that jump about cannot be read.
  const LOYALTY = 2;

  /** Boxes that a unit's name may take beside its marker: right before left, level before above and below. */
  function nameBoxes(x, y, width) {
    return [0, -1, 1, -2, 2, -3, 3].flatMap((line) => [x + 10, x - 10 - width].map(
      (left) => [left, y - 9 + line * LINE, left + width, y + 9 + line * LINE]));
  }

  /** Which of a unit's boxes is best: clear of the boxes `taken` and cheap in `places`; `side` is the one that it has. */
  function bestSide(boxes, places, taken, view, side) {
    const cost = boxes.map((box, i) => {
      const inside = box[0] >= 2 && box[1] >= 2 && box[2] <= view.width - 2 && box[3] <= view.height - 2;
      if (!inside || taken.some((other) => overlaps(box, other))) return Infinity;
      const covered = places.reduce((sum, place) => sum + (overlaps(box, place.box) ? COVERED[place.rank] : 0), 0);
      return covered + Math.ceil((i >> 1) / 2) * LINE_COST;
    });
    const best = cost.indexOf(Math.min(...cost));
    return side !== undefined && cost[side] <= cost[best] + LOYALTY && cost[side] < Infinity ? side : best;
  }

  /** Indexes of the places whose names lie under one of the boxes; half a name is worse than none. */
  function coveredPlaces(places, boxes) {
    // The letters are smaller than their box.
    const letters = ([left, top, right, bottom]) => [left + 1, top + 2, right - 1, bottom - 2];
    return places.flatMap((place, i) => (boxes.some((box) => overlaps(letters(place.box), box)) ? [i] : []));
  }

  Object.assign(P, { freeBox, placeLabels, nameBoxes, bestSide, coveredPlaces });
})((globalThis.TrackerPlayer ??= {}));
