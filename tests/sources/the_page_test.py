"""The post's page as evidence when things are missing or mean ill: what can be kept is kept, what cannot is said."""

from __future__ import annotations

import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from verify.sources import browser, page
from verify.sources.browser import CHATTER, find_browser
from verify.sources.egress import Guard
from verify.sources.page import Capture, PageCapture, capture

needs_browser = pytest.mark.skipif(not find_browser(), reason="needs a Chromium")


def kept(site: Any, settings: Any, folder: Path, path: str) -> Capture:
    with Guard(settings, silent=CHATTER) as guard:
        return capture(site.url(path), folder, guard)


def archived(capture: Capture) -> set[str]:
    wacz = next(f.path for f in capture.files if f.name == "page.wacz")
    with zipfile.ZipFile(wacz) as archive:
        lines = archive.read("indexes/index.cdx").decode().splitlines()
    return {json.loads(line.split(" ", 2)[2])["url"] for line in lines}


def test_without_a_browser_the_source_and_its_parts_are_kept_and_the_rest_is_said(
    site: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: "")
    found = kept(site, settings, tmp_path, "/styled")
    assert [f.name for f in found.files] == ["page.wacz"]
    assert archived(found) == {site.url(p) for p in ("/styled", "/style.css", "/thumb.jpg")}
    assert [p.reason for p in found.problems] == [
        "No screenshot and no PDF of the page: no Chromium was found on this machine."
    ]


def test_a_page_that_refuses_us_is_kept_as_it_refused(
    site: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: "")
    found = kept(site, settings, tmp_path, "/denied")
    assert any("HTTP 403" in p.reason for p in found.problems)
    assert archived(found) == {site.url("/denied")}


def test_a_page_that_cannot_be_had_is_a_problem_and_no_error(site: Any, settings: Any, tmp_path: Path) -> None:
    running = PageCapture(f"http://127.0.0.1:{site.forbidden}/one", tmp_path / "page", settings)
    found = running.result(lambda *_: None)
    assert found.files == () and "not fetched" in found.problems[0].reason
    running.stop()


def test_redirects_are_in_the_archive_too(
    site: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: "")
    found = kept(site, settings, tmp_path, "/hop")
    assert found.url == site.url("/one")
    assert {site.url(p) for p in ("/hop", "/hop2", "/one")} <= archived(found)


@needs_browser
def test_a_page_that_never_ends_loading_shouts_and_towers_is_captured_all_the_same(
    site: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "SECONDS", 30.0)
    monkeypatch.setattr("verify.sources.devtools.LOADING", 4.0)
    found = kept(site, settings, tmp_path, "/nasty")
    names = {f.name: f.path for f in found.files}
    assert set(names) == {"page.wacz", "page.png", "page.pdf"}
    with Image.open(names["page.png"]) as picture:
        assert picture.size == (1280, 16000)
        assert picture.convert("RGB").getpixel((100, 100)) == (255, 0, 0)  # the page itself, not a dialog or an error
    reasons = " ".join(p.reason for p in found.problems)
    assert "still loading" in reasons and "50" in reasons and "first 16000" in reasons
    assert not any("passwd" in url for url in archived(found))


@needs_browser
def test_stopping_ends_the_browser_at_once(site: Any, settings: Any, tmp_path: Path) -> None:
    site.asked.clear()
    running = PageCapture(site.url("/nasty"), tmp_path / "page", settings)
    until = time.monotonic() + 30
    while not any(path.startswith("/silent") for path, _ in site.asked) and time.monotonic() < until:
        time.sleep(0.1)
    ours = _browsers(running)
    assert ours  # control: there is a browser to end
    began = time.monotonic()
    running.stop()
    assert time.monotonic() - began < 25
    assert not any(_command(Path("/proc") / number) for number in ours)


def _browsers(running: PageCapture) -> set[str]:
    mark = f"--proxy-server={running._guard.url}"
    return {p.name for p in Path("/proc").glob("[0-9]*") if mark in _command(p)}


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_the_archive_of_equal_bytes_is_equal(tmp_path: Path) -> None:
    """No dates of this machine and no random names decide what a ZIP looks like; only record ids differ by design."""
    from datetime import UTC, datetime

    from verify.sources.wacz import Snapshot, pack

    snapshot = Snapshot(
        page="http://a.example/",
        title="t",
        at=datetime(2022, 4, 1, tzinfo=UTC),
        exchanges=(),
        parts=(),
        software="s",
        note="n",
    )
    pack(snapshot, tmp_path / "a.wacz")
    pack(snapshot, tmp_path / "b.wacz")
    one, two = (zipfile.ZipFile(io.BytesIO((tmp_path / n).read_bytes())) for n in ("a.wacz", "b.wacz"))
    assert [(i.filename, i.date_time, i.external_attr) for i in one.infolist()] == [
        (i.filename, i.date_time, i.external_attr) for i in two.infolist()
    ]
    assert one.read("pages/pages.jsonl") == two.read("pages/pages.jsonl")
