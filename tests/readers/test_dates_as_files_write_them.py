"""Dates in the spellings that files hold: a zone is kept or absent, never assumed; nonsense is no date."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.readers.collect import iso
from verify.readers.times import spelled
from verify.tagnames import NOT_SET


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2019:07:24 11:25:40", "2019-07-24T11:25:40"),
        ("2019:07:24 11:25:40+03:00", "2019-07-24T11:25:40+03:00"),
        ("2019-07-24T11:25:40+0300", "2019-07-24T11:25:40+03:00"),
        ("2019-07-24T08:25:40.000000Z", "2019-07-24T08:25:40Z"),
        ("2019-07-24T08:25:40.125Z", "2019-07-24T08:25:40.125Z"),
        ("20190724T112540Z", "2019-07-24T11:25:40Z"),
        ("2019-07-24", "2019-07-24"),
        ("2019", "2019"),
        ("2019:04:24 22:24:00+02:00 DST", "2019-04-24T22:24:00+02:00"),
        ("Mon Mar 10 15:04:43 2003", "2003-03-10T15:04:43"),
        ("TUE OCT 27 12:14:34 2009", "2009-10-27T12:14:34"),
        ("2009/10/27 12:14:34", "2009-10-27T12:14:34"),
        ("2001/ 1/27  1:42PM", "2001-01-27T13:42:00"),
        ("2005/11/28/ 09:19", "2005-11-28T09:19:00"),
        ("2016:12:31 23:59:60", "2016-12-31T23:59:59"),
        ("2019:05:04 05:53+02", "2019-05-04T05:53:00+02:00"),
        ("0000:00:00 00:00:00", NOT_SET),
        ("    :  :     :  :  ", NOT_SET),
        ("2019:13:01 00:00:00", ""),
        ("2019:02:30 00:00:00", ""),
        ("2019:02:20 25:00:00", ""),
        ("2019:02:20 12:00:00+19:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_each_spelling(text, value):
    assert spelled(text)[0] == value


@given(
    st.datetimes(datetime(1000, 1, 1), datetime(9998, 12, 31)),
    st.none() | st.integers(-12 * 60, 14 * 60),
)
def test_what_is_written_is_read_back(at, minutes):
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    if minutes is not None:
        at = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert spelled(iso(at))[0] == iso(at)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_none(text):
    value, note = spelled(text)
    assert value in ("", NOT_SET) or value[:4].isdigit()
    assert isinstance(note, str)
