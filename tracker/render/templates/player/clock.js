/* Moments and lengths as a reader wants them. Scene times are seconds after scene.t0; shown in the scene's one zone. */
(function (P) {
  "use strict";

  const HOUR = 3600;
  const DAY = 24 * HOUR;

  const two = (n) => String(n).padStart(2, "0");

  /** What turns seconds of a scene into text: time, day, long, and the ticks of an axis. */
  function makeClock(scene, words) {
    // A Date shifted by the zone and read as UTC: the page shows the march's zone, never the reader's.
    const start = Date.parse(scene.t0) / 1000 + scene.zone.offset_min * 60;
    const date = (t) => new Date(Math.round(start + t) * 1000);
    const time = (t) => `${two(date(t).getUTCHours())}:${two(date(t).getUTCMinutes())}`;
    const day = (t) => `${date(t).getUTCDate()} ${words.months[date(t).getUTCMonth()]}`;
    const zone = P.wordOf(words.zones, scene.zone.name);
    const long = (t) => `${words.days[date(t).getUTCDay()]} ${day(t)} ${date(t).getUTCFullYear()}, ${time(t)} ${zone}`;
    const short = (t) => `${day(t)}, ${time(t)}`;
    const iso = (t) => new Date(Date.parse(scene.t0) + t * 1000).toISOString();
    /** From one moment to another, the day said once; `end` null means open. */
    const span = (from, to) => {
      if (!Number.isFinite(from)) return words.undated;
      if (to === null) return `${short(from)} –`;
      if (to - from < 60) return short(from);
      return `${short(from)} – ${day(from) === day(to) ? time(to) : short(to)}`;
    };
    /** Round hours of the zone inside 0..end, every `step` seconds. */
    const ticks = (end, step) => {
      const out = [];
      for (let t = Math.ceil(start / step) * step - start; t <= end; t += step) out.push(t);
      return out;
    };
    const isMidnight = (t) => Math.round(start + t) % DAY === 0;
    return { time, day, zone, long, short, iso, span, ticks, isMidnight };
  }

  /** Hours between ticks so that labels stay at least `room` pixels apart. */
  function tickStep(end, width, room) {
    const steps = [1, 2, 3, 6, 12, 24, 48, 96].map((hours) => hours * HOUR);
    return steps.find((step) => (step / end) * width >= room) || steps.at(-1);
  }

  /** Metres as text, rounded to what the number can bear. */
  function lengthText(metres, words) {
    if (metres < 950) return `${Math.round(metres / 10) * 10} ${words.m}`;
    const km = metres / 1000;
    return `${km < 9.5 ? km.toFixed(1).replace(/\.0$/, "") : Math.round(km)} ${words.km}`;
  }

  Object.assign(P, { makeClock, tickStep, lengthText });
})((globalThis.TrackerPlayer ??= {}));
