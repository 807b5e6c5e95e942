/* The time-distance chart: hours across, kilometres along the line of march upward. Static picture plus a moving cursor. */
(function (P) {
  "use strict";

  const GRID = "#e7e2d6", GRID_STRONG = "#c9c2b0", TEXT = "#3f3c34";

  // Letters of the smallest beginning of a name that can still be told from others.
  const TELLING = 9;

  /** The font of the axis: smaller on a phone, where names take a third of the width. */
  const axisFont = (width) => `${width < 480 ? 10.5 : 11.5}px ${P.FONT}`;

  /** The text, its beginning with an ellipsis where it is wider than `room`, or nothing where that would tell too little. */
  function shorten(g, text, room) {
    if (g.measureText(text).width <= room) return text;
    let cut = text.length - 1;
    while (cut > 1 && g.measureText(`${text.slice(0, cut)}…`).width > room) cut--;
    return cut < TELLING ? "" : `${text.slice(0, cut).trimEnd()}…`;
  }

  function paintGrid(g, f, model, clock, words) {
    g.fillStyle = "#fff";
    g.fillRect(0, 0, f.width, f.height);
    g.lineWidth = 1;
    g.textBaseline = "middle";
    g.font = axisFont(f.width);
    for (const [name, km] of P.spacedMarks(f.marks, f.y, 15)) {
      const y = Math.round(f.y(km)) + 0.5;
      g.strokeStyle = GRID;
      g.beginPath();
      g.moveTo(f.left, y);
      g.lineTo(f.right, y);
      g.stroke();
      g.fillStyle = TEXT;
      g.textAlign = "right";
      g.fillText(shorten(g, name, f.left - 8), f.left - 6, y);
    }
    g.font = `11.5px ${P.FONT}`;
    paintHours(g, f, model, clock);
    g.textAlign = "right";
    g.fillStyle = "#6a665a";
    g.font = axisFont(f.width);
    g.fillText(shorten(g, words.unplaced, f.left - 8), f.left - 6, f.strip);
    g.textAlign = "left";
  }

  function paintHours(g, f, model, clock) {
    const step = P.tickStep(model.end, f.right - f.left, 42);
    g.textAlign = "center";
    const half = g.measureText("00:00").width / 2;
    let free = -Infinity;
    for (const t of clock.ticks(model.end, step)) {
      const x = Math.round(f.x(t)) + 0.5, midnight = clock.beginsDay(t);
      g.strokeStyle = midnight ? GRID_STRONG : GRID;
      g.beginPath();
      g.moveTo(x, f.head);
      g.lineTo(x, f.bottom + 4);
      g.stroke();
      g.fillStyle = TEXT;
      // Where the clock was changed two of its hours may lie close together.
      const middle = P.clamp(x, half, f.width - half - 2);
      if (middle - half < free) continue;
      free = middle + half + 2;
      g.fillText(clock.time(t), middle, f.bottom + 12);
    }
    paintDays(g, f, model, clock);
  }

  /** Each day's name once, at its midnight or at the left edge, if there is room before the next. */
  function paintDays(g, f, model, clock) {
    g.textAlign = "left";
    g.font = `600 11.5px ${P.FONT}`;
    const starts = [0, ...clock.days(model.end).filter((t) => t > 0)];
    starts.forEach((t, i) => {
      const x = f.x(t), until = i + 1 < starts.length ? f.x(starts[i + 1]) : f.width - 2;
      const text = clock.day(t);
      if (g.measureText(text).width + 4 <= until - x) g.fillText(text, x, f.bottom + 26);
    });
    g.font = `11.5px ${P.FONT}`;
  }

  /** The part of a unit's band between two moments as rows of pixels. */
  function bandRows(f, { band }, from, to) {
    const start = Math.max(from, band.t[0]), end = Math.min(to, band.t[band.t.length - 1]);
    if (!(end > start)) return [];
    return [start, ...band.t.filter((one) => one > start && one < end), end].map((t) => {
      const place = P.between(band.t, t), km = (column) => f.y(P.mix(column, place));
      return { x: f.x(t), low: km(band.low), middle: km(band.middle), high: km(band.high) };
    });
  }

  /** A part of a band as a filled shape, and its middle as a line. */
  function paintBand(g, rows, colour, sure) {
    g.beginPath();
    for (const row of rows) g.lineTo(row.x, row.high);
    for (const row of [...rows].reverse()) g.lineTo(row.x, row.low);
    g.closePath();
    g.fillStyle = g.strokeStyle = colour;
    g.globalAlpha = sure ? 0.24 : 0.08;
    g.fill();
    g.globalAlpha = sure ? 1 : 0.4;
    g.lineWidth = sure ? 2 : 1.2;
    if (!sure) g.setLineDash([3, 4]);
    g.beginPath();
    for (const row of rows) g.lineTo(row.x, row.middle);
    g.stroke();
    g.setLineDash([]);
    g.globalAlpha = 1;
  }

  function paintUnits(g, f, model) {
    g.lineJoin = "round";
    model.units.forEach((unit, index) => {
      // Where the map shows no unit, a band over the whole march would tell nothing either.
      const drawn = unit.spells.filter(({ look }) => look !== "lost");
      for (const { from, to, look } of drawn) paintBand(g, bandRows(f, unit, from, to), P.unitColour(index), look === "sure");
    });
  }

  function paintReport(g, f, report, strong) {
    const box = P.reportBox(f, report), colour = P.verdictColour(report.verdict);
    g.strokeStyle = colour;
    if (box.placed && report.layer === "roadblocks") {
      g.globalAlpha = strong ? 1 : 0.35;
      g.lineWidth = 3;
      line(g, box.from, box.y, Math.max(box.to, box.from + 2), box.y);
    } else if (box.placed) {
      g.globalAlpha = strong ? 1 : report.layer === "incidents" ? 0.3 : 0.45;
      g.lineWidth = strong ? 2 : 1;
      line(g, box.from, box.y, box.to, box.y);
      line(g, box.x, Math.max(f.top, box.y - box.reach), box.x, Math.min(f.bottom, box.y + box.reach));
    }
    g.globalAlpha = 1;
    P.drawSymbol(g, report.kind, colour, box.x, box.y, strong ? 7 : report.layer === "reports" ? 4 : 3.4);
    if (!strong) return;
    g.beginPath();
    g.arc(box.x, box.y, 12, 0, 2 * Math.PI);
    g.strokeStyle = P.INK;
    g.lineWidth = 2;
    g.stroke();
  }

  function line(g, x0, y0, x1, y1) {
    g.beginPath();
    g.moveTo(x0, y0);
    g.lineTo(x1, y1);
    g.stroke();
  }

  function paintChart(g, f, model, clock, words, state) {
    paintGrid(g, f, model, clock, words);
    g.save();
    g.beginPath();
    g.rect(f.left - 5, 0, f.width - f.left + 5, f.bottom + 5);
    g.clip();
    const shown = (report) => state.layers[report.layer] && report.dated;
    for (const report of model.reports) if (report.layer === "roadblocks" && shown(report)) paintReport(g, f, report, false);
    paintUnits(g, f, model);
    for (const report of model.reports) if (report.layer !== "roadblocks" && shown(report)) paintReport(g, f, report, false);
    if (model.reports[state.picked]?.dated) paintReport(g, f, model.reports[state.picked], true);
    g.restore();
    g.strokeStyle = GRID_STRONG;
    g.lineWidth = 1;
    line(g, f.left, f.bottom + 0.5, f.right, f.bottom + 0.5);
  }

  /** The chart of a player: paint() the still part, moveTo(t) the cursor and its dots, resize(), destroy(). */
  function makeChart({ slot, canvas, cursor, model, clock, words, russian, state, onSeek, onPick }) {
    let frame = null;
    const dots = model.units.map((_, index) => {
      const dot = document.createElement("span");
      dot.className = "tracker-chart-dot";
      dot.style.backgroundColor = dot.style.borderColor = P.unitColour(index);
      slot.append(dot);
      return dot;
    });
    const paint = () => {
      if (!frame) return;
      const { g } = P.sizeCanvas(canvas, frame.width, frame.height);
      paintChart(g, frame, model, clock, words, state());
    };
    const moveTo = (t) => {
      if (!frame) return;
      cursor.style.transform = `translateX(${frame.x(t).toFixed(1)}px)`;
      model.units.forEach((unit, index) => {
        const place = P.between(unit.band.t, t), km = P.mix(unit.band.middle, place);
        const { drawn, sure } = P.unitAt(unit, t);
        dots[index].hidden = !drawn || km < frame.low || km > frame.high;
        dots[index].classList.toggle("tracker-hollow", !sure);
        dots[index].style.transform = `translate(${frame.x(t).toFixed(1)}px, ${frame.y(km).toFixed(1)}px)`;
      });
    };
    const resize = () => {
      const width = slot.clientWidth, height = slot.clientHeight;
      if (!width || !height) return;
      const g = canvas.getContext("2d");
      g.font = axisFont(width);
      const names = [...P.chartMarks(model, russian).map((mark) => mark[0]), words.unplaced];
      const widest = Math.max(...names.map((name) => g.measureText(name).width)) + 10;
      frame = P.chartFrame(model, width, height, Math.min(widest, Math.max(64, width * 0.3)), russian);
      paint();
      moveTo(state().t);
    };
    const pointer = watchPointer(canvas, {
      seek: (x) => onSeek(frame.seconds(x)),
      pick: (x, y, reach) => {
        const index = P.reportNear(frame, model, state().layers, x, y, reach, state().picked);
        if (index >= 0) onPick(index);
        return index >= 0;
      },
    });
    const destroy = () => {
      pointer();
      dots.forEach((dot) => dot.remove());
    };
    return { paint, moveTo, resize, destroy };
  }

  /** Press on a symbol picks it, press elsewhere and drag seek; returns what removes the listeners. */
  function watchPointer(canvas, { seek, pick }) {
    let dragging = false;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const listeners = {
      pointerdown(event) {
        if (event.button) return;
        const [x, y] = at(event);
        if (pick(x, y, event.pointerType === "touch" ? 16 : 8)) return;
        canvas.setPointerCapture(event.pointerId);
        dragging = true;
        seek(x);
      },
      pointermove(event) {
        if (dragging) seek(at(event)[0]);
      },
      pointerup: () => (dragging = false),
      pointercancel: () => (dragging = false),
    };
    for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
    return () => Object.entries(listeners).forEach(([name, listener]) => canvas.removeEventListener(name, listener));
  }

  Object.assign(P, { makeChart });
})((globalThis.TrackerPlayer ??= {}));
