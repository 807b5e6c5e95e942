/* Place names that do not run over each other: the important ones first, each at the first free side of its point. */
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

  /** Box of a text beside its point that is free of the boxes `taken` and inside of the view, or null. */
  function freeBox(x, y, width, height, taken, view, sides = SIDES) {
    for (const side of sides) {
      const box = boxBeside(x, y, side, width, height);
      const inside = box[0] >= 2 && box[1] >= 2 && box[2] <= view.width - 2 && box[3] <= view.height - 2;
      if (inside && !taken.some((other) => overlaps(box, other))) return box;
    }
    return null;
  }

  /** Labels (x, y, text, rank, width, height) that fit, each with its box; lower rank wins, then the order given. */
  function placeLabels(labels, view) {
    const taken = [], placed = [];
    const order = labels.map((label, i) => [label, i]).sort((a, b) => a[0].rank - b[0].rank || a[1] - b[1]);
    for (const [label] of order) {
      if (label.x < 0 || label.y < 0 || label.x > view.width || label.y > view.height) continue;
      const box = freeBox(label.x, label.y, label.width, label.height, taken, view);
      if (!box) continue;
      taken.push(box, [label.x - 3, label.y - 3, label.x + 3, label.y + 3]);
      placed.push({ ...label, box });
    }
    return placed;
  }

  Object.assign(P, { freeBox, placeLabels });
})((globalThis.TrackerPlayer ??= {}));
