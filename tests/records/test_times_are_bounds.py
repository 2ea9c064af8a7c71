"""A time that is known to a day is not a midnight, and only disjoint bounds are put in order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.records.times import TimeBounds, clock_without_zone, moment, whole_day

MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)).map(
    lambda d: d.replace(tzinfo=UTC)
)


@st.composite
def bounds(draw):
    ends = sorted(draw(st.tuples(MOMENTS, MOMENTS)))
    start, end = (draw(st.sampled_from([e, None])) if draw(st.booleans()) else e for e in ends)
    return TimeBounds(not_before=start, not_after=end, precision="interval", zone="utc", basis="made")


@given(bounds(), bounds())
def test_exactly_one_of_before_after_overlaps(a, b):
    assert [a.before(b), a.after(b), a.overlaps(b)].count(True) == 1


@given(bounds(), bounds(), bounds())
def test_order_is_transitive(a, b, c):
    if a.before(b) and b.before(c):
        assert a.before(c)


@given(MOMENTS)
def test_a_clock_without_zone_holds_every_zone_on_earth(at):
    naive = at.replace(tzinfo=None)
    found = clock_without_zone(naive, "a camera clock")
    for hours in range(-12, 15):
        real = naive.replace(tzinfo=timezone(timedelta(hours=hours))).astimezone(UTC)
        assert found.not_before <= real <= found.not_after


def test_a_day_is_a_whole_day_and_no_midnight():
    day = whole_day(date(2022, 4, 1), "upload_date")
    assert day.precision == "day"
    assert day.width > timedelta(hours=23, minutes=59)


def test_a_day_before_a_moment_of_that_day_is_not_in_order():
    assert whole_day(date(2022, 4, 1), "x").overlaps(moment(datetime(2022, 4, 1, 2, 0, tzinfo=UTC), "y"))


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        moment(datetime(2022, 4, 1), "x")


def test_bounds_that_are_not_utc_are_refused():
    moscow = datetime(2022, 4, 1, 5, tzinfo=timezone(timedelta(hours=3)))
    with pytest.raises(ValueError, match="UTC"):
        TimeBounds(not_before=moscow, not_after=None, precision="minute", zone="offset", basis="x")


def test_an_offset_is_kept_as_such():
    at = moment(datetime(2022, 4, 1, 5, tzinfo=timezone(timedelta(hours=3))), "x", "minute")
    assert at.zone == "offset"
    assert at.not_before == datetime(2022, 4, 1, 2, tzinfo=UTC)
    assert at.not_after < datetime(2022, 4, 1, 2, 1, tzinfo=UTC)
