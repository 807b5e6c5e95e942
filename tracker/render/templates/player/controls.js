/* The controls: their words, their listeners, the keys. What they do is handed in. */
(function (P) {
  "use strict";

  /** Fills the controls' words and the speeds; every control is found inside the root by its data-part. */
  function dressControls(part, model, words, speed) {
    const named = {
      play: words.play, previous: words.previous, next: words.next, slider: words.time, playback: words.playback, layers: words.layers,
      units: words.units, canvas: words.chart, "list-region": words.list, card: words.card, speed: words.speed,
    };
    for (const [name, label] of Object.entries(named)) part(name).setAttribute("aria-label", label);
    const written = { title: model.scene.title, "list-title": words.list, fingers: words.twoFingers };
    for (const [name, text] of Object.entries(written)) part(name).textContent = text;
    for (const name of ["previous", "next"]) part(name).title = words[name];
    Object.assign(part("slider"), { max: model.end, step: 60, value: 0 });
    part("speed").replaceChildren(...P.SPEEDS.map((value) => {
      const text = value < 3600 ? P.fill(words.minutesASecond, { n: value / 60 }) : P.fill(words.hoursASecond, { n: value / 3600 });
      return P.make("option", { text, attributes: { value } });
    }));
    part("speed").value = speed;
  }

  /** Adds listeners and removes them all together. */
  function makeListeners() {
    const undo = [];
    return {
      on(target, name, listener) {
        target.addEventListener(name, listener);
        undo.push(() => target.removeEventListener(name, listener));
      },
      clear: () => undo.splice(0).forEach((step) => step()),
    };
  }

  /** What a key press means to the player, or null where it belongs to the control that has the focus. */
  function keyAction(event, actions) {
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    const tag = event.target.tagName, key = event.key.toLowerCase();
    if (tag === "SELECT" || tag === "TEXTAREA") return null;
    const own = ["BUTTON", "INPUT", "SUMMARY", "A"].includes(tag);
    const table = { k: "toggle", n: "next", p: "previous", 0: "home", escape: "drop", " ": own ? "" : "toggle" };
    return Object.hasOwn(table, key) ? actions[table[key]] || null : null;
  }

  /** Joins controls and keys to what they do. */
  function listenToControls(root, part, listeners, actions) {
    const { on } = listeners;
    on(part("play"), "click", actions.toggle);
    on(part("next"), "click", actions.next);
    on(part("previous"), "click", actions.previous);
    on(part("slider"), "input", (event) => actions.seek(event.target.value));
    on(part("slider"), "change", actions.tell);
    on(part("speed"), "change", (event) => actions.speed(Number(event.target.value)));
    on(root, "keydown", (event) => {
      const action = keyAction(event, actions);
      if (!action) return;
      event.preventDefault();
      action();
    });
  }

  /** A map cannot be laid out anew in the moment of printing: it keeps its size on the paper, so that nothing is cut. */
  function keepForPrint(slot, listeners) {
    listeners.on(globalThis, "beforeprint", () => {
      slot.style.width = `${slot.clientWidth}px`;
      slot.style.height = `${slot.clientHeight}px`;
    });
    listeners.on(globalThis, "afterprint", () => {
      slot.style.width = slot.style.height = "";
    });
  }

  Object.assign(P, { dressControls, makeListeners, keyAction, listenToControls, keepForPrint });
})((globalThis.TrackerPlayer ??= {}));
