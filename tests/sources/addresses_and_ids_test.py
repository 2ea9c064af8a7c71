"""What an address says by itself: platform, id, author, and the time in the id, against vectors from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from verify.errors import UsageError
from verify.records.times import TimeBounds
from verify.sources import markup
from verify.sources.posts import platform_of, post_from_info, post_from_url


@pytest.mark.parametrize(
    ("url", "platform", "post_id", "author"),
    [
        ("https://twitter.com/RALee85/status/1509825175573778433", "X", "1509825175573778433", "RALee85"),
        ("https://x.com/i/web/status/1509825175573778433?s=20", "X", "1509825175573778433", ""),
        ("https://mobile.twitter.com/a_b/status/20/photo/1", "X", "20", "a_b"),
        ("https://x.com/i/status/1509825175573778433", "X", "1509825175573778433", ""),
        ("pic.twitter.com/HhHkirNJWk", "X", "", ""),
        ("https://t.co/kx5wDfJ88C", "X", "", ""),
        (
            "https://www.tiktok.com/@some.one/video/7140151847649791258?lang=en",
            "TikTok",
            "7140151847649791258",
            "some.one",
        ),
        ("https://vm.tiktok.com/ZMabc/", "TikTok", "", ""),
        ("https://www.instagram.com/reel/Chunk8-jurw/", "Instagram", "Chunk8-jurw", ""),
        ("https://www.instagram.com/someone/p/aye83DjauH/?x=y", "Instagram", "aye83DjauH", "someone"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1", "YouTube", "dQw4w9WgXcQ", ""),
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "YouTube", "dQw4w9WgXcQ", ""),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "YouTube", "dQw4w9WgXcQ", ""),
        ("https://t.me/europa_press/613?single", "Telegram", "europa_press/613", "europa_press"),
        ("https://t.me/s/europa_press/613", "Telegram", "europa_press/613", "europa_press"),
        ("https://www.facebook.com/somepage/videos/1234567890/", "Facebook", "1234567890", "somepage"),
        ("https://www.facebook.com/watch/?v=1234567890", "Facebook", "1234567890", ""),
        ("https://fb.watch/abc/", "Facebook", "", ""),
        ("https://example.org/twitter.com/status/1509825175573778433", "example.org", "", ""),
        ("https://nottwitter.com/a/status/1509825175573778433", "nottwitter.com", "", ""),
        ("https://x.com.evil.example/a/status/1509825175573778433", "x.com.evil.example", "", ""),
    ],
)
def test_an_address_is_recognised(url: str, platform: str, post_id: str, author: str) -> None:
    post = post_from_url(url)
    assert (post.platform, post.id, post.author, post.stated_by_user) == (platform, post_id, author, True)
    assert post.url.startswith("https://")


@pytest.mark.parametrize(
    "bad",
    ["", "file:///etc/passwd", "ftp://x/y", "javascript:alert(1)", "https://", "two words", "https://[::1", "notaurl"],
)
def test_what_is_no_web_address_is_refused_in_one_sentence(bad: str) -> None:
    with pytest.raises(UsageError, match="is not a web address"):
        post_from_url(bad)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("post_id", "at"),
    [
        ("1382350606417817604", "2021-04-14T15:10:42.059"),  # facts, section 7
        ("1509825175573778433", "2022-04-01T09:29:07.709"),
        ("1509712148689846272", "2022-04-01T02:00:00.000"),
        ("29700859247", "2010-11-04T01:43:01.738"),  # the first id with a time
    ],
)
def test_an_x_id_holds_its_millisecond(post_id: str, at: str) -> None:
    (bounds,) = platform_of("https://x.com").id_dates(post_id)
    assert bounds.not_before == utc(at)
    assert bounds.width is not None and bounds.width < timedelta(milliseconds=1)
    assert bounds.zone == "utc" and post_id in bounds.basis


@pytest.mark.parametrize("post_id", ["29700859246", "20", "0", "", "abc", str(1 << 62), str(1 << 70), "1" * 400])
def test_an_x_id_without_a_believable_time_gives_none(post_id: str) -> None:
    assert platform_of("https://x.com").id_dates(post_id) == ()


# (id, time stated by the platform) as yt-dlp's own tests record them; TikTok's stated time follows the id by 1-37 s.
TIKTOK = [
    (6961737553342991651, 1620905839), (6982497745948921092, 1625739481), (6953975910773099811, 1619098692),
    (6748451240264420610, 1571246252), (7042692929109986561, 1639754738), (7059698374567611694, 1643714123),
    (7065799023130643713, 1645134536), (7139980461132074283, 1662406249), (7206382937372134662, 1677866781),
    (7107337212743830830, 1654805899), (7253412088251534594, 1688816612), (7170520270497680683, 1669516858),
    (7106798200794926362, 1654680400), (6984138651336838402, 1626121503), (7140151847649791258, 1662446156),
    (6854717870488702213, 1595988377),
]  # fmt: skip


@pytest.mark.parametrize(("post_id", "stated"), TIKTOK)
def test_a_tiktok_id_bounds_the_stated_time(post_id: int, stated: int) -> None:
    (bounds,) = platform_of("https://tiktok.com").id_dates(str(post_id))
    assert bounds.not_before and bounds.not_after
    assert bounds.not_before <= datetime.fromtimestamp(stated, UTC) <= bounds.not_after
    assert bounds.width == timedelta(minutes=2)


@pytest.mark.parametrize("post_id", ["7081449306351206400"])
def test_a_tiktok_id_of_the_belgorod_hour(post_id: str) -> None:
    (bounds,) = platform_of("https://tiktok.com").id_dates(post_id)
    assert bounds.not_before == utc("2022-04-01T01:59:00")


@pytest.mark.parametrize("post_id", ["123456", "1" * 25, "18446744073709551615"])
def test_a_tiktok_id_that_is_a_counter_or_nonsense_gives_none(post_id: str) -> None:
    assert platform_of("https://tiktok.com").id_dates(post_id) == ()


@pytest.mark.parametrize(
    ("code", "stated"), [("aye83DjauH", 1371748545), ("Chunk8-jurw", 1661529231), ("BkfuX9UB-eK", 1530032919)]
)
def test_an_instagram_code_bounds_the_stated_time(code: str, stated: int) -> None:
    (bounds,) = platform_of("https://instagram.com").id_dates(code)
    assert bounds.not_before and bounds.not_after
    assert bounds.not_before <= datetime.fromtimestamp(stated, UTC) <= bounds.not_after
    assert datetime.fromtimestamp(stated, UTC) - bounds.not_before < timedelta(seconds=120)


@pytest.mark.parametrize("code", ["short", "has space12", "-----------------", "_" * 11])
def test_an_instagram_code_without_a_believable_time_gives_none(code: str) -> None:
    assert platform_of("https://instagram.com").id_dates(code) == ()


def info(**values: object) -> dict[str, object]:
    return {"extractor_key": "Generic", "webpage_url": "https://site.example/p", "firstseen_requests": [], **values}


def test_a_youtube_day_without_a_clock_is_a_day_either_way() -> None:
    post = post_from_info(
        "u", info(extractor_key="Youtube", webpage_url="https://youtu.be/dQw4w9WgXcQ", upload_date="20130820")
    )
    (day,) = post.dates
    assert (day.not_before, day.precision) == (utc("2013-08-19T00:00:00"), "day")
    assert day.not_after and utc("2013-08-21T23:59:59") < day.not_after < utc("2013-08-22T00:00:01")


def test_any_other_day_without_a_clock_may_be_a_day_of_any_zone() -> None:
    (day,) = post_from_info("u", info(upload_date="20220401")).dates
    assert (day.not_before, day.zone) == (utc("2022-03-31T10:00:00"), "unknown")
    assert day.not_after and day.not_after > utc("2022-04-02T11:59:59")


def test_a_servers_last_modified_is_no_date_of_publication() -> None:
    answer = {"url": "u", "status": 200, "headers": [["Last-Modified", "Sat, 02 Apr 2022 10:00:00 GMT"]], "at": 0}
    (bounds,) = post_from_info("u", info(timestamp=1648893600, direct=True, firstseen_requests=[answer])).dates
    assert bounds.not_before is None
    assert "Last-Modified" in bounds.basis
    (stated,) = post_from_info("u", info(timestamp=1648781460, direct=True, firstseen_requests=[answer])).dates
    assert stated.clock == "2022-04-01 02:51:00" and stated.zone == "unknown"  # yt-dlp takes no zone for UTC
    assert "Last-Modified" not in stated.basis


@pytest.mark.parametrize("value", [0, -5, 1e20, "soon", True, None, float("nan")])
def test_an_unset_or_absurd_time_is_no_date(value: object) -> None:
    assert post_from_info("u", info(timestamp=value)).dates == ()


def test_an_x_post_has_its_stated_time_and_its_ids_time_each_with_its_own_basis() -> None:
    given = info(
        extractor_key="Twitter",
        webpage_url="https://twitter.com/a/status/1509825175573778433",
        id="9",
        timestamp=1648805347,
    )
    post = post_from_info("u", given)
    assert post.id == "1509825175573778433"  # of the post, not of its media
    assert len(post.dates) == 2 and len({d.basis for d in post.dates}) == 2
    assert post.dates[0].overlaps(post.dates[1])


def test_a_foreign_profile_address_that_is_no_web_address_is_dropped() -> None:
    assert post_from_info("u", info(uploader_url="javascript:alert(1)")).author_url == ""


def test_a_time_without_a_zone_in_the_page_is_not_made_utc_by_yt_dlp() -> None:
    page = stated_in_page("2022-04-01T05:51:00")
    post = post_from_info("u", info(timestamp=1648792260), page_dates=[page])  # 05:51 taken for UTC
    assert post.dates == (page,)  # one reading of one text, and its zone unknown
    assert page.zone == "unknown" and page.width == timedelta(hours=26, seconds=1)


def test_a_time_with_a_zone_in_the_page_is_said_once() -> None:
    page = stated_in_page("2022-04-01T05:51:00+03:00")
    assert post_from_info("u", info(timestamp=1648781460), page_dates=[page]).dates == (page,)
    other = post_from_info("u", info(timestamp=1648700000), page_dates=[page]).dates
    assert len(other) == 2  # another time is another statement


def stated_in_page(text: str) -> TimeBounds:
    found = markup.stated(text, "page: JSON-LD VideoObject.uploadDate")
    assert found is not None
    return found


@pytest.mark.parametrize("site", ["news.example", "News.example", "news.example:8080"])
def test_the_name_of_a_site_is_nobody(site):
    """yt-dlp's reader of pages it does not know gives the host as the uploader."""
    address = f"https://{site}/clip"
    assert post_from_info(address, info(webpage_url=address, uploader=site)).author == ""
    assert post_from_info(address, info(webpage_url=address, uploader="A. Reporter")).author == "A. Reporter"
