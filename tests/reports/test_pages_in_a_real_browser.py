"""The pages as people meet them: two widths, light and dark, on paper, by keyboard, without scripts, from disk."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import time
from dataclasses import replace

import pypdf
import pytest

from verify.reports.as_block import Block
from verify.reports.as_html import BATCH_BUDGET, Html

SIZES = [(1280, 900, False), (390, 844, False), (1280, 900, True), (390, 844, True)]


@pytest.fixture(scope="module")
def pages(made, stories, tmp_path_factory):
    """Return all pages where a case would have them, the clip's with a preserved file to play."""
    case = tmp_path_factory.mktemp("case")
    item = case / "items" / "i0001"
    item.mkdir(parents=True)
    (item / "report.html").write_bytes(Html().clip(made.clip_report(), made.pictures()))
    (case / "dedup.html").write_bytes(Html().batch(made.batch_report(), made.pictures()))
    (case / "story.html").write_bytes(Html().story(stories.story_report(), stories.pictures))
    return {"clip": item / "report.html", "batch": case / "dedup.html", "story": case / "story.html"}


@pytest.mark.parametrize("kind", ["clip", "batch", "story"])
@pytest.mark.parametrize(("width", "height", "dark"), SIZES)
def test_a_page_opens_from_disk_clean_and_fits_the_screen(browser, pages, kind, width, height, dark):
    browser.size(width, height, dark)
    seen = browser.open(pages[kind])
    assert seen.console == []
    assert seen.refused == []
    assert [r for r in seen.requests if not r.startswith("data:")] == [pages[kind].resolve().as_uri()]
    assert browser.ask("document.documentElement.scrollWidth") == width  # nothing scrolls sideways
    broken = browser.ask("[...document.images].filter(i => i.complete && i.src && !i.naturalWidth).length")
    assert broken == 0


