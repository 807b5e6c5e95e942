"""What people write about times, phrase by phrase: the bounds and the basis that each comes to."""

from datetime import datetime, timedelta, timezone

import pytest

from tracker.evidence.times import interval
from tracker.model import BadTime

MOSCOW = timezone(timedelta(hours=3))
PUBLISHED = "2023-06-25T12:00+03:00"
"""A Sunday at noon: the march was on Saturday the 24th."""

ENGLISH = """
24 June about 15:00                          | 24 14:30 | 24 15:30 | observed
24 June around 15:20                         | 24 15:05 | 24 15:35 | observed
24 June 2023 at 3 pm                         | 24 15:00 | 24 15:00 | observed
24 June 2023 at 3pm                          | 24 15:00 | 24 15:00 | observed
June 24th, 2023 3 p.m.                       | 24 15:00 | 24 15:00 | observed
June 24 about 15:00                          | 24 14:30 | 24 15:30 | observed
the 24th of June at 15:00                    | 24 15:00 | 24 15:00 | observed
24 Jun. 15:00                                | 24 15:00 | 24 15:00 | observed
Saturday 24 June, 15:00                      | 24 15:00 | 24 15:00 | observed
2023-06-24 14:30                             | 24 14:30 | 24 14:30 | observed
2023-06-24T14:30                             | 24 14:30 | 24 14:30 | observed
2023-06-24T14:30:10                          | 24 14:30:10 | 24 14:30:10 | observed
24.06.2023 14:30                             | 24 14:30 | 24 14:30 | observed
24/06/2023 14:30                             | 24 14:30 | 24 14:30 | observed
06/24/2023 14:30                             | 24 14:30 | 24 14:30 | observed
24 June 2023 14.30                           | 24 14:30 | 24 14:30 | observed
24 June 12:00 UTC                            | 24 15:00 | 24 15:00 | observed
24 June 12:00Z                               | 24 15:00 | 24 15:00 | observed
24 June 12:00 GMT                            | 24 15:00 | 24 15:00 | observed
24 June 15:00 Moscow time                    | 24 15:00 | 24 15:00 | observed
24 June 15:00 Kyiv time                      | 24 15:00 | 24 15:00 | observed
24 June 14:00 CEST                           | 24 15:00 | 24 15:00 | observed
24 June 13:00 CET                            | 24 15:00 | 24 15:00 | observed
24 June 08:00 EDT                            | 24 15:00 | 24 15:00 | observed
24 June 07:00 EST                            | 24 15:00 | 24 15:00 | observed
24 June 15:00 UTC+3                          | 24 15:00 | 24 15:00 | observed
24 June 16:00 +04:00                         | 24 15:00 | 24 15:00 | observed
24 June 15:00 Europe/Kyiv                    | 24 15:00 | 24 15:00 | observed
24 June                                      | 24 00:00 | 25 00:00 | inferred
24 June 2023                                 | 24 00:00 | 25 00:00 | inferred
2023-06-24                                   | 24 00:00 | 25 00:00 | inferred
23 to 24 June                                | 23 00:00 | 25 00:00 | inferred
from 23 June to 24 June 2023                 | 23 00:00 | 25 00:00 | inferred
25 June                                      | 25 00:00 | 25 12:00 | published
today                                        | 25 00:00 | 25 12:00 | published
yesterday                                    | 24 00:00 | 25 00:00 | inferred
the day before yesterday                     | 23 00:00 | 24 00:00 | inferred
3 days ago                                   | 22 00:00 | 23 00:00 | inferred
a week ago                                   | 18 00:00 | 19 00:00 | inferred
two days ago at 15:00                        | 23 15:00 | 23 15:00 | observed
Saturday                                     | 24 00:00 | 25 00:00 | inferred
last Saturday                                | 24 00:00 | 25 00:00 | inferred
early Saturday                               | 24 00:00 | 24 08:00 | inferred
early on Saturday morning                    | 24 04:00 | 24 08:00 | inferred
in the early hours of Saturday               | 24 00:00 | 24 06:00 | inferred
Saturday morning                             | 24 06:00 | 24 12:00 | inferred
late morning on 24 June                      | 24 10:00 | 24 12:00 | inferred
Saturday afternoon                           | 24 12:00 | 24 18:00 | inferred
late on Saturday afternoon                   | 24 15:00 | 24 18:00 | inferred
Saturday evening                             | 24 18:00 | 25 00:00 | inferred
late on 23 June                              | 23 20:00 | 24 00:00 | inferred
in the night of 23 to 24 June                | 23 22:00 | 24 06:00 | inferred
the night of 23-24 June 2023                 | 23 22:00 | 24 06:00 | inferred
night from Friday to Saturday                | 23 22:00 | 24 06:00 | inferred
overnight into Saturday                      | 23 22:00 | 24 06:00 | inferred
in the night of 23 to 24 June at 23:30       | 23 23:30 | 23 23:30 | observed
in the night of 23 to 24 June at about 2:00  | 24 01:30 | 24 02:30 | observed
overnight                                    | 24 22:00 | 25 06:00 | inferred
last night                                   | 24 18:00 | 25 06:00 | inferred
yesterday evening                            | 24 18:00 | 25 00:00 | inferred
yesterday at 5 in the evening                | 24 17:00 | 24 17:00 | observed
this morning                                 | 25 06:00 | 25 12:00 | inferred
between 5 and 7 am MSK                       | 25 05:00 | 25 07:00 | observed
between 5 and 7 am MSK on 24 June            | 24 05:00 | 24 07:00 | observed
from 11 to 1 pm on 24 June                   | 24 11:00 | 24 13:00 | observed
from 5:30 to 7 pm yesterday                  | 24 17:30 | 24 19:00 | observed
from 13:00 to 15:00 on 24 June               | 24 13:00 | 24 15:00 | observed
13:00-15:00 24 June                          | 24 13:00 | 24 15:00 | observed
13:00 – 15:00, 24 June                       | 24 13:00 | 24 15:00 | observed
between about 13:00 and 15:20 on 24 June     | 24 12:30 | 24 15:35 | observed
from 22:00 on 23 June to 02:00 on 24 June    | 23 22:00 | 24 02:00 | observed
between 22:00 and midnight on 23 June        | 23 22:00 | 24 00:00 | observed
from midnight to 3 am on 24 June             | 24 00:00 | 24 03:00 | observed
around noon                                  | 25 11:30 | 25 12:00 | observed
noon on Saturday                             | 24 12:00 | 24 12:00 | observed
about 12 noon on 24 June                     | 24 11:30 | 24 12:30 | observed
midnight                                     | 25 00:00 | 25 00:00 | observed
shortly after midnight on 24 June            | 24 00:00 | 24 00:30 | observed
before midnight on 23 June                   | 23 00:00 | 24 00:00 | inferred
shortly after 16:00                          | 24 16:00 | 24 16:30 | observed
just before 10:00                            | 25 09:30 | 25 10:00 | observed
before 10:00                                 | 25 00:00 | 25 10:00 | inferred
not later than 9 am                          | 25 00:00 | 25 09:00 | inferred
by 14:30                                     | 25 00:00 | 25 12:00 | published
by 14:30 on 24 June                          | 24 00:00 | 24 14:30 | inferred
until 14:30 on 24 June                       | 24 00:00 | 24 14:30 | inferred
after 16:00 on 24 June                       | 24 16:00 | 25 00:00 | inferred
after 10:00 today                            | 25 10:00 | 25 12:00 | published
since 16:00                                  | 24 16:00 | 25 00:00 | inferred
at 23:00                                     | 24 23:00 | 24 23:00 | observed
an hour ago                                  | 25 10:30 | 25 11:30 | inferred
one hour ago                                 | 25 10:30 | 25 11:30 | inferred
two hours ago                                | 25 09:30 | 25 10:30 | inferred
about two hours ago                          | 25 09:00 | 25 11:00 | inferred
a couple of hours ago                        | 25 09:30 | 25 10:30 | inferred
half an hour ago                             | 25 11:15 | 25 11:45 | inferred
an hour and a half ago                       | 25 10:15 | 25 10:45 | inferred
2 and a half hours ago                       | 25 09:15 | 25 09:45 | inferred
40 minutes ago                               | 25 11:15 | 25 11:25 | inferred
half past three pm on Saturday               | 24 15:30 | 24 15:30 | observed
quarter to 4 pm on Saturday                  | 24 15:45 | 24 15:45 | observed
1500 hours on 24 June                        | 24 15:00 | 24 15:00 | observed
three o'clock on Saturday afternoon          | 24 15:00 | 24 15:00 | observed
at about 3 on Saturday afternoon             | 24 14:30 | 24 15:30 | observed
24 June - 15:00                              | 24 15:00 | 24 15:00 | observed
24 June 5:30                                 | 24 05:30 | 24 05:30 | observed
24 June 2023 24:00                           | 25 00:00 | 25 00:00 | observed
"""

