/* The legend: what each unit does now, the layers with their switches, what shapes and colours mean. */
(function (P) {
  "use strict";

  /** Buttons of the units with their status; update(t) writes only what changed. */
  function unitLegend(box, model, clock, words, onPick) {
    const entries = model.units.map((unit, index) => {
      const swatch = P.make("span", { className: "tracker-swatch" });
      swatch.style.borderColor = swatch.style.backgroundColor = P.unitColour(index);
      const status = P.make("span", { className: "tracker-status" });
      const name = P.make("strong", { text: unit.name });
      name.style.color = P.unitColour(index);
      const button = P.make("button", { className: "tracker-unit", attributes: { type: "button" } }, swatch, name, status);
      button.addEventListener("click", () => onPick(index));
      return { unit, button, swatch, status };
    });
    box.replaceChildren(...entries.map((entry) => entry.button));
    const update = (t) => {
      for (const { unit, swatch, status, button } of entries) {
        const now = P.unitAt(unit, t), text = P.unitStatus(unit, now, model.scene, clock, words);
        if (status.textContent !== text) status.textContent = text;
        swatch.classList.toggle("tracker-hollow", !now.sure);
        button.classList.toggle("tracker-faint", !now.drawn);
      }
    };
    return { update };
  }

  function radiusPicture(colour) {
    const canvas = P.make("canvas", { className: "tracker-symbol", attributes: { "aria-hidden": "true" } });
    const { g } = P.sizeCanvas(canvas, 18, 18);
    g.beginPath();
    g.arc(9, 9, 7.5, 0, 2 * Math.PI);
    g.fillStyle = g.strokeStyle = colour;
    g.globalAlpha = 0.15;
    g.fill();
    g.globalAlpha = 0.8;
    g.stroke();
    return canvas;
  }

  function cloudPicture(colour) {
    const canvas = P.make("canvas", { className: "tracker-symbol", attributes: { "aria-hidden": "true" } });
    const { g } = P.sizeCanvas(canvas, 18, 18);
    g.fillStyle = colour;
    g.globalAlpha = 0.4;
    for (const [x, y] of [[5, 12], [8, 9], [9, 7], [12, 6], [13, 4]]) {
      g.beginPath();
      g.arc(x, y, 3.2, 0, 2 * Math.PI);
      g.fill();
    }
    return canvas;
  }

  /** Switches of the layers, each with the symbol it draws; changes `layers` and calls `onChange`. */
  function layerSwitches(box, layers, words, onChange) {
    const pictures = {
      histories: cloudPicture(P.unitColour(0)), region: radiusPicture(P.unitColour(0)), reports: P.symbolPicture("sighting", P.INK),
      roadblocks: P.symbolPicture("roadblock", P.INK), incidents: P.symbolPicture("incident", P.INK),
    };
    box.replaceChildren(...Object.keys(pictures).map((name) => {
      const input = P.make("input", { attributes: { type: "checkbox", value: name } });
      input.checked = layers[name];
      input.addEventListener("change", () => {
        layers[name] = input.checked;
        onChange();
      });
      return P.make("label", {}, input, pictures[name], P.make("span", { text: words[name] }));
    }));
  }

  /** A piece of road or of a river, drawn as on the map. */
  function linePicture(draw) {
    const canvas = P.make("canvas", { className: "tracker-symbol tracker-wide", attributes: { "aria-hidden": "true" } });
    const { g } = P.sizeCanvas(canvas, 34, 18);
    draw(g, [[2, 9], [32, 9]]);
    return canvas;
  }

  function contextPicture(line) {
    const [colour, width, dashes = ""] = P.contextLook(line);
    return linePicture((g, [from, to]) => {
      g.strokeStyle = colour;
      g.lineWidth = width + 0.4;
      g.setLineDash(dashes.split(" ").filter(Boolean).map(Number));
      g.beginPath();
      g.moveTo(...from);
      g.lineTo(...to);
      g.stroke();
    });
  }

  /** Entries for the closures that occur; rivers and borders, if any, after them. */
  function groundKey({ closures, context }, words, entry) {
    const effects = Object.keys(words.effects).filter((effect) => closures.held.some((one) => one.effect === effect));
    const ways = effects.map((effect) => entry(linePicture((g, line) => P.drawClosure(g, effect, [line])), words.effects[effect]));
    const faint = closures.held.some((one) => one.strength < 0.95) ? [P.make("span", { text: words.faint })] : [];
    const lines = [["river", (line) => line.kind !== "border"], ["border", (line) => line.kind === "border"]]
      .map(([name, is]) => [name, context.lines.find(is)]).filter(([, line]) => line);
    return [
      ...(ways.length ? [P.make("div", {}, P.make("b", { text: words.closures }), ...ways, ...faint)] : []),
      ...(lines.length ? [P.make("div", {}, ...lines.map(([name, line]) => entry(contextPicture(line), words[name])))] : []),
    ];
  }

  /** Only the kinds and verdicts that occur in the scene, so that the key stays short. */
  function fillKey(box, model, words) {
    const entry = (picture, text) => P.make("span", { className: "tracker-key-entry" }, picture, P.make("span", { text }));
    const used = (field) => new Set(model.reports.map((report) => report[field]));
    const kinds = Object.keys(words.kinds).filter((kind) => used("kind").has(kind));
    const verdicts = Object.keys(words.verdicts).filter((verdict) => used("verdict").has(verdict));
    box.replaceChildren(
      P.make("div", {}, P.make("b", { text: words.shapes }), ...kinds.map((kind) => entry(P.symbolPicture(kind, P.INK), words.kinds[kind]))),
      P.make("div", {}, P.make("b", { text: words.colours }),
        ...verdicts.map((verdict) => entry(P.symbolPicture("sighting", P.verdictColour(verdict)), words.verdicts[verdict]))),
      ...groundKey(model, words, entry));
  }

  Object.assign(P, { unitLegend, layerSwitches, fillKey });
})((globalThis.TrackerPlayer ??= {}));