@pytest.mark.parametrize("kind", ["clip", "batch", "story"])
def test_what_a_screen_reader_needs_is_there(browser, pages, kind):
    browser.size(1280, 900)
    browser.open(pages[kind])
    assert browser.ask("document.documentElement.lang") == "en"
    assert browser.ask("document.querySelectorAll('h1').length") == 1
    assert browser.ask("document.querySelectorAll('main').length") == 1
    levels = browser.ask("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    assert browser.ask("[...document.images].filter(i => !i.hasAttribute('alt')).length") == 0
    assert browser.ask("[...document.querySelectorAll('th')].filter(t => !t.scope).length") == 0
    unnamed = "[...document.querySelectorAll('a, button')].filter(e => !e.textContent.trim() && !e.ariaLabel).length"
    assert browser.ask(unnamed) == 0
    assert browser.ask("document.querySelectorAll('[style]').length") == 0
    loose = "[...document.querySelectorAll('[id]')].map(e => e.id)"
    ids = browser.ask(loose)
    assert len(ids) == len(set(ids))
    targets = browser.ask("[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href').slice(1))")
    assert set(targets) <= set(ids)
    labels = browser.ask(
        "[...document.querySelectorAll('[aria-labelledby]')].map(e => e.getAttribute('aria-labelledby'))"
    )
    assert set(labels) <= set(ids)


@pytest.mark.parametrize("kind", ["clip", "batch", "story"])
@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(browser, pages, dark, kind):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 for text."""
    browser.size(1280, 900, dark)
    browser.open(pages[kind])
    weak = browser.ask(
        """(() => {
          const part = x => x <= 10.31 ? x / 3294.6 : ((x / 255 + .055) / 1.055) ** 2.4;
          const lum = c => { const v = c.map(part);
                             return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
          const rgb = s => (s.match(/[\\d.]+/g) || []).map(Number);
          const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                                if (c.length && (c.length < 4 || c[3] > .5)) { return c.slice(0, 3); } }
                                return [255, 255, 255]; };
          const bad = [];
          for (const e of document.querySelectorAll('body *')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.offsetParent) { continue; }
            const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(ground(e));
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (ratio < 4.5) { bad.push(e.className + ' ' + e.tagName + ' ' + ratio.toFixed(2)); }
          } return bad; })()"""
    )
    assert weak == []


def test_the_first_screen_answers(browser, pages):
    browser.size(1280, 900)
    browser.open(pages["clip"])
    for words in ("What is claimed", "Questions the claim", "Supports the claim", "Earliest copy known"):
        found = browser.ask(
            "(() => { const h = [...document.querySelectorAll('h2, h3')].find(e => e.textContent.includes("
            f"{words!r})); return h ? h.getBoundingClientRect().bottom : 99999; }})()"
        )
        assert found < 900, words
    assert browser.ask("document.querySelector('.frame img').getBoundingClientRect().bottom") < 900


def test_a_frame_is_chosen_and_left_by_keyboard(browser, pages):
    browser.size(1280, 900)
    browser.open(pages["clip"])
    browser.ask("document.querySelectorAll('a.frame')[3].focus()")
    assert browser.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    browser.press("Enter", 13)
    end = time.monotonic() + 5
    while time.monotonic() < end and not browser.ask("document.getElementById('player-note').textContent"):
        time.sleep(0.05)
    assert browser.ask("document.getElementById('player').open") is True
    # No clip lies there: the frame is shown instead, and said so.
    assert "does not lie beside this page" in browser.ask("document.getElementById('player-note').textContent")
    assert browser.ask("document.getElementById('player-still').naturalWidth") == 640
    browser.press("Escape", 27)
    assert browser.ask("document.getElementById('player').open") is False
    assert browser.ask("document.activeElement.className") == "frame"


@pytest.mark.parametrize("where", ["newest", "kept"])
def test_a_frame_plays_the_preserved_clip_from_its_second(browser, pages, shared, made, where):
    clip = pages["clip"].parents[2] / made.item(1).media.path
    clip.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shared / "videos" / "copy_mdn__rabbit320.webm", clip)
    page = pages["clip"]
    if where == "kept":
        page = page.parent / "reports" / "report-0001.html"
        page.parent.mkdir(exist_ok=True)
        shutil.copyfile(pages["clip"], page)
    browser.size(1280, 900)
    browser.open(page)
    browser.ask("document.querySelectorAll('a.frame')[1].click()")
    end = time.monotonic() + 10
    while time.monotonic() < end and not browser.ask("document.getElementById('player-video').currentTime > 3"):
        time.sleep(0.05)
    assert 3.4 < browser.ask("document.getElementById('player-video').currentTime") < 5
    assert browser.ask("document.getElementById('player-note').textContent") == ""
    clip.unlink()


@pytest.mark.parametrize("kind", ["clip", "batch", "story"])
def test_a_page_says_all_without_scripts(browser, pages, kind):
    browser.size(1280, 900)
    browser.open(pages[kind])
    with_script = browser.ask("document.body.innerText.length")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(pages[kind])
        assert browser.ask("document.body.innerText.length") == with_script
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    hrefs = re.findall(r'class="frame" href="([^"]+)"', pages["clip"].read_text(encoding="utf-8"))
    assert all(h.startswith("../../originals/") and "#t=" in h for h in hrefs)


@pytest.mark.parametrize("kind", ["clip", "batch", "story"])
def test_a_page_prints_on_a4_with_everything_open(browser, pages, kind, tmp_path):
    browser.size(1280, 900)
    browser.open(pages[kind])
    browser.print_to(tmp_path / "page.pdf")
    document = pypdf.PdfReader(tmp_path / "page.pdf")
    wide, high = (float(x) for x in document.pages[0].mediabox[2:])
    assert abs(wide - 595.3) < 2
    assert abs(high - 841.9) < 2
    text = "".join(p.extract_text() for p in document.pages)
    if kind == "clip":
        assert "worker_memory" in text  # the settings, shut on screen
        assert "What was not established" in text
        assert len(document.pages) <= 9
    assert "1 / " in text.replace("\xa0", " ")


def test_a_page_with_many_large_pictures_stays_small(made):
    picture = made.scene(20.0, size=(1280, 720))
    heavy = picture + b"\0" * (400_000 - len(picture))  # bytes after the end of a JPEG are ignored by readers
    page = Html().clip(made.clip_report(), lambda path: heavy)
    assert len(page) < 3_100_000
    assert b"left out to keep it small" in page


def test_a_batch_of_a_thousand_opens_in_a_second(browser, made, tmp_path):
    thumbnail = made.scene(3.0, size=(640, 360))
    report = made.batch_report(1000)
    started = time.monotonic()
    data = Html().batch(report, lambda path: thumbnail + path.encode())
    written = time.monotonic() - started
    page = tmp_path / "dedup.html"
    page.write_bytes(data)
    browser.size(1280, 900)
    started = time.monotonic()
    browser.open(page, wait=0)
    shown = time.monotonic() - started
    assert len(data) < 2 * BATCH_BUDGET + 4_000_000
    assert browser.ask("document.querySelectorAll('.card').length") >= 1000
    print(f"1,000 clips: written in {written:.2f} s, {len(data) / 1e6:.1f} MB, shown in {shown:.2f} s")
    assert shown < 60  # the goal is one second (docs/benchmarks.md); here only that it opens on a busy machine


def test_aligned_recordings_play_together_on_one_clock(browser, pages, shared, stories, made):
    case = pages["story"].parent
    for number in (1, 3):
        clip = case / stories.clip(number).media_path
        clip.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shared / "videos" / "copy_mdn__rabbit320.webm", clip)
    browser.size(1280, 900)
    browser.open(pages["story"])
    browser.ask("document.querySelectorAll('input[type=radio]')[1].click()")
    browser.ask("document.querySelector('.play').click()")
    times = "...[...document.querySelectorAll('video.synced')].map(v => v.currentTime)"
    at = f"[Number(document.querySelector('.now').textContent.split(' ')[0]), {times}]"
    end = time.monotonic() + 40
    now, first, second = browser.ask(at)
    # A busy machine shows pictures late; they are brought into step again and again.
    while time.monotonic() < end and (now < 3.2 or abs(first - now) >= 0.35 or abs(second - (now - 1.94)) >= 0.35):
        time.sleep(0.05)
        now, first, second = browser.ask(at)
    assert now >= 3.2
    assert abs(first - now) < 0.35
    assert abs(second - (now - 1.94)) < 0.35
    browser.ask("document.querySelector('.play').click()")
    seek = "(() => { const s = document.querySelector('.seek'); s.value = 6; s.dispatchEvent(new Event('input')); })()"
    browser.ask(seek)
    time.sleep(0.5)
    _, first, second = browser.ask(at)
    assert (abs(first - 6) < 0.1, abs(second - 4.06) < 0.1) == (True, True)
    assert browser.ask("[...document.querySelectorAll('video.synced')].map(v => v.muted)") == [True, False]


def test_a_story_of_a_hundred_posts_opens_in_a_second_and_stays_small(browser, made, stories, tmp_path):
    whole = stories.story_report()
    clips = tuple(stories.clip(n, keyframes=made.keyframes(24)) for n in range(1, 101))
    recordings = tuple(
        replace(r, recording=replace(r.recording, id=f"r{n}", members=(made.sha(n),), best=made.sha(n)))
        for n, r in enumerate(whole.recordings * 50, 1)
    )
    posts = tuple(replace(whole.posts[2], number=n, sha256=(made.sha(n),)) for n in range(1, 101))
    report = replace(whole, clips=clips, recordings=recordings, posts=posts, links=())
    data = Html().story(report, stories.pictures)
    page = tmp_path / "story.html"
    page.write_bytes(data)
    browser.size(1280, 900)
    started = time.monotonic()
    browser.open(page, wait=0)
    shown = time.monotonic() - started
    print(f"100 posts: {len(data) / 1e6:.1f} MB, shown in {shown:.2f} s")
    assert len(data) < 15_000_000
    assert shown < 60  # the goal is one second (docs/benchmarks.md); here only that it opens on a busy machine


@pytest.mark.parametrize("styled", [True, False])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_block_reads_well_in_a_bare_page(browser, made, tmp_path, width, styled):
    block = Block().clip(made.clip_report(), made.pictures()).decode("utf-8")
    if not styled:
        block = re.sub(r' (style|class|dir|aria-label)="[^"]*"', "", block)
    head = "<!doctype html><html lang=en><meta charset=utf-8><title>x</title>"
    head += "<meta name=viewport content='width=device-width'>"
    page = tmp_path / "block.html"
    page.write_text(f"{head}<p>Story text before.</p>{block}<p>Story text after.</p>", encoding="utf-8")
    browser.size(width, 844)
    seen = browser.open(page)
    assert (seen.console, len(seen.requests)) == ([], 1)
    assert browser.ask("document.documentElement.scrollWidth") == width
    assert browser.ask("document.scripts.length + document.styleSheets.length") == 0
    assert "What questions the claim" in browser.ask("document.body.innerText")


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs pdftoppm to render the PDF")
def test_the_pdf_renders_and_is_tagged(made, tmp_path):
    from verify.reports.as_pdf import Pdf

    path = tmp_path / "report.pdf"
    path.write_bytes(Pdf().clip(made.clip_report(), made.pictures()))
    subprocess.run(["pdftoppm", "-r", "30", "-png", str(path), str(tmp_path / "page")], check=True, capture_output=True)
    document = pypdf.PdfReader(path)
    assert len(list(tmp_path.glob("page-*.png"))) == len(document.pages)
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    metadata = root["/Metadata"].get_data().decode("utf-8")
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    text = "".join(p.extract_text() for p in document.pages)
    assert made.sha(1) in text
    assert made.sha(77) in text
    assert f"page 1 of {len(document.pages)}" in text
