"""Opening hours: in the agency's zone, past midnight, over changes of the clock, and not on holidays."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.hours import Hours, calendar_of, is_holiday, week_of

PACIFIC = ZoneInfo("America/Los_Angeles")
OFFICE = Hours(PACIFIC, week_of("Mon-Fri 09:00-17:00; Sat 10:00-14:00"), "US-CA")
BAR = Hours(PACIFIC, week_of("Fri-Sat 21:00-02:00"))


def at(text: str, zone: ZoneInfo = PACIFIC) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-12-01T09:00", True),
        ("2026-12-01T08:59", False),
        ("2026-12-01T17:00", False),
        ("2026-12-05T10:30", True),  # Saturday
        ("2026-12-06T10:30", False),
        ("2026-12-25T10:00", False),  # Christmas
        ("2026-07-03T10:00", False),  # Independence Day is a Saturday: the day it is moved to
        ("2026-03-31T10:00", False),  # Cesar Chavez Day, of California
    ],
)
def test_when_it_is_open(moment: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(moment)) == is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-12-05T01:59", True),  # Friday's hours, on Saturday
        ("2026-12-05T02:00", False),
        ("2026-12-06T01:00", True),
        ("2026-12-07T01:00", False),
        ("2026-12-04T20:59", False),
    ],
)
def test_hours_may_pass_midnight(moment: str, is_open: bool) -> None:
    assert BAR.is_open(at(moment)) == is_open


def test_hours_follow_the_wall_clock_when_it_changes() -> None:
    winter, summer = at("2027-03-12T09:30"), at("2027-03-15T09:30")  # a Friday and the Monday after the change
    assert OFFICE.is_open(winter) and OFFICE.is_open(summer)
    assert winter.utcoffset() != summer.utcoffset()
    assert OFFICE.opens(at("2027-03-12T17:30")) == at("2027-03-13T10:00")
    assert OFFICE.opens(at("2027-03-13T15:00")) == at("2027-03-15T09:00")


def test_the_same_moment_told_in_another_zone_is_the_same() -> None:
    assert OFFICE.is_open(datetime.datetime(2026, 12, 1, 17, 0, tzinfo=datetime.UTC))  # 9 in the morning there
    assert not OFFICE.is_open(datetime.datetime(2026, 12, 1, 16, 59, tzinfo=datetime.UTC))


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-12-01T12:00", None),  # it is open
        ("2026-12-24T18:00", "2026-12-26T10:00"),  # over Christmas
        ("2026-12-05T20:00", "2026-12-07T09:00"),
    ],
)
def test_when_it_opens_next(moment: str, opens: str | None) -> None:
    assert OFFICE.opens(at(moment)) == (at(opens) if opens else None)


def test_an_hour_that_comes_twice_is_open_both_times() -> None:
    night = Hours(PACIFIC, week_of("Sun 01:00-02:00"))
    first, second = at("2026-11-01T01:30"), at("2026-11-01T01:30").replace(fold=1)
    assert first.astimezone(datetime.UTC) != second.astimezone(datetime.UTC)
    assert night.is_open(first.astimezone(datetime.UTC))


def test_without_hours_it_is_always_open() -> None:
    always = Hours()
    assert always.is_open(at("2026-12-25T03:00")) and always.opens(at("2026-12-25T03:00")) is None


def test_whoever_never_opens_has_no_next_opening() -> None:
    never = Hours(PACIFIC, week_of("Mon 09:00-10:00"), "", frozenset(_mondays()))
    assert never.opens(at("2026-12-01T09:00")) is None


def _mondays() -> list[datetime.date]:
    first = datetime.date(2026, 11, 30)
    return [first + datetime.timedelta(days=7 * number) for number in range(20)]


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-12-01T10:00", "2026-12-01T11:00", 1),
        ("2026-12-01T16:00", "2026-12-02T10:00", 2),  # over night
        ("2026-12-04T16:00", "2026-12-07T10:00", 6),  # over a weekend with Saturday's four
        ("2026-12-24T16:00", "2026-12-26T11:00", 2),  # over Christmas
        ("2026-12-06T00:00", "2026-12-06T23:00", 0),
    ],
)
def test_time_counts_while_it_is_open(start: str, end: str, hours: float) -> None:
    assert OFFICE.seconds(at(start), at(end)) == hours * 3600


moments = st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2028, 1, 1), timezones=st.just(datetime.UTC))


@given(moments, moments, moments)
def test_open_time_adds_up_and_never_exceeds_the_time(
    one: datetime.datetime, two: datetime.datetime, three: datetime.datetime
) -> None:
    start, middle, end = sorted((one, two, three))
    middle = min(middle, start + datetime.timedelta(days=40))
    end = min(end, middle + datetime.timedelta(days=40))
    whole = OFFICE.seconds(start, end)
    assert whole == pytest.approx(OFFICE.seconds(start, middle) + OFFICE.seconds(middle, end))
    assert 0 <= whole <= (end - start).total_seconds()


@given(moments)
def test_the_next_opening_is_open_and_nothing_before_it(moment: datetime.datetime) -> None:
    opens = OFFICE.opens(moment)
    if opens is None:
        assert OFFICE.is_open(moment)
        return
    assert OFFICE.is_open(opens) and opens > moment
    assert OFFICE.seconds(moment, opens) == 0


@pytest.mark.parametrize("text", ["", "Mon-Fri 09:00-17:00", "sat 0:00-24:00", "Fri-Mon 22:00-06:00;Tue 9:00-12:30"])
def test_hours_are_read_as_people_write_them(text: str) -> None:
    assert len(week_of(text)) in (0, 5, 1, 5)


@pytest.mark.parametrize("text", ["Mon", "Mon 9-17", "Mon 09:60-17:00", "Mon 25:00-26:00", "Montag 09:00-17:00", "9-5"])
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        week_of(text)


def test_a_calendar_that_nobody_knows_is_refused() -> None:
    assert calendar_of("US-CA") == "US-CA"
    for text in ("XX", "US-ZZ"):
        with pytest.raises(ValueError, match="no calendar"):
            calendar_of(text)


def test_the_day_a_holiday_is_moved_to_counts_even_in_the_year_before() -> None:
    assert is_holiday("US", datetime.date(2027, 12, 31))  # New Year's Day of 2028 is a Saturday
    assert not is_holiday("", datetime.date(2026, 12, 25))
