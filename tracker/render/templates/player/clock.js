/* Moments and lengths as a reader wants them. Scene times are seconds after scene.t0; shown in the scene's one zone,
   whose clock may be changed on the way: scene.zone.changes. */
(function (P) {
  "use strict";

  const HOUR = 3600;
  const DAY = 24 * HOUR;

  const fill = (sentence, when) => P.fill(sentence, { when });
  const two = (n) => String(n).padStart(2, "0");

  /** What turns seconds of a scene into text: time, day, long, and the ticks of an axis. */
  function makeClock(scene, words) {
    const start = Date.parse(scene.t0) / 1000, { changes } = scene.zone;
    // From, to: the seconds in which an offset holds; the first one also holds before, the last one after.
    const periods = changes.map(([from, minutes, name], i) => ({
      from: i ? from : -Infinity, to: i + 1 < changes.length ? changes[i + 1][0] : Infinity, offset: minutes * 60, name: P.wordOf(words.zones, name),
    }));
    const periodAt = (t) => periods.filter((one) => one.from <= Math.round(t)).at(-1);
    // A Date shifted by the zone and read as UTC: the page shows the march's zone, never the reader's.
    const date = (t) => new Date(Math.round(start + periodAt(t).offset + t) * 1000);
    const time = (t) => `${two(date(t).getUTCHours())}:${two(date(t).getUTCMinutes())}`;
    const day = (t) => `${date(t).getUTCDate()} ${words.months[date(t).getUTCMonth()]}`;
    const zone = (t) => periodAt(t).name;
    const long = (t) => `${words.days[date(t).getUTCDay()]} ${day(t)} ${date(t).getUTCFullYear()}, ${time(t)} ${zone(t)}`;
    const short = (t) => `${day(t)}, ${time(t)}`;
    const iso = (t) => new Date(Date.parse(scene.t0) + t * 1000).toISOString();
    /** From one moment to another, the day said once, the zone only if the clock was changed between; `to` null means open. */
    const span = (from, to) => {
      if (!Number.isFinite(from)) return words.undated;
      if (to === null) return `${short(from)} –`;
      if (to - from < 60) return short(from);
      if (zone(from) !== zone(to)) return `${short(from)} ${zone(from)} – ${short(to)} ${zone(to)}`;
      return `${short(from)} – ${day(from) === day(to) ? time(to) : short(to)}`;
    };
    /** The same with the zone in any case. */
    const zonedSpan = (from, to) => {
      if (!Number.isFinite(from)) return words.undated;
      if (to === null) return `${short(from)} ${zone(from)} –`;
      return zone(from) === zone(to) ? `${span(from, to)} ${zone(from)}` : span(from, to);
    };
    /**
     * The bounds of a report's time: "24 Jun, 15:00 – 20:25", "by 24 Jun, 20:35" where it was only published then, "from" where
     * it is open. The day is left out where it is that of the moment `now`.
     */
    const bounds = ({ t0, t1, basis }, now = null) => {
      if (!Number.isFinite(t0)) return words.undated;
      const today = (t) => now !== null && day(t) === day(now) && zone(t) === zone(now);
      const at = (t) => (today(t) ? time(t) : short(t));
      if (t1 === null) return fill(words.from, at(t0));
      if (basis === "published") return fill(words.by, at(t1));
      return today(t0) && today(t1) ? (t1 - t0 < 60 ? time(t0) : `${time(t0)}–${time(t1)}`) : span(t0, t1);
    };
    /** Moments inside 0..end at which the clock shows a whole multiple of `step` seconds: an hour that is leapt over has none. */
    const ticks = (end, step) => periods.flatMap(({ from, to, offset }) => {
      const out = [], local = start + offset, first = Math.max(from, 0);
      for (let t = Math.ceil((local + first) / step) * step - local; t < to && t <= end; t += step) out.push(t);
      return out;
    });
    const beginsDay = (t) => day(t) !== day(t - 1);
    /** The first moments of days inside 0..end; where the clock leaps over midnight a day begins at the leap. */
    const days = (end) => {
      const leaps = changes.map((change) => change[0]).filter((t) => t >= 0 && t <= end);
      return [...new Set([...ticks(end, DAY), ...leaps])].sort((a, b) => a - b).filter(beginsDay);
    };
    return { time, day, zone, long, short, iso, span, zonedSpan, bounds, ticks, beginsDay, days };
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
