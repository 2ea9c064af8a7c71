"""Dates that file names carry: what each means, and names that only look like one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.filenames import dates

RECEIVED = "received or sent on some phone"


@pytest.mark.parametrize(
    ("name", "clock", "zone", "meaning"),
    [
        ("VID-20220401-WA0001.mp4", "2022-04-01", "unknown", RECEIVED),
        ("WhatsApp Video 2022-04-20 at 9.16.39 PM.mp4", "2022-04-20 21:16:39", "unknown", RECEIVED),
        ("WhatsApp Video 2022-04-20 at 21.26.11_8fa64b25.mp4", "2022-04-20 21:26:11", "unknown", RECEIVED),
        ("WhatsApp Video 2022-04-20 at 12.05.00 AM.mp4", "2022-04-20 00:05:00", "unknown", RECEIVED),
        ("video_2022-04-01_05-43-22.mp4", "2022-04-01 05:43:22", "unknown", "saved on some device"),
        ("video_2022-04-01_05-43-22 (2).mp4", "2022-04-01 05:43:22", "unknown", "saved on some device"),
        ("VID_20211114_122640.mp4", "2021-11-14 12:26:40", "unknown", "recording began"),
        ("20220401_102030.mp4", "2022-04-01 10:20:30", "unknown", "recording began"),
        ("DJI_20251126100756_0001_D.MP4", "2025-11-26 10:07:56", "unknown", "recording began"),
        ("2026_0820_045542_F.MP4", "2026-08-20 04:55:42", "unknown", "recording began"),
        ("Screenrecorder-2020-12-17-16-32-03-350.mp4", "2020-12-17 16:32:03", "unknown", "screen recorded"),
        ("Screen_Recording_20201028-103621_Chrome.mp4", "2020-10-28 10:36:21", "unknown", "screen recorded"),
        ("Screenshot_20181227-152914.jpg", "2018-12-27 15:29:14", "unknown", "screen recorded"),
        ("signal-2020-05-07-222654.mp4", "2020-05-07 22:26:54", "unknown", "saved on some device"),
        ("WhatsApp-Video-2025-09-30-at-12.23.14-AM.mp4", "2025-09-30 00:23:14", "unknown", RECEIVED),
        ("WhatsApp-Video-2023-01-31-at-11.01.02-1.mp4", "2023-01-31 11:01:02", "unknown", RECEIVED),
        ("VID20220413110258.mp4", "2022-04-13 11:02:58", "unknown", "recording began"),
        ("2020-09-27 12.07.37.jpg", "2020-09-27 12:07:37", "unknown", "saved on some device"),
        ("Screen Recording 2022-10-10 at 2.25.54 PM.mov", "2022-10-10 14:25:54", "unknown", "screen recorded"),
        ("Screen Recording 2022-12-04 at 18.26.48.mov", "2022-12-04 18:26:48", "unknown", "screen recorded"),
    ],
)  # fmt: skip
def test_each_pattern(name, clock, zone, meaning):
    (found,) = dates(name)
    assert (found.bounds.clock, found.bounds.zone, found.meaning) == (clock, zone, meaning)
    assert found.source
    assert "anyone can rename" in found.bounds.basis


def test_pixels_names_are_utc_and_ios_recordings_count_seconds():
    (pixel,) = dates("PXL_20250711_154426209.mp4")
    assert pixel.bounds.not_before.isoformat() == "2025-07-11T15:44:26.209000+00:00"
    assert pixel.bounds.zone == "utc"
    (recording,) = dates("RPReplay_Final1709229551.mov")
    assert recording.bounds.not_before.isoformat() == "2024-02-29T17:59:11+00:00"


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.MOV",
        "GX010123.MP4",
        "DJI_0001.MP4",
        "20221345_102030.mp4",
        "VID_20220230_102030.mp4",
        "video_2022-04-01_25-43-22.mp4",
        "MYVID_20211114_122640.mp4",
        "RPReplay_Final99.mov",
        "5d174e8dcbf4622c.mp4",
        "VID202204131102581.mp4",
        "FB_IMG_15658659197157667_wOd8n5yFyXI.jpg",
        "1382350606417817604.mp4",
        "Clip 1382350606417817604.mp4",
        "Clip [1382350606417817604] part two.mp4",
        "Clip [108779000807761862].mp4",
        "Clip [123456789012345678].mp4",
        "snaptik_1382350606417817604.mp4",
        "Clip [0wdCJcyLkLc].mp4",
        "",
    ],
)
def test_names_that_carry_none(name):
    assert not dates(name)


def test_facebooks_names_count_milliseconds():
    (found,) = dates("FB_IMG_1592918385370.jpg")
    assert found.bounds.not_before.isoformat() == "2020-06-23T13:19:45.370000+00:00"
    assert found.meaning == "saved on some device"


@pytest.mark.parametrize("name", ["snaptik_7140151847649791258.mp4", "SnapTik_7140151847649791258_v2 (1).mp4"])
def test_snaptiks_names_hold_an_id_of_tiktok(name):
    (found,) = dates(name)
    assert found.bounds.not_before.isoformat() == "2022-09-06T06:34:50+00:00"
    assert found.bounds.width == timedelta(minutes=2) and not found.supposed


@pytest.mark.parametrize(
    ("name", "begins", "service"),
    [
        ("Clip [1382350606417817604].mp4", "2021-04-14T15:10:42.059", "X"),
        ("Clip [1382350606417817604] (1).mp4", "2021-04-14T15:10:42.059", "X"),
        ("Clip [7140151847649791258].mp4", "2022-09-06T06:34:50", "TikTok"),
    ],
)
def test_yt_dlps_names_do_not_say_whose_the_number_is(name, begins, service):
    """LinkedIn and Pinterest give numbers of the same size: the date is supposed, and told so."""
    (found,) = dates(name)
    assert found.supposed and f"if {service} gave the number" in found.program
    assert found.bounds.not_before.isoformat().startswith(begins)


def test_a_number_of_a_day_that_was_to_come_is_no_id():
    name = "Clip [1382350606417817604].mp4"
    assert dates(name, datetime(2021, 4, 15, tzinfo=UTC))
    assert not dates(name, datetime(2021, 4, 14, tzinfo=UTC))


@given(st.text(max_size=60))
def test_any_name_ends(name):
    dates(name)
