/* Colours and symbols. A report's shape says its kind, its colour the verdict; a unit has a colour of its own. */
(function (P) {
  "use strict";

  // Each at least 3:1 on the paper, also for readers who do not see red and green.
  const UNIT = ["#0b5fc4", "#8a2fa8", "#7a4a12", "#00727a", "#3b3b9e", "#a3004f"];
  const VERDICT = { supports: "#00795c", doubtful: "#b86200", impossible: "#b3123f", unused: "#666660" };
  const INK = "#1b1b1b";
  const PAPER = "#f7f4ec";
  const ROAD = {
    motorway: ["#8b7440", 2.4], trunk: ["#9a8556", 2], primary: ["#ab9b75", 1.5], secondary: ["#c0b596", 1.1], tertiary: ["#cec6ae", 0.9],
  };
  const ROAD_OTHER = ["#d6d0bf", 0.8];

  const unitColour = (index) => UNIT[index % UNIT.length];
  const own = (table, key, other) => (Object.hasOwn(table, key) ? table[key] : other);
  const verdictColour = (verdict) => own(VERDICT, verdict, VERDICT.unused);
  const roadLook = (name) => own(ROAD, String(name).replace(/_link$/, ""), ROAD_OTHER);

  const polygon = (g, points) => {
    points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)));
    g.closePath();
  };

  const OUTLINES = {
    sighting: (g, x, y, s) => { g.moveTo(x + s, y); g.arc(x, y, s, 0, 2 * Math.PI); },
    absence: (g, x, y, s) => { g.moveTo(x + s, y); g.arc(x, y, s, 0, 2 * Math.PI); },
    roadblock: (g, x, y, s) => g.rect(x - s, y - s, 2 * s, 2 * s),
    incident: (g, x, y, s) => polygon(g, [[x, y - 1.2 * s], [x + 1.15 * s, y + 0.85 * s], [x - 1.15 * s, y + 0.85 * s]]),
    turnaround: (g, x, y, s) => polygon(g, [[x, y + 1.2 * s], [x + 1.15 * s, y - 0.85 * s], [x - 1.15 * s, y - 0.85 * s]]),
    statement: (g, x, y, s) => polygon(g, [[x, y - 1.3 * s], [x + 1.3 * s, y], [x, y + 1.3 * s], [x - 1.3 * s, y]]),
  };

  /** Draws a report's symbol: outline by kind, fill by colour, white rim so that neighbours stay apart; pale: not surely so yet. */
  function drawSymbol(g, kind, colour, x, y, size, pale = false) {
    g.beginPath();
    own(OUTLINES, kind, OUTLINES.sighting)(g, x, y, size);
    const hollow = kind === "absence";
    g.fillStyle = hollow ? "#fff" : colour;
    if (pale) {
      g.globalAlpha = 0.35;
      g.fill();
      g.globalAlpha = 1;
    } else g.fill();
    g.lineWidth = hollow ? Math.max(1.2, size / 2.5) : 1;
    g.strokeStyle = hollow || pale ? colour : "#fff";
    g.stroke();
    if (kind === "roadblock" && size >= 4) {
      g.fillStyle = "#fff";
      g.fillRect(x - size * 0.62, y - size * 0.22, size * 1.24, size * 0.44);
    }
  }

  /** Draws a unit's marker: full where its place is sure, hollow and faded where it is not. */
  function drawMarker(g, colour, x, y, sure) {
    g.globalAlpha = sure ? 1 : 0.75;
    g.beginPath();
    g.arc(x, y, 7, 0, 2 * Math.PI);
    g.fillStyle = sure ? colour : "rgba(255,255,255,.8)";
    g.fill();
    g.lineWidth = 2;
    g.strokeStyle = sure ? "#fff" : colour;
    if (!sure) g.setLineDash([3, 2.5]);
    g.stroke();
    g.setLineDash([]);
    if (sure) {
      g.beginPath();
      g.arc(x, y, 8.5, 0, 2 * Math.PI);
      g.lineWidth = 1;
      g.strokeStyle = colour;
      g.stroke();
    }
    g.globalAlpha = 1;
  }

  /** A small translucent dot, drawn once and stamped for each history. */
  function cloudStamp(colour, ratio) {
    const size = 10, stamp = document.createElement("canvas");
    stamp.width = stamp.height = Math.ceil(size * ratio);
    const g = stamp.getContext("2d");
    g.scale(ratio, ratio);
    g.beginPath();
    g.arc(size / 2, size / 2, 4, 0, 2 * Math.PI);
    g.fillStyle = colour;
    g.fill();
    return { stamp, size };
  }

  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

  Object.assign(P, { INK, PAPER, FONT, unitColour, verdictColour, roadLook, drawSymbol, drawMarker, cloudStamp });
})((globalThis.TrackerPlayer ??= {}));
