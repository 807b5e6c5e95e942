/* attach(): one player on one element. Joins the clock, the map, the chart, the card and the controls. */
(function (P) {
  "use strict";

  // Seconds between two writings of clock, slider and legend while playing: text is dearer than paint.
  const WRITE_EVERY = 0.2;
  const LATEST = 5;

  /** The words beside the picture: clock, slider, legend, card and list; each written only when it changed. */
  function makeText({ part, model, clock, words, now, starts, pick }) {
    const units = P.unitLegend(part("units"), model, clock, words, (index) => pick.unit(index));
    const rows = P.fillList(part("list"), model, clock, words, pick.line);
    P.fillKey(part("key"), model, words);
    const told = [...model.reports].sort((one, other) => one.told - other.told || one.index - other.index), ends = told.map((report) => report.told);
    let minute = null, latest = null, marked = null;

    /** While no report is picked the card tells those of which the time came last, newest first; before the first one, how to begin. */
    function tellLatest() {
      const count = now.t > 0 ? P.bisect(ends, now.t) : 0, key = `${count} ${clock.short(now.t).split(",")[0]}`;
      // The same lines are other words on another day.
      if (now.picked >= 0 || key === latest) return;
      latest = key;
      P.fillLatest(part("card"), told.slice(Math.max(0, count - LATEST), count).reverse(), now.t, clock, words, pick.line);
    }

    function write() {
      if (Math.floor(now.t / 60) === minute) return;
      minute = Math.floor(now.t / 60);
      const text = clock.long(now.t);
      part("clock").textContent = text;
      part("slider").value = now.t;
      part("slider").setAttribute("aria-valuetext", text);
      units.update(now.t);
      tellLatest();
    }

    function showPicked(onClose) {
      marked?.classList.remove("tracker-picked");
      marked = rows[now.picked] || null;
      marked?.classList.add("tracker-picked");
      latest = null;
      if (marked) P.fillCard(part("card"), model.reports[now.picked], clock, words, onClose, P.effectText(model.closures, now.picked, words));
      else tellLatest();
    }

    function summary() {
      const blocks = P.visibleAt(model, now.t).roadblocks.length;
      return `${clock.long(now.t)}. ${P.fill(words.count, { n: P.bisect(starts, now.t), all: model.reports.length, blocks })}`;
    }

    function spoken(report) {
      return `${P.fill(words.spoken, { n: report.index + 1, all: model.reports.length })} ${clock.bounds(report)}: ${report.text}`;
    }

    return { write, showPicked, summary, spoken };
  }

  function firstState(model, calm) {
    return {
      t: 0, playing: false, speed: P.usualSpeed(model.end), picked: -1, frames: 0, calm,
      layers: { histories: true, region: true, reports: true, roadblocks: true, incidents: true },
    };
  }

  /**
   * Starts a player.
   *
   * root: element that contains the markup of figure.html. scene: the versioned JSON, parsed. leaflet: Leaflet's L.
   * map: a Leaflet map to use instead of an own one; it is moved into the player. onPick({lon, lat, t, time, report}): told of
   * each click on the map (degrees, seconds after the scene's t0, ISO time, report id or null).
   * Returns play, pause, seek(seconds), step(direction), pick(id), state(), pixelOf(id), destroy(), map.
   */
  function attach(root, scene, { leaflet = globalThis.L, map: given = null, onPick = null } = {}) {
    const words = P.wordsFor(scene.lang), model = P.openScene(scene), clock = P.makeClock(scene, words);
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    const calmQuery = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");
    const now = firstState(model, Boolean(calmQuery?.matches));
    const listeners = P.makeListeners();
    // Reports that begin before the scene does share its first second.
    const starts = model.reports.map((report) => P.clamp(report.t0, 0, model.end));

    part("stage").hidden = false;
    P.dressControls(part, model, words, now.speed);
    const mapView = P.makeMapView({
      leaflet, given, slot: part("map"), model, words, russian: words === P.WORDS.ru, calm: now.calm, state: () => now,
      onPick(place, index) {
        pick(index, { seekThere: false });
        onPick?.({ lon: place.lng, lat: place.lat, t: now.t, time: clock.iso(now.t), report: model.reports[index]?.id ?? null });
      },
    });
    const chart = P.makeChart({
      slot: part("chart"), canvas: part("canvas"), cursor: part("cursor"), model, clock, words, russian: words === P.WORDS.ru, state: () => now,
      onSeek: (t) => { playback.pause(); seek(t); }, onPick: (index) => pick(index),
    });
    const text = makeText({
      part, model, clock, words, now, starts,
      pick: { line: (index) => { pick(index); part("card").focus(); }, unit: (index) => mapView.show(...P.unworld(...unitPlace(index))) },
    });
    P.layerSwitches(part("layers"), now.layers, words, () => { mapView.paint(); chart.paint(); });

    let unwritten = 0;
    const playback = P.makePlayback({
      now, end: model.end,
      onFrame(passed) {
        unwritten += passed;
        if (unwritten >= WRITE_EVERY || now.t >= model.end) { unwritten = 0; text.write(); }
        draw();
      },
      onTurn() {
        if (now.playing && now.picked >= 0) pick(-1);
        showPlaying();
        text.write();
        // Only a pause speaks: a voice that reads while the march plays would never end.
        if (!now.playing) say(text.summary());
      },
    });

    const say = (sentence) => (part("live").textContent = sentence);
    const unitPlace = (index) => { const at = P.unitAt(model.units[index], now.t); return [at.x, at.y]; };
    const draw = () => { mapView.paint(); chart.moveTo(now.t); };

    function showPlaying() {
      const word = now.playing ? words.pause : words.play;
      root.classList.toggle("tracker-playing", now.playing);
      part("play").setAttribute("aria-label", word);
      part("play-word").textContent = word;
    }

    function seek(t) {
      now.t = P.clamp(Number(t) || 0, 0, model.end);
      text.write();
      draw();
    }

    /** Shows a report's card and marks it everywhere; -1 shows none. */
    function pick(index, { seekThere = true } = {}) {
      const report = model.reports[index];
      if (report && seekThere) { playback.pause(); seek(starts[index]); }
      now.picked = report ? index : -1;
      text.showPicked(() => { pick(-1); part("play").focus(); });
      if (report?.placed) mapView.show(report.lon, report.lat);
      if (report) say(text.spoken(report));
      chart.paint();
      draw();
    }

    function step(direction) {
      const index = P.stepReport(starts, now.t, now.picked, direction);
      if (index >= 0) pick(index);
    }

    P.listenToControls(root, part, listeners, {
      toggle: playback.toggle, next: () => step(1), previous: () => step(-1), drop: () => pick(-1), tell: () => say(text.summary()),
      home: () => { playback.pause(); pick(-1); seek(0); say(text.summary()); },
      seek: (t) => { playback.pause(); seek(t); }, speed: (value) => (now.speed = value),
    });
    listeners.on(root, "pointerdown", () => {
      // Keys belong to the figure that was touched last.
      if (!root.contains(root.getRootNode().activeElement)) root.focus({ preventScroll: true });
    });
    if (calmQuery) listeners.on(calmQuery, "change", () => (now.calm = calmQuery.matches));
    P.keepForPrint(part("map"), listeners);
    const sizes = new ResizeObserver(() => { mapView.resize(); chart.resize(); });
    sizes.observe(part("map"));
    sizes.observe(part("chart"));

    showPlaying();
    mapView.resize();
    chart.resize();
    text.showPicked();
    seek(0);
    root.classList.add("tracker-ready");

    function destroy() {
      playback.stop();
      sizes.disconnect();
      listeners.clear();
      chart.destroy();
      mapView.destroy();
      for (const name of ["units", "layers", "key", "list", "card"]) part(name).replaceChildren();
      root.classList.remove("tracker-ready", "tracker-playing");
    }

    const indexOf = (id) => model.reports.findIndex((report) => report.id === id);
    const state = () => ({
      t: now.t, time: clock.iso(now.t), playing: now.playing, speed: now.speed, frames: now.frames, calm: now.calm,
      layers: { ...now.layers }, picked: model.reports[now.picked]?.id ?? null, visible: P.visibleAt(model, now.t),
    });
    return {
      play: playback.play, pause: playback.pause, seek, step, state, destroy, map: mapView.map,
      pick: (id) => pick(indexOf(id)), pixelOf: (id) => mapView.pixelOf(indexOf(id)),
    };
  }

  Object.assign(P, { attach });
})((globalThis.TrackerPlayer ??= {}));
