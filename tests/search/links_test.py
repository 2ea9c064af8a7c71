"""Links for people: the right shape for a public picture and for one of ours, and nothing from outside breaks out."""

from __future__ import annotations

import urllib.parse
from datetime import UTC, datetime

import pytest

from verify.errors import UsageError
from verify.records.claims import Place
from verify.records.media import Post
from verify.records.times import TimeBounds, moment, whole_day
from verify.search.base import Picture
from verify.search.links import address_links, ask, askable, picture_links, place_links
from verify.settings import Settings

BELGOROD = Place(name="Belgorod", latitude=50.6, longitude=36.59, radius=5000.0, zone="Europe/Moscow")
PUBLIC = "https://pbs.twimg.com/media/a b.jpg?format=jpg&name=large#x"


def test_a_public_picture_gives_a_ready_search_at_every_service() -> None:
    links = picture_links(Picture(name="thumbnail.jpg", url=PUBLIC))
    assert [link.service for link in links] == ["Google Lens", "Yandex", "Bing", "TinEye", "Fact Check Explorer"]
    for link in links:
        assert link.ready
        assert (
            urllib.parse.quote(PUBLIC, safe="") in link.url
        )  # whole and encoded, so that none of its & and ; are theirs
        assert link.url.startswith("https://")


HIDDEN = [
    "file:///x.jpg",
    "keyframes/001.jpg",
    "http://127.0.0.1:8000/x.jpg",
    "http://localhost/x.jpg",
    "http://nas.local/x.jpg",
    "http://192.168.1.4/x.jpg",
    "http://[::1]/x.jpg",
    "javascript:alert(1)",
    "http://intranet/x.jpg",
    "http://[::1",
    "data:image/png,x",
]


@pytest.mark.parametrize("url", ["", *HIDDEN])
def test_a_picture_that_others_cannot_fetch_gives_the_upload_page(url: str) -> None:
    links = picture_links(Picture(name="001.jpg", url=url))
    assert len(links) == 5
    for link in links:
        assert not link.ready and link.words
        assert "url=" not in link.url and "127.0.0.1" not in link.url


def test_a_place_and_an_hour_give_weather_fires_satellites_and_sun() -> None:
    when = moment(datetime(2022, 4, 1, 2, 0, tzinfo=UTC), "claim", "minute")
    links = {link.service: link.url for link in place_links(BELGOROD, when)}
    assert len(links) == 6
    assert "start_date=2022-04-01&end_date=2022-04-01" in links["Open-Meteo weather archive"]
    assert "timezone=UTC" in links["Open-Meteo weather archive"]
    assert "#d:2022-04-01..2022-04-02;@36.5900,50.6000,12.0z" in links["NASA FIRMS fire map"]  # longitude first
    assert "lat=50.60000&lng=36.59000" in links["Copernicus Browser (Sentinel-2)"]
    assert "fromTime=2022-03-27T" in links["Copernicus Browser (Sentinel-2)"]
    assert links["SunCalc"].endswith("/50.60000,36.59000,14/2022.04.01/05:00/1/3")  # Moscow time, as that page reads it


def test_an_open_time_gives_the_map_alone() -> None:
    nothing = TimeBounds(not_before=None, not_after=None, precision="day", zone="unknown", basis="")
    assert [link.service for link in place_links(BELGOROD, nothing)] == ["OpenStreetMap"]


def test_a_time_known_on_one_side_and_a_place_without_a_zone() -> None:
    day = whole_day(datetime(2022, 4, 1, tzinfo=UTC).date(), "claim")
    half = TimeBounds(not_before=None, not_after=day.not_after, precision="day", zone="utc", basis="")
    place = Place(name="?", latitude=-33.0, longitude=179.5, radius=1.0)
    links = {link.service: link.url for link in place_links(place, half)}
    assert "SunCalc" not in links
    assert "180.000" in links["NASA Worldview"]


def test_an_address_is_put_into_the_archives_links_without_breaking_out() -> None:
    links = address_links("https://x.com/a/status/1?a=1&b=<script>\"'\u202e \n")
    for link in links:
        assert link.url.startswith(
            ("https://web.archive.org/web/*/https://x.com/", "https://archive.ph/https://x.com/")
        )
        assert not set(link.url) & set('<>" \n\u202e')


def test_only_what_is_known_can_be_asked() -> None:
    assert askable() == ("wayback",)
    with pytest.raises(UsageError, match="no service named"):
        ask("yesterday", Post(url="https://example.org", platform="web"), Settings())
