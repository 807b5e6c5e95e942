"""The words that Python writes into a page; where a unit is, templates/player/words.js says in the same ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's words."""

    title: str
    """Title of a figure that was given none; {start} and {end} are dates."""
    alt: str
    """Alternative text where none was given; {units} are names."""
    nature: str
    """What the picture is; {count} are all reports, {placing} those that place a column."""
    reading: str
    """How to read the picture."""
    limit: str
    """What it cannot do."""
    roads: str
    """Whose roads; ends before the name of the licence."""
    made_with: str
    """Whose map library."""
    still: str
    """Caption of the table that stands in for the player; {zone} is a zone's name."""
    time: str
    """Head of the column of times."""
    unknown: str
    """Nothing useful is known."""
    no_report: str
    """Before the first or after the last report."""
    near: str
    """At a named place; {place}."""
    away: str
    """Beside a named place; {km}, {compass}, {place}."""
    sure: str
    """The place {at} and the radius {km} that holds 90 %."""
    somewhere: str
    """A radius {km} too wide for more, and a {place}."""
    compass: tuple[str, ...]
    """N, NE, E, ... NW."""


WORDS = {
    "en": Words(
        title="Reconstructed march, {start} to {end}",
        alt="Map and time chart of where {units} probably was at each moment. The same positions stand in the table.",
        nature="A reconstruction from {count} reports ({placing} of them place a column), not an observation.",
        reading=(
            "How to read it: a solid marker is the most central position of a column while reports carry it and 90 % "
            "of the probability lies within 75 km; a hollow one is no more than a guess. Each small dot is one "
            "plausible history, all dots of a colour equally probable. The coloured circle about a marker holds 90 % "
            "of the probability; a circle about a report is how vaguely that report gives its place. A report's symbol "
            "is pale while its moment may still lie ahead, and green if it agrees with the track, which does not prove "
            "it true."
        ),
        limit="It cannot show what nobody reported, nor tell a false report from a true one if both fit the roads.",
        roads="Roads © OpenStreetMap contributors,",
        made_with="Map: Leaflet.",
        still="Where each unit probably was (times in {zone})",
        time="Time",
        unknown="position unknown",
        no_report="no report at this time:",
        near="near {place}",
        away="{km} km {compass} of {place}",
        sure="{at}; 90 % within {km} km",
        somewhere="somewhere within {km} km of {place} (90 %)",
        compass=("N", "NE", "E", "SE", "S", "SW", "W", "NW"),
    ),
    "ru": Words(
        title="Реконструкция марша, {start} – {end}",
        alt="Карта и график: где в каждый момент, вероятно, находилась колонна ({units}). То же самое дано в таблице.",
        nature="Реконструкция по сообщениям (всего {count}, положение колонны дают {placing}), а не наблюдение.",
        reading=(
            "Как читать: сплошной значок – наиболее центральное положение колонны, пока о ней есть сообщения и 90 % "
            "вероятности лежат в пределах 75 км; полый – не более чем догадка. Каждая маленькая точка – одна "
            "правдоподобная история, все точки одного цвета равновероятны. Цветной круг у значка содержит 90 % "
            "вероятности; круг у сообщения показывает, насколько неточно названо место. Знак сообщения бледен, пока "
            "его момент может быть впереди, и зелёный, если оно согласуется с треком, что не доказывает его правоты."
        ),
        limit="Она не покажет того, о чём никто не сообщил, и не отличит ложь от правды, если обе согласны с дорогами.",
        roads="Дороги © участники OpenStreetMap,",
        made_with="Карта: Leaflet.",
        still="Где, вероятно, находилась каждая колонна (время {zone})",
        time="Время",
        unknown="место неизвестно",
        no_report="в это время сообщений нет:",
        near="рядом: {place}",
        away="{km} км к {compass} от: {place}",
        sure="{at}; 90 % в пределах {km} км",
        somewhere="где-то в пределах {km} км от: {place} (90 %)",
        compass=("С", "СВ", "В", "ЮВ", "Ю", "ЮЗ", "З", "СЗ"),
    ),
}


def words_for(lang: str) -> Words:
    """The words of a language; English where there are none.

    Examples
    --------
    >>> words_for("ru-RU").time, words_for("fr").time
    ('Время', 'Time')
    """
    return WORDS.get(lang.split("-")[0].lower(), WORDS["en"])
