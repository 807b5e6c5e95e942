/* Where a unit is, in words: the nearest named place, the way from there, and the radius. The table without scripts says the same. */
(function (P) {
  "use strict";

  // Nearer than the one a place's name is enough, farther than the other it is no help.
  const AT_M = 5_000, NAMED_M = 120_000;
  const radians = (degrees) => (degrees * Math.PI) / 180;

  /** The place nearest to a point: its name, metres to it, and the octant 0 (north) .. 7 (north-west) of the point from there. */
  function nearestPlace({ labels, scale }, lon, lat, russian) {
    let best = null;
    for (const label of labels) {
      const away = P.metres(lon, lat, label.lon / scale, label.lat / scale);
      if (!best || away < best.away) best = { label, away };
    }
    if (!best) return null;
    const { label, away } = best;
    const angle = Math.atan2((lon - label.lon / scale) * Math.cos(radians(lat)), lat - label.lat / scale);
    return { name: (russian && label.local) || label.text, away, octant: (Math.round(angle / (Math.PI / 4)) + 8) % 8 };
  }

  const kilometres = (metres) => Math.max(1, Math.round(metres / 1000));

  /** "8 km NE of Yelets; 90 % within 10 km", "somewhere within 97 km of Pavlovsk (90 %)" or "position unknown". */
  function whereText(scene, now, words) {
    if (!now.drawn) return words.lost;
    const [lon, lat] = P.unworld(now.x, now.y);
    const place = nearestPlace(scene, lon, lat, words === P.WORDS.ru);
    const named = place && place.away <= NAMED_M;
    const degrees = `${lon.toFixed(2)}°, ${lat.toFixed(2)}°`;
    if (now.radius > P.SURE_M) {
      // A circle about the median lies inside of this one about the place.
      return P.fill(words.somewhere, { km: kilometres(now.radius + (named ? place.away : 0)), place: named ? place.name : degrees });
    }
    const at = !named ? degrees : place.away <= AT_M ? P.fill(words.near, { place: place.name })
      : P.fill(words.away, { km: kilometres(place.away), compass: words.compass[place.octant], place: place.name });
    return P.fill(words.sure, { at, km: kilometres(now.radius) });
  }

  /** The same of a unit at a moment, and since when (or until when) nobody reported it. */
  function unitStatus(unit, now, scene, clock, words) {
    const silent = now.phase === "after" ? P.fill(words.since, { when: clock.short(unit.knownUntil) })
      : now.phase === "before" ? P.fill(words.before, { when: clock.short(unit.knownFrom) }) : "";
    const where = whereText(scene, now, words);
    return silent ? `${silent}; ${where}` : where;
  }

  Object.assign(P, { whereText, unitStatus });
})((globalThis.TrackerPlayer ??= {}));
