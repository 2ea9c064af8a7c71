"""No string from outside runs in a page: every text of a report is an attack, in a real Chromium.

Each row has a control that must fail: the same attacks through a template that does not escape, a Markdown that is not
escaped, JSON inside a script element. FIRSTSEEN_FULL=1 puts every attack into every place by
itself; without it a few turns, and all of them at once.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import markdown_it
import pytest
from jinja2 import Environment

from hostile.poisoned_reports import FULL, KINDS, poisoned, terminal_safe, written
from reports import hostile_strings as attacks
from reports import made_reports as made
from reports import real_browser as browsing
from verify.records import wire
from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports.as_block import Block
from verify.reports.as_html import Html
from verify.reports.as_json import Json
from verify.reports.as_markdown import Markdown
from verify.reports.as_mediareview import MediaReview
from verify.reports.page import json_for_script, policy


@pytest.fixture(scope="module")
def listening():
    with browsing.canary() as (port, heard):
        yield port, heard


@pytest.fixture(scope="module")
def browser():
    if not Path(browsing.CHROMIUM).exists():
        pytest.skip("needs Chromium at /usr/bin/chromium, which is not installed here")
    running = browsing.Browser()
    running.size(1280, 900)
    yield running
    running.close()


@pytest.fixture(scope="module")
def strings(listening) -> list[str]:
    return attacks.payloads(listening[0])


def ran(browser: Any, page: Path, listening: tuple[int, list[str]]) -> list[str]:
    """Open `page`, provoke every element on it, and return what ran or reached out."""
    _, heard = listening
    heard.clear()
    seen = browser.open(page, wait=0.05)
    browser.ask(
        """(() => { for (const e of document.querySelectorAll('*')) {
             for (const n of ['mouseover', 'focus', 'error', 'toggle', 'load', 'click']) {
               if (n === 'click' && e.closest('a, button, video, summary')) { continue; }
               try { e.dispatchEvent(new Event(n, {bubbles: false})); } catch (_) { } } } })()"""
    )
    browser.ask("new Promise(done => setTimeout(done, 60))")
    found = [f"ran {browser.ask('window.ran')} times"] if browser.ask("window.ran || 0") else []
    found += [f"dialog {d}" for d in seen.dialogs] + [f"asked the canary {p}" for p in heard]
    found += [f"request {r}" for r in seen.requests if not r.startswith(("data:", "blob:", page.resolve().as_uri()))]
    found += [] if browser.ask("location.href") == page.resolve().as_uri() else ["left for another page"]
    wrong = browser.ask(
        """[...document.querySelectorAll('[href], [src], [action], [data], [srcdoc], [formaction]')]
             .map(e => e.getAttribute('href') ?? e.getAttribute('src') ?? e.tagName)
             .filter(a => !/^(https?:|#|data:image\\/|(\\.\\.\\/)*(originals|items)\\/|(\\.\\.\\/){2})/i.test(a))"""
    )
    return found + [f"address {a}" for a in wrong]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("guarded", [True, False], ids=["as written", "by escaping alone"])
def test_no_string_runs_in_the_page(browser, listening, strings, tmp_path, kind, guarded):
    for number, report in enumerate(poisoned(kind, strings)):
        data = written(kind, Html(), report)
        if not guarded:
            data, taken = re.subn(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", data)
            assert taken == 1
        page = tmp_path / f"{kind}-{number}.html"
        page.write_bytes(data)
        assert ran(browser, page, listening) == []


def test_control_without_escaping_runs(browser, listening, strings, tmp_path):
    naive = Environment(autoescape=False).from_string(
        "<!doctype html><title>{{ t }}</title><h1>{{ t }}</h1>{% for s in all %}<p title='{{ s }}'>{{ s }}</p>"
        "<a href='{{ s }}'>x</a>{% endfor %}<script>var d = {{ j }};</script>"
    )
    counted = 0
    tried = strings if FULL else strings[:24]
    for number, one in enumerate(tried):
        page = tmp_path / f"naive-{number}.html"
        text = naive.render(t=one, all=[one], j=json.dumps(one))
        page.write_text(text, encoding="utf-8", errors="replace")
        counted += bool([f for f in ran(browser, page, listening) if not f.startswith("address")])
    print(f"control: {counted} of {len(tried)} attacks ran or reached out")
    assert counted >= 12


def test_the_policy_alone_stops_what_escaping_would_let_through(browser, listening, strings, tmp_path):
    page = tmp_path / "policy.html"
    head = f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy("", "")}">'
    stopped = [s for s in strings if "refresh" not in s]  # a meta refresh is no fetch: no policy in a page stops it
    page.write_text(head + "".join(f"<p>{s}</p>" for s in stopped), encoding="utf-8", errors="replace")
    assert [f for f in ran(browser, page, listening) if f.startswith(("ran", "dialog", "asked"))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_string_runs_in_the_block_pasted_into_a_page_without_a_policy(browser, listening, strings, tmp_path, kind):
    for number, report in enumerate(poisoned(kind, strings)):
        page = tmp_path / f"block-{kind}-{number}.html"
        page.write_bytes(b"<!doctype html><meta charset=utf-8><title>x</title>" + written(kind, Block(), report))
        assert ran(browser, page, listening) == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_string_runs_or_is_markup_in_markdown(browser, listening, strings, tmp_path, kind):
    reader = markdown_it.MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    for number, report in enumerate(poisoned(kind, strings)):
        text = written(kind, Markdown(), report).decode("utf-8")
        body = reader.render(text)
        page = tmp_path / f"md-{kind}-{number}.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><title>x</title>{body}", encoding="utf-8")
        assert ran(browser, page, listening) == []
        tags = set(re.findall(r"</?([a-z0-9]+)", body))
        assert tags <= {"h1", "h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "a"}
        assert terminal_safe(text)


def test_control_markdown_without_escaping_runs(browser, listening, strings, tmp_path):
    page = tmp_path / "naive-md.html"
    body = markdown_it.MarkdownIt("commonmark", {"html": True}).render("\n\n".join(strings[:8]))
    page.write_text(f"<!doctype html><meta charset=utf-8>{body}", encoding="utf-8", errors="replace")
    assert ran(browser, page, listening)


@pytest.mark.parametrize("kind", KINDS)
def test_json_opened_in_a_browser_runs_nothing_and_reads_back(browser, listening, strings, tmp_path, kind):
    record = {"clip": ClipReport, "batch": BatchReport, "story": StoryReport}[kind]
    for number, report in enumerate(poisoned(kind, [s for s in strings if "\ud800" not in s])):
        data = written(kind, Json(), report)
        assert wire.from_json(data, record) == report
        page = tmp_path / f"{kind}-{number}.json"
        page.write_bytes(data)
        assert ran(browser, page, listening) == []


@pytest.mark.parametrize("kind", KINDS)
def test_json_ld_of_hostile_decisions_stays_data_in_a_page(browser, listening, strings, tmp_path, kind):
    for number, report in enumerate(poisoned(kind, [s for s in strings if "\ud800" not in s])):
        text = written(kind, MediaReview(), report).decode("utf-8")
        page = tmp_path / f"ld-{kind}-{number}.html"
        script = f'<script type="application/ld+json">{text}</script>'
        page.write_text(f"<!doctype html><meta charset=utf-8><title>x</title>{script}", encoding="utf-8")
        assert ran(browser, page, listening) == []
        assert (
            browser.ask("JSON.parse(document.querySelector('script').textContent)['@context']") == "https://schema.org"
        )


def test_json_ld_of_a_decision_full_of_attacks_stays_data_in_a_page(browser, listening, strings, tmp_path):
    whole = made.clip_report()
    attack = " ".join(s for s in strings if "\ud800" not in s and len(s) < 200)
    decision = replace(whole.case.decisions[0], by=attack, note=attack)
    claim = replace(whole.case.claim, what=attack, source=attack, link=attack)
    house = {"publisher": attack, "publisher_url": "https://e.example", "publication_url": "https://e.example/x"}
    report = replace(whole, case=replace(whole.case, decisions=(decision,), claim=claim), settings=house)
    text = written("clip", MediaReview(), report).decode("utf-8")
    page = tmp_path / "ld.html"
    page.write_text(f'<!doctype html><meta charset=utf-8><script type="application/ld+json">{text}</script>')
    assert ran(browser, page, listening) == []
    assert browser.ask("JSON.parse(document.querySelector('script').textContent)['@graph'].length") == 1


def test_json_inside_a_script_element_stays_data(browser, listening, strings, tmp_path):
    page = tmp_path / "inline.html"
    data = json_for_script({s: [s] for s in strings if "\ud800" not in s})
    text = f'<!doctype html><meta charset=utf-8><script type="application/ld+json">{data}</script>'
    text += f"<script>var d={data}</script>"
    page.write_text(text, encoding="utf-8")
    assert ran(browser, page, listening) == []
    assert browser.ask("Object.keys(d).length") == len([s for s in strings if "\ud800" not in s])


def test_control_json_inside_a_script_element_without_escaping_runs(browser, listening, strings, tmp_path):
    page = tmp_path / "inline-naive.html"
    data = json.dumps([s for s in strings if "\ud800" not in s])
    page.write_text(f"<!doctype html><meta charset=utf-8><script>var d={data}</script>", encoding="utf-8")
    assert ran(browser, page, listening)