RUSSIAN = """
24 июня около 15:00                          | 24 14:30 | 24 15:30 | observed
24 июня примерно в 15:20                     | 24 15:05 | 24 15:35 | observed
24 июня 2023 года в 15:00                    | 24 15:00 | 24 15:00 | observed
24 июня 2023 г. в 15.30                      | 24 15:30 | 24 15:30 | observed
24-го июня в 15:00                           | 24 15:00 | 24 15:00 | observed
24 июня в 15 часов 20 минут                  | 24 15:20 | 24 15:20 | observed
24 июня в 15 часов                           | 24 15:00 | 24 15:00 | observed
24 июня в 15 ч. 20 мин.                      | 24 15:20 | 24 15:20 | observed
24 июня в 3 часа дня                         | 24 15:00 | 24 15:00 | observed
24 июня в 3 часа ночи                        | 24 03:00 | 24 03:00 | observed
24 июня в час дня                            | 24 13:00 | 24 13:00 | observed
24 июня в 12 дня                             | 24 12:00 | 24 12:00 | observed
24 июня в семь утра                          | 24 07:00 | 24 07:00 | observed
24.06.2023 14:30 МСК                         | 24 14:30 | 24 14:30 | observed
24 июня в 14:30 по Москве                    | 24 14:30 | 24 14:30 | observed
24 июня в 14:30 по московскому времени       | 24 14:30 | 24 14:30 | observed
24 июня в 14:30 по Киеву                     | 24 14:30 | 24 14:30 | observed
24 июня в 11:30 по Гринвичу                  | 24 14:30 | 24 14:30 | observed
в субботу, 24 июня, в 15:00                  | 24 15:00 | 24 15:00 | observed
24 июня                                      | 24 00:00 | 25 00:00 | inferred
в субботу                                    | 24 00:00 | 25 00:00 | inferred
ранним утром в субботу                       | 24 04:00 | 24 08:00 | inferred
рано утром 24 июня                           | 24 04:00 | 24 08:00 | inferred
под утро 24 июня                             | 24 03:00 | 24 06:00 | inferred
утром в субботу                              | 24 06:00 | 24 12:00 | inferred
днём 24 июня                                 | 24 12:00 | 24 18:00 | inferred
вечером 23 июня                              | 23 18:00 | 24 00:00 | inferred
поздно вечером 23 июня                       | 23 21:00 | 24 00:00 | inferred
в ночь с 23 на 24 июня                       | 23 22:00 | 24 06:00 | inferred
в ночь на 24 июня                            | 23 22:00 | 24 06:00 | inferred
в ночь на субботу                            | 23 22:00 | 24 06:00 | inferred
в ночь с пятницы на субботу                  | 23 22:00 | 24 06:00 | inferred
в ночь на субботу в 2:00                     | 24 02:00 | 24 02:00 | observed
сегодня ночью                                | 24 22:00 | 25 06:00 | inferred
прошлой ночью                                | 24 18:00 | 25 06:00 | inferred
сегодня утром                                | 25 06:00 | 25 12:00 | inferred
вчера вечером                                | 24 18:00 | 25 00:00 | inferred
вчера около пяти вечера                      | 24 16:30 | 24 17:30 | observed
позавчера                                    | 23 00:00 | 24 00:00 | inferred
между 5 и 7 утра мск                         | 25 05:00 | 25 07:00 | observed
с 5 до 7 утра 24 июня                        | 24 05:00 | 24 07:00 | observed
с 13:00 до 15:00 24 июня                     | 24 13:00 | 24 15:00 | observed
24 июня с часа дня до 3 часов дня            | 24 13:00 | 24 15:00 | observed
около полудня                                | 25 11:30 | 25 12:00 | observed
в полдень 24 июня                            | 24 12:00 | 24 12:00 | observed
после полуночи 24 июня                       | 24 00:00 | 25 00:00 | inferred
до полуночи 23 июня                          | 23 00:00 | 24 00:00 | inferred
после 16:00                                  | 24 16:00 | 25 00:00 | inferred
вскоре после 16:00                           | 24 16:00 | 24 16:30 | observed
незадолго до 10:00                           | 25 09:30 | 25 10:00 | observed
до 10:00                                     | 25 00:00 | 25 10:00 | inferred
к 14:30                                      | 25 00:00 | 25 12:00 | published
не позднее 14:30 24 июня                     | 24 00:00 | 24 14:30 | inferred
час назад                                    | 25 10:30 | 25 11:30 | inferred
два часа назад                               | 25 09:30 | 25 10:30 | inferred
около двух часов назад                       | 25 09:00 | 25 11:00 | inferred
полчаса назад                                | 25 11:15 | 25 11:45 | inferred
полтора часа назад                           | 25 10:15 | 25 10:45 | inferred
20 минут назад                               | 25 11:35 | 25 11:45 | inferred
2 дня назад в 15:00                          | 23 15:00 | 23 15:00 | observed
неделю назад                                 | 18 00:00 | 19 00:00 | inferred
"""


