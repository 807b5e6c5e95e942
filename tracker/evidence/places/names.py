"""One comparison key for a name in English, Russian or Ukrainian, and the other names of a few places."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice, product

LONGEST = 300
"""Characters of a place in words; longer text is a story, not a place."""

_LETTERS = (
    "а=a б=b в=v г=g ґ=g д=d е=e ё=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
    "щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=i є=e ў=v"
)
_CYRILLIC = dict(pair.split("=") for pair in _LETTERS.split(" "))
_TO_LATIN = str.maketrans(
    _CYRILLIC | {"č": "ch", "š": "sh", "ž": "zh", "ć": "ch", "ł": "l", "ț": "ts", "ţ": "ts", "ß": "ss", "ø": "o"}
)
_SOUNDS = (
    (r"[’'`ʼʹ′\u2018\u02bb\"«»“”„]", ""),
    (r"[^\w\n]+|_", " "),
    (r"w", "v"),
    (r"x", "ks"),
    (r"q", "k"),
    (r"j", "y"),
    (r"\bie", "e"),
    (r"y[eo]", "e"),
    (r"y", "i"),
    (r"i{2,}", "i"),
    (r"(?<![scz])(?<!k)h", "g"),  # Ukrainian г is h in Latin letters; sh, ch, zh and kh are letters of their own
    (r" *\n *", "\n"),
    (r"  +", " "),
)
_KINDS = (
    r"^(?:the |a )?(?:(?:city|town|village|settlement) of |(?:city|town|village|settlement) |"
    r"(?:город[аеу]?|г\.|с\.|пос\.|п\.|пгт\.?|дер\.|д\.|сел[оаеу]|пос[её]л(?:ок|к[аеу])|деревн[яиею]|"
    r"хутор[аеу]?|х\.|м\.|міст[оаіу]|смт\.?|сел[оаіу])\s*)"
)
_GERMAN = ((r"tsch", "ch"), (r"sch", "sh"), (r"(?<![sz])z(?!h)", "ts"), (r"w", "v"))
_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ьцом ьцем ьца ьцу ьце ьця ьцю ьці", ("ец",)),
    ("цом цем ца цу це ця цю ці", ("ец",)),
    ("ого ому", ("ое", "ый", "ий", "ой")),
    ("его ему", ("ее", "ий")),
    ("ым им", ("ый", "ий", "ое")),
    ("ой", ("ая", "а")),
    ("ую", ("ая",)),
    ("ою", ("а", "ая")),
    ("ей", ("а", "я", "ь")),
    ("ом", ("", "о", "ий", "ый", "ое")),
    ("ем", ("", "ь", "й", "е", "ее")),
    ("ами", ("ы", "и", "а")),
    ("ам ах", ("ы", "и", "а")),
    ("ями ям ях", ("и",)),
    ("ью", ("ь",)),
    ("ові еві", ("",)),
    ("а", ("", "о")),
    ("у", ("", "а", "о")),
    ("е", ("", "а", "о", "я", "ь", "й")),
    ("і", ("", "а", "о", "ь")),
    ("ы", ("а",)),
    ("и", ("а", "я", "ь")),
    ("ю", ("я", "ь", "й")),
    ("я", ("ь", "й", "е")),
)
_ALSO = {
    "kiev": "kyiv",
    "киев": "kyiv",
    "kharkov": "kharkiv",
    "харьков": "kharkiv",
    "lvov": "lviv",
    "львов": "lviv",
    "odessa": "odesa",
    "rostow am don": "rostov-on-don",
    "rostov am don": "rostov-on-don",
    "ростов на дону": "rostov-on-don",
    "rostov on the don": "rostov-on-don",
    "ростов на дон": "rostov-on-don",
    "rostov na donu": "rostov-on-don",
    "вороніж": "voronezh",
    "moskva": "moscow",
    "moskau": "moscow",
    "moskwa": "moscow",
    "орел": "oryol",
    "орла": "oryol",
    "орле": "oryol",
    "орлом": "oryol",
    "лисок": "liski",
    "шахт": "shakhty",
    "bataisk": "bataysk",
    "красний сулін": "krasny sulin",
    "рязань": "ryazan",
}
_CYRILLIC_WORD = re.compile(r"[а-яёіїєґ]", re.IGNORECASE)


def key(name: str) -> str:
    """What two spellings of one name have in common: lower-case Latin letters, digits and single spaces.

    Cyrillic letters are written by sound; apostrophes, soft signs, hyphens and accents go; ye, e and yo are one,
    as are y, i and j, g and h, w and v.

    >>> key("Yelets") == key("Elets") == key("Елец") == key("Єлець")
    True
    >>> key("Луганськ") == key("Lugansk") == key("Luhansk"), key("Аксай") == key("Aksai") == key("Aksay")
    (True, True)
    """
    return _keyed(name[:LONGEST].replace("\n", " "))


def keys(names: Iterable[str]) -> list[str]:
    """The key of each name, of a million in a few seconds: all are rewritten as one text, a line for each."""
    return _keyed("\n".join(re.sub(r"\s", " ", name) for name in names)).split("\n")


def _keyed(text: str) -> str:
    text = unicodedata.normalize("NFC", text.casefold()).translate(_TO_LATIN)
    text = re.sub(r"[\u0300-\u036f]+", "", unicodedata.normalize("NFKD", text)).replace("\u2028", " ")
    for pattern, sound in _SOUNDS:
        text = re.sub(pattern, sound, text)
    return text.strip(" ")


_ALIASES = {key(other): key(name) for other, name in _ALSO.items() if key(other) != key(name)}


def without_kind(name: str) -> str:
    """The name without the word before it that says what kind of place it is.

    >>> without_kind("г. Воронеж"), without_kind("city of Yelets"), without_kind("село Красное")
    ('Воронеж', 'Yelets', 'Красное')
    """
    shorter = re.sub(_KINDS, "", name.strip(), flags=re.IGNORECASE).strip()
    shorter = re.sub(r"(?i)\s+(city|town|village|settlement)$", "", shorter)
    # "Село" alone, or a name that only begins like a kind ("Сельцо"), stays whole.
    return shorter if len(shorter) > 1 and shorter[0].isupper() else name.strip()


def readings(name: str) -> tuple[str, ...]:
    """Keys under which the name as it stands may be known: whole, without its kind, its other names, read as German.

    >>> key("Voronezh") in readings("Woronesch"), key("Yelets") in readings("Jelez")
    (True, True)
    """
    whole = [key(name), key(without_kind(name))]
    german = without_kind(name).casefold()
    if re.search(r"sch|w|z", german) and german.isascii():
        for pattern, sound in _GERMAN:
            german = re.sub(pattern, sound, german)
        # Sch writes ш and ж alike.
        whole += [key(german), key(re.sub(r"(?<!c)sh", "zh", german))]
    found = [other for one in whole for other in (one, _ALIASES.get(one)) if other]
    return tuple(dict.fromkeys(found))


def nominatives(name: str) -> tuple[str, ...]:
    """Keys of the names of which these Russian or Ukrainian words may be a case form, the name's own left out.

    Only Cyrillic words are taken apart, since a Latin ending is part of the name.

    >>> key("Елец") in nominatives("Ельца"), key("Новая Усмань") in nominatives("Новой Усмани")
    (True, True)
    >>> nominatives("Anne")
    ()
    """
    name = without_kind(name)
    if not _CYRILLIC_WORD.search(name):
        return ()
    words = re.split(r"[\s\-\u2010-\u2015]+", name.casefold())[:6]
    forms = (" ".join(chosen) for chosen in islice(product(*(tuple(_forms(word)) for word in words)), 400))
    keys = [other for form in forms for one in (key(form),) for other in (one, _ALIASES.get(one)) if other]
    own = set(readings(name))
    return tuple(one for one in dict.fromkeys(keys) if one not in own)


def _forms(word: str) -> Iterator[str]:
    yield word
    for endings, instead in _ENDINGS:
        for ending in endings.split():
            if len(word) - len(ending) >= 3 and word.endswith(ending):
                stem = word[: -len(ending)]
                yield from (stem + other for other in instead)
