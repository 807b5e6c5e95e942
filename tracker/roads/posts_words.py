"""Words that name kilometres of a road, in English, Russian and Ukrainian."""

import re

from tracker.roads.tags import road_label

_ROAD = re.compile(r"(?<![\w-])[A-ZА-Я]{1,2}[\s\-\u2010-\u2013]?\d{1,3}(?![\w.])", re.IGNORECASE)
_KM_WORD = r"(?:km|kms|kilomet(?:er|re)s?|км|километр(?:е|а|у|ом|ах|ы|ов)?|кілометр(?:і|а|у|ах|и|ів)?)\.?(?!\w)"
_KM_NUMBER = r"(?:\d{1,4}(?:[.,]\d{1,3})?)(?!\d)(?:th|st|nd|rd|-?(?:й|м|го|му|ый|ом|ому|ий|ому))?"
_TO = r"(?:-|\u2010|\u2013|\u2014|to|and|до|по|и|і)"
_KM_SAID = re.compile(
    rf"(?:from |between |с |от |між |между )?(?:{_KM_WORD}\s*)?(?P<first>{_KM_NUMBER})\s*(?:{_KM_WORD})?"
    rf"(?:\s*{_TO}\s*(?:{_KM_WORD}\s*)?(?P<last>{_KM_NUMBER})\s*(?:{_KM_WORD})?)?",
    re.IGNORECASE,
)
_FILLING = re.compile(
    r"\b(?:of|the|on|at|in|highway|road|motorway|federal|don|на|в|во|у|трасс[аеыу]|автотрасс[аеыу]|дорог[аеиу]|автодорог[аеиу]|"
    r"шоссе|автомагистрал[иь]|дон|федеральн\w{2,3}|траси|трасі)\b|[\s,;:«»\"'“”„.]",
    re.IGNORECASE,
)
_SMALL = re.compile(r"(?:km|км|(?:на|во?|у|со?|по|от|до|и|of|on|at|to|in|by)\s)", re.IGNORECASE)
_LONGEST = 200
_WHOLE_M = 500.0
_ORDINAL_M = 1_000.0


def said_kilometres(words: str) -> tuple[str, float, float, float] | None:
    """Road label, first and last kilometre and metres of rounding, where the words name these and nothing else."""
    text = re.sub(r"\([^()]*\)", " ", words[:_LONGEST]) if len(words) <= _LONGEST else ""
    roads = list(_ROAD.finditer(text))
    # "km 590" and "с 10" look like roads of these names: small words are none.
    roads = [found for found in roads if not _SMALL.match(found[0])]
    if len(roads) != 1 or not re.search(_KM_WORD, text, re.IGNORECASE):
        return None
    rest = re.sub(r"\s+", " ", f"{text[: roads[0].start()]} , {text[roads[0].end() :]}")
    found = next((one for one in _KM_SAID.finditer(rest) if re.search(_KM_WORD, one[0], re.IGNORECASE)), None)
    if found is None or _FILLING.sub("", rest[: found.start()] + " " + rest[found.end() :]):
        return None
    numbers = [found["first"], *([found["last"]] if found["last"] else [])]
    km = sorted(float(re.match(r"[\d.]+", number.replace(",", "."))[0]) for number in numbers)  # type: ignore[index]
    if len(numbers) == 2 or all(re.fullmatch(r"\d+", number) for number in numbers):
        rounding_m = _WHOLE_M
    else:
        decimals = re.search(r"[.,](\d+)", numbers[0])
        rounding_m = _WHOLE_M * 10.0 ** -len(decimals[1]) if decimals else _ORDINAL_M
    return road_label(roads[0][0].upper()), km[0], km[-1], rounding_m
