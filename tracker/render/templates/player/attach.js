/* attach(): one player on one element. Holds the moment, the picked report and the clock; all drawing is elsewhere. */
(function (P) {
  "use strict";

  const SPEEDS = [600, 1800, 3600, 7200];
  const CALM_STEP = 1800, CALM_PAUSE = 1.5;
  // A frame that comes late (a hidden tab) must not make the march leap.
  const LONGEST_FRAME = 0.1;
  const WRITE_EVERY = 0.2;
  const LATEST = 5;

  const wantsCalm = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

  /** Fills the controls' words and the speeds; every control is found inside the root by its data-part. */
  function dressControls(part, model, words) {
    for (const name of ["play", "previous", "next"]) part(name).setAttribute("aria-label", words[name]);
    for (const name of ["previous", "next"]) part(name).title = words[name];
    part("slider").setAttribute("aria-label", words.time);
    part("slider").max = model.end;
    part("slider").step = 60;
    part("playback").setAttribute("aria-label", words.playback);
    part("layers").setAttribute("aria-label", words.layers);
    part("units").setAttribute("aria-label", words.units);
    part("canvas").setAttribute("aria-label", words.chart);
    part("list-title").textContent = words.list;
    part("routes-title").textContent = words.routes;
    part("list-region").setAttribute("aria-label", words.list);
    part("fingers").textContent = words.twoFingers;
    part("title").textContent = model.scene.title;
    const speed = part("speed");
    speed.setAttribute("aria-label", words.speed);
    speed.replaceChildren(...SPEEDS.map((value) => {
      const text = value < 3600 ? P.fill(words.minutesASecond, { n: value / 60 }) : P.fill(words.hoursASecond, { n: value / 3600 });
      return P.make("option", { text, attributes: { value } });
    }));
  }

  /** The speed that shows the whole march in about a minute and a half. */
  function usualSpeed(end) {
    return SPEEDS.find((speed) => end / speed <= 90) || SPEEDS.at(-1);
  }

  /** Removes every listener that was added through it, on destroy. */
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

  /**
   * Starts a player.
   *
   * root: element that contains the markup of figure.html. scene: the versioned JSON, parsed. leaflet: Leaflet's L.
   * map: a Leaflet map to use instead of an own one; it is moved into the player. onPick({lon, lat, t, time, report}): told of
   * each click on the map (seconds, ISO time, report id or null).
   * Returns play, pause, seek(seconds), step(direction), pick(id), state(), pixelOf(id), destroy(), map.
   */
  function attach(root, scene, { leaflet = globalThis.L, map: given = null, onPick = null } = {}) {
    const lang = scene.lang, words = P.wordsFor(lang), model = P.openScene(scene), clock = P.makeClock(scene, words);
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const calmQuery = wantsCalm();
    const listeners = makeListeners();
    const now = {
      t: 0, playing: false, speed: usualSpeed(model.end), picked: -1, frames: 0, calm: Boolean(calmQuery?.matches),
      layers: { histories: true, region: true, reports: true, roadblocks: true, incidents: true },
    };
    // Reports that begin before the scene does share its first second.
    const starts = model.reports.map((report) => P.clamp(report.t0, 0, model.end));
    let request = 0, last = 0, waited = 0, unwritten = 0, minute = null, latest = -1;

    part("stage").hidden = false;
    dressControls(part, model, words);
    part("speed").value = now.speed;
    const state = () => now;
    const mapView = P.makeMapView({
      leaflet, given, slot: part("map"), model, words, lang, calm: now.calm, state,
      onPick(place, index) {
        pick(index, { seekThere: false });
        onPick?.({ lon: place.lng, lat: place.lat, t: now.t, time: clock.iso(now.t), report: index < 0 ? null : model.reports[index].id });
      },
    });
    const chart = P.makeChart({
      slot: part("chart"), canvas: part("canvas"), cursor: part("cursor"), model, clock, words, state,
      onSeek(t) { pause(); seek(t); }, onPick: (index) => pick(index),
    });
    const units = P.unitLegend(part("units"), model, clock, words, (index) => {
      const at = P.unitAt(model.units[index], now.t);
      mapView.show(...P.unworld(at.x, at.y));
    });
    P.layerSwitches(part("layers"), now.layers, words, () => { mapView.paint(); chart.paint(); });
    P.fillKey(part("key"), model, words);
    const rows = P.fillList(part("list"), model, clock, words, (index) => pick(index));
    part("routes-box").hidden = !P.fillRoutes(part("routes"), model, words, (index) => pick(index));

    /** The slow things, a few times a second while playing: clock, slider, legend. */
    function write(force) {
      const shown = Math.floor(now.t / 60);
      if (shown === minute && !force) return;
      minute = shown;
      const text = clock.long(now.t);
      part("clock").textContent = text;
      part("slider").value = now.t;
      part("slider").setAttribute("aria-valuetext", text);
      units.update(now.t);
      tellLatest();
    }

    /** While no report is picked the card tells the newest; before the first one, how to begin. */
    function tellLatest() {
      const begun = P.bisect(starts, now.t);
      if (now.picked >= 0 || begun === latest) return;
      latest = begun;
      const from = Math.max(0, begun - LATEST);
      P.fillLatest(part("card"), now.t > 0 ? model.reports.slice(from, begun).reverse() : [], clock, words, (index) => pick(index));
    }

    function draw() {
      mapView.paint();
      chart.moveTo(now.t);
    }

    function say(text) {
      part("live").textContent = text;
    }

    function summary() {
      const n = P.bisect(starts, now.t);
      const blocks = P.visibleAt(model, now.t).roadblocks.length;
      return `${clock.long(now.t)}. ${P.fill(words.count, { n, all: model.reports.length, blocks })}`;
    }

    function seek(t) {
      now.t = P.clamp(Number(t) || 0, 0, model.end);
      write(true);
      draw();
    }

    /** Shows a report's card and marks it everywhere; -1 shows none. */
    function pick(index, { seekThere = true } = {}) {
      rows[now.picked]?.classList.remove("tracker-picked");
      now.picked = index;
      const report = model.reports[index];
      latest = -1;
      if (!report) tellLatest();
      else {
        rows[index].classList.add("tracker-picked");
        P.fillCard(part("card"), report, clock, words, () => { pick(-1); part("play").focus(); });
        if (seekThere) { pause(); seek(report.t0); }
        if (report.placed) mapView.show(report.lon, report.lat);
        say(`${P.fill(words.spoken, { n: index + 1, all: model.reports.length })} ${clock.short(report.t0)}: ${report.text}`);
      }
      chart.paint();
      draw();
    }

    function step(direction) {
      const index = P.stepReport(starts, now.t, now.picked, direction);
      if (index >= 0) pick(index);
    }

    function frame(at) {
      if (!now.playing) return;
      const passed = Math.min(LONGEST_FRAME, Math.max(0, (at - last) / 1000));
      last = at;
      now.frames++;
      waited += passed;
      unwritten += passed;
      if (!now.calm) now.t += passed * now.speed;
      else if (waited >= CALM_PAUSE) { waited = 0; now.t += CALM_STEP; }
      if (now.t >= model.end) { now.t = model.end; pause(); write(true); }
      if (unwritten >= WRITE_EVERY) { unwritten = 0; write(false); }
      draw();
      if (now.playing) request = requestAnimationFrame(frame);
    }

    function showPlaying() {
      root.classList.toggle("tracker-playing", now.playing);
      part("play").setAttribute("aria-label", now.playing ? words.pause : words.play);
      part("play-word").textContent = now.playing ? words.pause : words.play;
    }

    function play() {
      if (now.playing) return;
      if (now.t >= model.end) now.t = 0;
      if (now.picked >= 0) pick(-1);
      now.playing = true;
      last = performance.now();
      // Under reduced motion the first step is the reader's own: it comes at once.
      waited = CALM_PAUSE;
      showPlaying();
      request = requestAnimationFrame(frame);
    }

    function pause() {
      if (!now.playing) return;
      now.playing = false;
      cancelAnimationFrame(request);
      showPlaying();
      write(true);
      say(summary());
    }

    const toggle = () => (now.playing ? pause() : play());
    const home = () => { pause(); pick(-1); seek(0); say(summary()); };

    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const tag = event.target.tagName, key = event.key.toLowerCase();
      if (tag === "SELECT" || tag === "TEXTAREA") return;
      // Space belongs to the control that has the focus; only elsewhere it plays.
      const taken = ["BUTTON", "INPUT", "SUMMARY", "A"].includes(tag);
      const action = { k: toggle, n: () => step(1), p: () => step(-1), 0: home, " ": taken ? null : toggle, escape: () => pick(-1) }[key];
      if (!action) return;
      event.preventDefault();
      action();
    }

    listeners.on(part("play"), "click", toggle);
    listeners.on(part("next"), "click", () => step(1));
    listeners.on(part("previous"), "click", () => step(-1));
    listeners.on(part("slider"), "input", (event) => { pause(); seek(event.target.value); });
    listeners.on(part("slider"), "change", () => say(summary()));
    listeners.on(part("speed"), "change", (event) => (now.speed = Number(event.target.value)));
    listeners.on(root, "keydown", onKey);
    if (calmQuery) listeners.on(calmQuery, "change", () => (now.calm = calmQuery.matches));
    keepForPrint(listeners, part("map"));
    const resizes = new ResizeObserver(() => { mapView.resize(); chart.resize(); });
    resizes.observe(part("map"));
    resizes.observe(part("chart"));

    showPlaying();
    mapView.resize();
    chart.resize();
    seek(0);
    root.classList.add("tracker-ready");

    function destroy() {
      now.playing = false;
      cancelAnimationFrame(request);
      resizes.disconnect();
      listeners.clear();
      chart.destroy();
      mapView.destroy();
      for (const name of ["units", "layers", "key", "list", "routes", "card"]) part(name).replaceChildren();
      root.classList.remove("tracker-ready", "tracker-playing");
    }

    const indexOf = (id) => model.reports.findIndex((report) => report.id === id);
    return {
      play, pause, seek, step, destroy, map: mapView.map,
      pick: (id) => pick(indexOf(id)),
      pixelOf: (id) => mapView.pixelOf(indexOf(id)),
      state: () => ({
        t: now.t, time: clock.iso(now.t), playing: now.playing, speed: now.speed, frames: now.frames, calm: now.calm,
        layers: { ...now.layers }, picked: model.reports[now.picked]?.id ?? null, visible: P.visibleAt(model, now.t),
      }),
    };
  }

  /** A map cannot be laid out anew in the moment of printing: it keeps its size on the paper, so that nothing is cut. */
  function keepForPrint(listeners, slot) {
    listeners.on(globalThis, "beforeprint", () => {
      slot.style.width = `${slot.clientWidth}px`;
      slot.style.height = `${slot.clientHeight}px`;
    });
    listeners.on(globalThis, "afterprint", () => {
      slot.style.width = slot.style.height = "";
    });
  }

  Object.assign(P, { attach });
})((globalThis.TrackerPlayer ??= {}));
