"""When an agency answers: weekly hours in its own time zone, past midnight too, without holidays.  Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 60  # days: whoever is closed for longer has no next opening
MINUTES = 24 * 60

_PART = re.compile(r"([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)", re.IGNORECASE)

Span = tuple[datetime.datetime, datetime.datetime]


@dataclass(frozen=True)
class Hours:
    """Opening hours.

    Attributes:
        zone: of the wall clock that they are meant by.
        week: of each weekday, Monday first, spans in minutes after midnight; an end beyond 1,440 is on the next day.
            No span at all means always open.
        calendar: whose public holidays are kept, as ``US-CA``; none where empty.
        closed: other days on which nobody is there.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    week: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    calendar: str = ""
    closed: frozenset[datetime.date] = frozenset()

    def is_open(self, at: datetime.datetime) -> bool:
        """Whether somebody may be expected then."""
        return not self.week or any(start <= at < end for start, end in self._around(at))

    def opens(self, at: datetime.datetime) -> datetime.datetime | None:
        """The next opening, in the agency's zone; None where it is open, and where none is in sight."""
        if self.is_open(at):
            return None
        today = at.astimezone(self.zone).date()
        return next((start for start, _ in self._spans(today, LOOK_AHEAD) if start > at), None)

    def seconds(self, start: datetime.datetime, end: datetime.datetime) -> float:
        """How long it was open between two moments."""
        if not self.week:
            return max(0.0, (end - start).total_seconds())
        first = start.astimezone(self.zone).date() - datetime.timedelta(days=1)
        days = (end.astimezone(self.zone).date() - first).days + 1
        total, reached = 0.0, start
        for opening, closing in sorted(self._spans(first, days)):
            begin, finish = max(opening, reached), min(closing, end)
            if finish > begin:
                total += (finish - begin).total_seconds()
                reached = finish
        return total

    def _around(self, at: datetime.datetime) -> Iterator[Span]:
        yesterday = at.astimezone(self.zone).date() - datetime.timedelta(days=1)
        return self._spans(yesterday, 2)

    def _spans(self, first: datetime.date, days: int) -> Iterator[Span]:
        """The hours of so many days, as moments: each end is found on the wall clock of its own day."""
        for number in range(days):
            day = first + datetime.timedelta(days=number)
            if day in self.closed or is_holiday(self.calendar, day):
                continue
            for start, end in self.week.get(day.weekday(), ()):
                yield self._moment(day, start), self._moment(day, end)

    def _moment(self, day: datetime.date, minutes: int) -> datetime.datetime:
        later, rest = divmod(minutes, MINUTES)
        wall = datetime.datetime.combine(day + datetime.timedelta(days=later), datetime.time(rest // 60, rest % 60))
        # In UTC, for moments of one zone compare by their wall clocks, which go back in autumn.
        return wall.replace(tzinfo=self.zone).astimezone(datetime.UTC)


def week_of(text: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """Hours as people write them: ``Mon-Fri 09:00-17:30; Sat 21:00-02:00``.

    Raises:
        ValueError: it says what cannot be read.
    """
    week: dict[int, tuple[tuple[int, int], ...]] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} is no days with hours")
        first, last = _day(match[1]), _day(match[2] or match[1])
        start, end = _minutes(match[3], match[4]), _minutes(match[5], match[6])
        end += MINUTES if end <= start else 0
        for number in range((last - first) % 7 + 1):
            day = (first + number) % 7
            week[day] = (*week.get(day, ()), (start, end))
    return week


def _day(name: str) -> int:
    if name.lower() not in DAYS:
        raise ValueError(f"{name!r} is no day of the week")
    return DAYS.index(name.lower())


def _minutes(hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > MINUTES:
        raise ValueError(f"{hours}:{minutes} is no time of day")
    return found


def calendar_of(text: str) -> str:
    """A country, or a country and a state, whose holidays are known.

    Raises:
        ValueError: there is no such calendar.
    """
    country, _, state = text.partition("-")
    try:
        holidays.country_holidays(country, subdiv=state or None)
    except NotImplementedError:
        raise ValueError(f"there is no calendar {text!r}") from None
    return text


def is_holiday(calendar: str, day: datetime.date) -> bool:
    """Whether it is a public holiday there; the day it is moved to counts as well."""
    return bool(calendar) and day in _of_year(calendar, day.year)


@lru_cache(maxsize=64)
def _of_year(calendar: str, year: int) -> frozenset[datetime.date]:
    country, _, state = calendar.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=state or None, years=year).keys())
