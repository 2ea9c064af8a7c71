"""What a person writes as the time of an event: exact where a zone is known, wide where none is, else refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.claims.parse import when
from verify.errors import UsageError


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


FIVE, TILL_51 = "2022-04-01T02:00:00", "2022-04-01T02:51:59.999999"
SPAN = ("interval", "offset")


@pytest.mark.parametrize(
    ("text", "hint", "first", "last", "precision", "zone"),
    [
        ("2022-04-01T05:00+03:00/05:51+03:00", "", FIVE, TILL_51, *SPAN),
        ("2022-04-01T05:00/05:51", "Europe/Moscow", FIVE, TILL_51, *SPAN),
        ("2022-04-01 05:00 Europe/Moscow", "", "2022-04-01T02:00:00", "2022-04-01T02:00:59.999999", "minute", "offset"),
        ("2022-04-01T05:00:30.5Z", "", "2022-04-01T05:00:30.5", "2022-04-01T05:00:30.500999", "millisecond", "utc"),
        ("2022-04-01T02", "Europe/Moscow", "2022-03-31T23:00:00", "2022-03-31T23:59:59.999999", "hour", "offset"),
        ("2022-04-01", "Europe/Moscow", "2022-03-31T21:00:00", "2022-04-01T20:59:59.999999", "day", "offset"),
        ("2022-04-01/2022-04-03", "UTC", "2022-04-01T00:00:00", "2022-04-03T23:59:59.999999", *SPAN),
        ("2022-12", "UTC", "2022-12-01T00:00:00", "2022-12-31T23:59:59.999999", "month", "offset"),
        ("2022", "UTC", "2022-01-01T00:00:00", "2022-12-31T23:59:59.999999", "year", "offset"),
        ("2022-04-01T05:00/05:51 Europe/Moscow", "", FIVE, TILL_51, *SPAN),
        ("2022-04-01T05:00 Europe/Moscow/05:51", "", FIVE, TILL_51, *SPAN),
        ("2022-04-01T05:00 to 05:51+03:00", "", FIVE, TILL_51, *SPAN),
        ("2022-04-01T05:00+03:00/2022-04-01T02:30Z", "", "2022-04-01T02:00:00", "2022-04-01T02:30:59.999999", *SPAN),
        ("2022-04-01T05:00−05:00", "", "2022-04-01T10:00:00", "2022-04-01T10:00:59.999999", "minute", "offset"),
    ],
)  # fmt: skip
def test_each_form(text, hint, first, last, precision, zone):
    bounds = when(text, hint)
    assert (bounds.not_before, bounds.not_after) == (at(first), at(last))
    assert (bounds.precision, bounds.zone) == (precision, zone)


def test_the_places_zone_is_taken_and_said():
    assert "taken as the claimed place's own time (Europe/Moscow)" in when("2022-04-01T05:00", "Europe/Moscow").basis
    assert "zone as stated" in when("2022-04-01T05:00Z", "Europe/Moscow").basis


def test_in_several_zones_the_bounds_hold_the_time_in_each_and_say_so():
    bounds = when("2024-11-10T05:10", "Europe/Moscow", "Europe/Kyiv")
    assert (bounds.not_before, bounds.not_after) == (at("2024-11-10T02:10:00"), at("2024-11-10T03:10:59.999999"))
    assert bounds.precision == "interval"
    assert "(Europe/Moscow or Europe/Kyiv: not sure which" in bounds.basis
    assert when("2024-11-10T05:10+03:00", "Europe/Moscow", "Europe/Kyiv").not_after == at("2024-11-10T02:10:59.999999")


def test_several_zones_of_one_clock_are_one():
    bounds = when("2024-11-10T05:10", "Europe/Berlin", "Europe/Warsaw")
    assert bounds == when("2024-11-10T05:10", "Europe/Berlin")
    assert "not sure" not in bounds.basis


def test_an_hour_that_one_of_several_zones_left_out_is_of_the_others():
    bounds = when("2022-03-27T02:30", "Europe/Berlin", "Europe/London")
    assert bounds.not_before == at("2022-03-27T01:30:00")
    assert "(Europe/London)" in bounds.basis


@pytest.mark.parametrize(
    "text", ["2022-03-27T02:30", "2022-03-27T02", "2022-03-27T02:30/04:00", "2022-03-27T01:00/02:30"]
)
def test_an_hour_that_the_clocks_left_out_is_said_to_be_one(text):
    with pytest.raises(UsageError) as refused:
        when(text, "Europe/Berlin")
    assert "in Europe/Berlin; the clocks were put forward over it" in refused.value.message
    assert "+01:00 (before the change) or 2022-03-27T02" in refused.value.advice
    with pytest.raises(UsageError, match="put forward"):
        when("2022-03-27T02:30 Europe/Berlin")


def test_a_day_that_begins_in_an_hour_left_out_is_a_day():
    bounds = when("2022-03-27", "Asia/Beirut")  # 00:00 to 01:00 was left out
    assert (bounds.not_before, bounds.not_after) == (at("2022-03-26T22:00:00"), at("2022-03-27T20:59:59.999999"))


@pytest.mark.parametrize("name", ["MSK", "CEST", "EET", "GMT+3", "msk"])
def test_a_short_name_of_a_zone_is_refused_with_what_to_write(name):
    with pytest.raises(UsageError) as refused:
        when(f"2022-04-01T05:00 {name}")
    assert f"'{name}' is not taken for a zone" in refused.value.message
    assert "+03:00" in refused.value.advice


def test_without_a_zone_every_zone_on_earth_stays_possible():
    bounds = when("2022-04-01T05:00")
    assert bounds.not_before == at("2022-03-31T15:00:00")
    assert bounds.not_after == at("2022-04-01T17:00:59.999999")
    assert (bounds.zone, bounds.clock) == ("unknown", "2022-04-01 05:00")
    assert when("2022-04-01").clock == "2022-04-01"


def test_an_hour_that_the_clock_shows_twice_keeps_both_meanings():
    bounds = when("2022-10-30T02:30 Europe/Berlin")
    assert (bounds.not_before, bounds.not_after) == (at("2022-10-30T00:30:00"), at("2022-10-30T01:30:59.999999"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a time"),
        ("/", "not a time"),
        ("now", "not understood"),
        ("05:00", "not understood"),
        ("2022-13-01", "month must be in 1..12"),
        ("2022-02-30", "day"),
        ("2022-04-01T25:00", "hour must be in 0..23"),
        ("2022-04T05:00", "whole date"),
        ("2022-04-01T05:00+15:00", "no zone is at +15:00"),
        ("2022-04-01T05:00-13:00", "no zone is at -13:00"),
        ("2022-04-01T05:00 Mars/Phobos", "no time zone named"),
        ("2022-04-01T05:51/05:00Z", "ends before it begins"),
        ("2022-04-02/2022-04-01", "ends before it begins"),
        ("2022-04-01T05:51/05:00", "ends before it begins"),
        ("2022-04-01/2022-04-02/2022-04-03", "not a time"),
        ("0001-01-01T00:00", "outside the calendar"),
        ("9999-12-31", "year 9999"),
        ("1 April 2022", "not understood"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_form(text, words):
    with pytest.raises(UsageError) as refused:
        when(text)
    assert words in refused.value.message
    assert refused.value.advice


def test_a_zone_of_the_place_that_is_no_zone_is_refused():
    with pytest.raises(UsageError):
        when("2022-04-01T05:00", "Nowhere/Land")


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.integers(-12 * 60, 14 * 60),
)
def test_an_interval_holds_both_its_ends(first, length, minutes):
    first = first.replace(microsecond=0)
    sign, hours = "-" if minutes < 0 else "+", abs(minutes)
    zone = f"{sign}{hours // 60:02}:{hours % 60:02}"
    last = first + length
    bounds = when(f"{first.isoformat()}{zone}/{last.replace(microsecond=0).isoformat()}{zone}")
    offset = timedelta(minutes=minutes)
    assert bounds.not_before == (first - offset).replace(tzinfo=UTC)
    assert bounds.not_after >= (last.replace(microsecond=0) - offset).replace(tzinfo=UTC)


@given(st.text(max_size=40))
def test_any_text_is_bounds_or_a_usage_error(text):
    try:
        bounds = when(text, "Europe/Moscow")
    except UsageError:
        return
    assert bounds.not_before <= bounds.not_after
