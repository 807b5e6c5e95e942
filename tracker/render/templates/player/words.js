/* What the player says, in English and Russian. Report text is never here: it is shown as it was written. */
(function (P) {
  "use strict";

  const WORDS = {
    en: {
      months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
      days: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
      km: "km", m: "m", zones: {},
      play: "Play", pause: "Pause", previous: "Previous report", next: "Next report", time: "Time", speed: "Speed",
      playback: "Playback", minutesASecond: "{n} min/s", hoursASecond: "{n} h/s",
      map: "Map. Arrow keys move it, plus and minus zoom.", zoomIn: "Zoom in", zoomOut: "Zoom out",
      twoFingers: "Move the map with two fingers",
      chart: "Time-distance chart: the band of each unit's position along the line of march, the reports with the " +
        "reach of their time and place, the roadblocks. The list of reports holds the same in words. Click to go to a time.",
      kmAlong: "km", unplaced: "no place",
      layers: "Layers", region: "90 % radius", histories: "plausible histories", reports: "reports",
      roadblocks: "roadblocks", incidents: "incidents", shapes: "Shape", colours: "Colour",
      road: "road", roadInferred: "road, course assumed",
      closures: "Roads", effects: { destroyed: "destroyed", closed: "closed", "dug up": "dug up", checkpoint: "checkpoint", slowed: "slowed" },
      effect: "On the road", spot: "at one spot somewhere on the marked stretch", throughout: "on the whole marked stretch",
      faint: "The fainter, the less certain the spot.", river: "river", border: "border",
      kinds: { sighting: "sighting", roadblock: "roadblock", incident: "incident", absence: "absence",
        turnaround: "turnaround", statement: "statement" },
      verdicts: { supports: "supports", doubtful: "doubtful", impossible: "impossible", unused: "not used" },
      since: "no report since {when}", before: "no report before {when}", lost: "position unknown",
      compass: ["N", "NE", "E", "SE", "S", "SW", "W", "NW"], near: "near {place}", away: "{km} km {compass} of {place}",
      sure: "{at}; 90 % within {km} km", somewhere: "somewhere within {km} km of {place} (90 %)",
      within: "within {r}", units: "Units",
      hint: "Each small dot is one plausible history of a unit. Play, or pick a report on the map, the chart or in the list.",
      latest: "Latest reports", card: "Report", by: "by {when}", from: "from {when}", close: "Close", open: "end not reported", undated: "time not known",
      unit: "Unit", place: "Place", radius: "Radius", noPlace: "no place given", probability: "Probability that it is true", chance: "{share} if the model holds", under: "under {n} %", over: "over {n} %",
      verdict: "Verdict", origin: "Origin", heading: "Heading", vehicles: "Vehicles", notes: "Notes",
      source: "Source", archive: "Archived copy", opensNew: "opens in a new window", when: "Time", kind: "Kind", text: "Report",
      basis: { observed: "hour stated by the source", published: "bounded by the hour of publication", inferred: "hour inferred" },
      list: "All reports as text", listHelp: "A time takes the map there.",
      count: "{n} of {all} reports so far, {blocks} roadblocks stand.", spoken: "Report {n} of {all}.",
      reliability: { A: "source completely reliable", B: "source usually reliable", C: "source fairly reliable",
        D: "source not usually reliable", E: "source unreliable", F: "source cannot be judged" },
      credibility: { 1: "confirmed by others", 2: "probably true", 3: "possibly true", 4: "doubtful", 5: "improbable", 6: "truth cannot be judged" },
    },
    ru: {
      months: ["янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."],
      days: ["вс", "пн", "вт", "ср", "чт", "пт", "сб"],
      km: "км", m: "м", zones: { MSK: "МСК" },
      play: "Пуск", pause: "Пауза", previous: "Предыдущее сообщение", next: "Следующее сообщение", time: "Время", speed: "Скорость",
      playback: "Воспроизведение", minutesASecond: "{n} мин/с", hoursASecond: "{n} ч/с",
      map: "Карта. Стрелки двигают её, плюс и минус меняют масштаб.", zoomIn: "Приблизить", zoomOut: "Отдалить",
      twoFingers: "Двигайте карту двумя пальцами",
      chart: "График «время — расстояние»: полоса положения каждой колонны вдоль линии марша, сообщения с неопределённостью " +
        "времени и места, заграждения. То же словами — в списке сообщений. Щелчок переносит в этот час.",
      kmAlong: "км", unplaced: "без места",
      layers: "Слои", region: "радиус 90 %", histories: "возможные истории", reports: "сообщения",
      roadblocks: "заграждения", incidents: "происшествия", shapes: "Форма", colours: "Цвет",
      road: "дорога", roadInferred: "дорога, ход предположен",
      closures: "Дороги", effects: { destroyed: "разрушено", closed: "закрыто", "dug up": "раскопано", checkpoint: "блокпост", slowed: "движение ограничено" },
      effect: "На дороге", spot: "в одной точке где-то на отмеченном участке", throughout: "на всём отмеченном участке",
      faint: "Чем бледнее, тем менее точно место.", river: "река", border: "граница",
      kinds: { sighting: "наблюдение", roadblock: "заграждение", incident: "происшествие", absence: "отсутствие",
        turnaround: "разворот", statement: "заявление" },
      verdicts: { supports: "подтверждает", doubtful: "сомнительно", impossible: "невозможно", unused: "не использовано" },
      since: "нет сообщений с {when}", before: "нет сообщений до {when}", lost: "место неизвестно",
      compass: ["С", "СВ", "В", "ЮВ", "Ю", "ЮЗ", "З", "СЗ"], near: "рядом: {place}", away: "{km} км к {compass} от: {place}",
      sure: "{at}; 90 % в пределах {km} км", somewhere: "где-то в пределах {km} км от: {place} (90 %)",
      within: "±{r}", units: "Колонны",
      hint: "Каждая малая точка — одна возможная история колонны. Нажмите «Пуск» или выберите сообщение на карте, графике или в списке.",
      latest: "Последние сообщения", card: "Сообщение", by: "не позднее {when}", from: "с {when}", close: "Закрыть", open: "окончание не сообщалось", undated: "время неизвестно",
      unit: "Колонна", place: "Место", radius: "Радиус", noPlace: "место не названо", probability: "Вероятность, что это правда", chance: "{share}, если модель верна", under: "менее {n} %", over: "более {n} %",
      verdict: "Вывод", origin: "Первоисточник", heading: "Направление", vehicles: "Техника", notes: "Примечания",
      source: "Источник", archive: "Архивная копия", opensNew: "откроется в новом окне", when: "Время", kind: "Вид", text: "Сообщение",
      basis: { observed: "час назван источником", published: "ограничено часом публикации", inferred: "час выведен" },
      list: "Все сообщения текстом", listHelp: "Нажатие на время переносит карту туда.",
      count: "Сообщений к этому часу: {n} из {all}; заграждений: {blocks}.", spoken: "Сообщение {n} из {all}.",
      reliability: { A: "источник вполне надёжен", B: "источник обычно надёжен", C: "источник довольно надёжен",
        D: "источник обычно ненадёжен", E: "источник ненадёжен", F: "надёжность источника неизвестна" },
      credibility: { 1: "подтверждено другими", 2: "вероятно", 3: "возможно", 4: "сомнительно", 5: "маловероятно", 6: "достоверность неизвестна" },
    },
  };

  /** The strings for a language tag such as "ru" or "en-GB"; English where we have no others. */
  function wordsFor(lang) {
    const short = String(lang || "").slice(0, 2).toLowerCase();
    return Object.hasOwn(WORDS, short) ? WORDS[short] : WORDS.en;
  }

  /** The word of a table for a key from the scene; a key that the table does not have is shown as it is. */
  function wordOf(table, key) {
    return Object.hasOwn(table, key) ? table[key] : String(key ?? "");
  }

  /** A sentence with its {slots} filled. */
  function fill(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, (slot, name) => (Object.hasOwn(values, name) ? String(values[name]) : slot));
  }

  /** "B2" in words: how reliable the source is and how credible the statement (NATO Admiralty code). */
  function gradeText(grade, words) {
    const match = /^([A-F])([1-6])$/.exec(grade || "");
    return match ? `${grade}: ${words.reliability[match[1]]}, ${words.credibility[match[2]]}` : grade || "";
  }

  Object.assign(P, { WORDS, wordsFor, wordOf, fill, gradeText });
})((globalThis.TrackerPlayer ??= {}));