def phrases(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()]


def june(told: str) -> datetime:
    return datetime.fromisoformat(f"2023-06-{told.replace(' ', 'T')}+03:00")


@pytest.mark.parametrize(("words", "earliest", "latest", "basis"), phrases(ENGLISH) + phrases(RUSSIAN))
def test_words_have_these_bounds_and_this_basis(words: str, earliest: str, latest: str, basis: str) -> None:
    found = interval(words, zone="Europe/Moscow", published=PUBLISHED)
    assert (found.earliest, found.latest, found.time_basis) == (june(earliest), june(latest), basis)
    assert found.words == words


def test_there_are_phrases_enough_in_both_languages() -> None:
    assert len(phrases(ENGLISH)) >= 60
    assert len(phrases(RUSSIAN)) >= 60


@pytest.mark.parametrize(
    "words", [row[0] for row in phrases(ENGLISH) + phrases(RUSSIAN) if "ago" in row[0] or "назад" in row[0]]
)
def test_counting_back_in_hours_needs_no_zone(words: str) -> None:
    if "day" in words or "week" in words or "дня" in words or "неделю" in words:
        with pytest.raises(BadTime, match="has no time zone"):
            interval(words, published=PUBLISHED)
    else:
        assert interval(words, published=PUBLISHED).latest <= june("25 12:00")
