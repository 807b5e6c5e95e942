/* Words beside the picture: the card of one report, the legend, the list of all reports. textContent only. */
(function (P) {
  "use strict";

  /** An element with a class, text and children; text never becomes markup. */
  function make(tag, { className, text, attributes = {} } = {}, ...children) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined && text !== null) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter(Boolean));
    return element;
  }

  /** A link that a reader may follow without harm, or null where the address is not http or https. */
  function safeLink(address, text, words) {
    const href = P.safeUrl(address);
    if (!href) return null;
    const link = make("a", { text, attributes: { href, target: "_blank", rel: "noopener noreferrer nofollow" } });
    link.append(make("span", { className: "tracker-aside", text: ` (${words.opensNew})` }));
    return link;
  }

  /** A still picture of a symbol, for legends, lists and cards. */
  function symbolPicture(kind, colour, size = 5) {
    const canvas = make("canvas", { className: "tracker-symbol", attributes: { "aria-hidden": "true" } });
    const { g } = P.sizeCanvas(canvas, 18, 18);
    P.drawSymbol(g, kind, colour, 9, 9, size);
    return canvas;
  }

  function whenText(report, clock, words) {
    const span = clock.zonedSpan(report.t0, report.t1);
    return report.dated && report.t1 === null ? `${span} ${words.open}` : span;
  }

  /** A probability in words that claim no more than the model can: "6 % if the model holds". */
  function chanceText(p, words) {
    if (p === null || p === undefined) return "";
    const share = p < 0.01 ? P.fill(words.under, { n: 1 }) : p > 0.99 ? P.fill(words.over, { n: 99 }) : `${Math.round(p * 100)} %`;
    return P.fill(words.chance, { share });
  }

  /** Rows [label, text] of a report's card; empty ones are left out. */
  function reportRows(report, clock, words, effect = "") {
    const verdict = P.wordOf(words.verdicts, report.verdict);
    return [
      [words.verdict, report.reason ? `${verdict}: ${report.reason}` : verdict],
      [words.probability, chanceText(report.p, words)],
      [words.effect, effect],
      [words.when, `${whenText(report, clock, words)}${report.basis ? ` (${P.wordOf(words.basis, report.basis)})` : ""}`],
      [words.unit, report.unit_name],
      [words.place, report.place || (report.placed ? "" : words.noPlace)],
      [words.radius, report.placed && report.r ? words.within.replace("{r}", P.lengthText(report.r, words)) : ""],
      [words.origin, report.origin && report.origin !== report.publisher ? report.origin : ""],
      [words.heading, report.heading], [words.vehicles, report.vehicles], [words.notes, report.notes],
    ].filter((row) => row[1]);
  }

  /** New contents of the card; where the focus was on one of the old ones, the card has it now. */
  function refill(card, ...children) {
    const held = card.getRootNode().activeElement, lost = held !== card && card.contains(held);
    card.replaceChildren(...children);
    card.scrollTop = 0;
    if (lost) card.focus({ preventScroll: true });
  }

  function fillCard(card, report, clock, words, onClose, effect = "") {
    const colour = P.verdictColour(report.verdict);
    const close = make("button", { className: "tracker-close", text: "×", attributes: { type: "button", "aria-label": words.close } });
    close.addEventListener("click", onClose);
    const head = make("div", { className: "tracker-card-head" }, symbolPicture(report.kind, colour, 6),
      make("strong", { text: P.wordOf(words.kinds, report.kind) }),
      make("span", { className: "tracker-when", text: clock.bounds(report) }), make("span", { className: "tracker-id", text: report.id }), close);
    const facts = make("dl", {});
    for (const [label, text] of reportRows(report, clock, words, effect)) {
      facts.append(make("div", {}, make("dt", { text: label }), make("dd", { text })));
    }
    const links = make("p", { className: "tracker-links" }, safeLink(report.url, words.source, words), safeLink(report.archive_url, words.archive, words));
    const said = [report.publisher, P.gradeText(report.grade, words)].filter(Boolean).join(" · ");
    refill(card, head, make("p", { className: "tracker-text", text: report.text }), make("p", { className: "tracker-said", text: said }), links, facts);
  }

  /** Reports, each with the bounds of its time: what the card holds while none is picked. */
  function fillLatest(card, reports, t, clock, words, onPick) {
    if (!reports.length) return refill(card, make("p", { className: "tracker-hint", text: words.hint }));
    const lines = reports.map((report) => {
      const line = make("button", { className: "tracker-line", attributes: { type: "button" } },
        symbolPicture(report.kind, P.verdictColour(report.verdict)), 
        make("span", {}, make("time", { text: clock.bounds(report, t) }), report.text));
      line.addEventListener("click", () => onPick(report.index));
      return line;
    });
    refill(card, make("p", { className: "tracker-latest", text: words.latest }), ...lines);
  }

  /** The list of all reports as a table; each time is a button. Returns the rows. */
  function fillList(table, model, clock, words, onPick) {
    const names = [words.when, words.kind, words.place, words.text, words.verdict];
    const head = make("thead", {}, make("tr", {}, ...names.map((text) => make("th", { text, attributes: { scope: "col" } }))));
    const rows = model.reports.map((report) => {
      const jump = make("button", { text: clock.bounds(report), attributes: { type: "button" } });
      jump.addEventListener("click", () => onPick(report.index));
      const kind = P.wordOf(words.kinds, report.kind), effect = P.effectText(model.closures, report.index, words);
      return make("tr", {}, make("td", {}, jump), make("td", { text: effect ? `${kind} (${effect})` : kind }),
        make("td", { text: report.place || words.noPlace }), make("td", { text: report.text }),
        make("td", { text: P.wordOf(words.verdicts, report.verdict) }));
    });
    table.replaceChildren(make("caption", { className: "tracker-aside", text: `${words.list}. ${words.listHelp}` }), head, make("tbody", {}, ...rows));
    return rows;
  }

  Object.assign(P, { make, safeLink, symbolPicture, chanceText, reportRows, fillCard, fillLatest, fillList });
})((globalThis.TrackerPlayer ??= {}));
