"""A day is told in the zone it is a day of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from verify.checks import wording
from verify.claims.parse import claim
from verify.records.times import TimeBounds, whole_day


def test_a_day_in_utc_is_that_day():
    assert wording.tell(whole_day(date(2022, 4, 1), "x"), "Europe/Moscow") == "2022-04-01 (the day in UTC)"


def test_a_claimed_day_is_the_day_of_the_claimed_place():
    said = claim(when="2019-07-24", where="Tel Aviv")
    assert wording.tell(said.when, said.where.zone) == "2019-07-24 (the day in Asia/Jerusalem)"


def test_a_day_of_a_zone_nobody_names_is_told_by_its_ends():
    start = datetime(2022, 3, 31, 21, tzinfo=UTC)
    day = TimeBounds(not_before=start, not_after=start + timedelta(hours=23, minutes=59), precision="day",
                     zone="offset", basis="x")  # fmt: skip
    told = wording.tell(day)
    assert "2022-03-31 21:00" in told
    assert "2022-04-01 20:59" in told
