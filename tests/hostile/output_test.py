"""No string from outside runs anywhere: every text of a report is an attack, in every format, in a real Chromium.

Each row has a control that must fail: the same attacks through a template that does not escape, a Markdown that is not
escaped, a document built from strings, a PDF with a script. FIRSTSEEN_FULL=1 puts every attack into every place by
itself; without it a few turns, and all of them at once.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import markdown_it
import pypdf
import pytest
import typst
from jinja2 import Environment

from reports import hostile_strings as attacks
from reports import made_reports as made
from reports import made_stories as stories
from reports import real_browser as browsing
from verify.records import wire
from verify.records.cases import BatchReport, ClipReport
from verify.records.stories import StoryReport
from verify.reports.as_block import Block
from verify.reports.as_csv import Csv
from verify.reports.as_html import Html
from verify.reports.as_json import Json
from verify.reports.as_markdown import Markdown
from verify.reports.as_mediareview import MediaReview
from verify.reports.as_pdf import Pdf
from verify.reports.as_text import Text
from verify.reports.page import json_for_script, policy

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
KINDS = ("clip", "batch", "story")


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


def report_of(kind: str) -> Any:
    reports = {"clip": made.clip_report, "batch": lambda: made.batch_report(9), "story": stories.story_report}
    return reports[kind]()


def poisoned(kind: str, strings: list[str]) -> list[Any]:
    """Return reports full of attacks: all in one, then one attack a place, turned so that each meets other places."""
    whole = report_of(kind)
    turns = range(len(strings)) if FULL else range(0, len(strings), 29)
    return [
        attacks.poison(whole, attacks.everything([s for s in strings if len(s) < 200])),
        *(attacks.poison(whole, attacks.turned(strings, t)) for t in turns),
    ]


def written(kind: str, form: Any, report: Any) -> bytes:
    pictures = made.pictures()

    def always(path: str) -> bytes | None:
        return pictures(path) or made.scene(2.0, size=(160, 90))

    return getattr(form, kind)(report, always)


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


@pytest.mark.parametrize("kind", KINDS)
def test_no_cell_is_a_formula(strings, kind):
    triggers = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
    guarded = 0
    for report in poisoned(kind, strings):
        text = written(kind, Csv(), report).decode("utf-8-sig")
        assert terminal_safe(text.replace("\r\n", "\n"))
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert [cell for row in rows for cell in row if cell.startswith(triggers)] == []
        guarded += sum(int(row[-1]) for row in rows[1:])
    assert guarded > 0  # the control: there were formulas to guard


@pytest.mark.parametrize("kind", KINDS)
def test_plain_text_holds_no_control_and_no_bidi(strings, kind):
    for report in poisoned(kind, strings):
        assert terminal_safe(written(kind, Text(), report).decode("utf-8"))
    assert not terminal_safe("".join(strings))  # the control


@pytest.mark.parametrize("kind", KINDS)
def test_pdf_shows_attacks_as_words_and_carries_no_action(strings, kind):
    reports = poisoned(kind, strings)
    for report in reports if FULL else reports[-1:]:
        assert actions(pypdf.PdfReader(io.BytesIO(written(kind, Pdf(), report)))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_markup_of_the_pdf_engine_stays_words(strings, kind):
    whole = report_of(kind)
    report = attacks.poison(whole, attacks.turned([s for s in strings if s.startswith("#")], 0))
    pages = pypdf.PdfReader(io.BytesIO(written(kind, Pdf(), report))).pages
    text = "".join("".join(page.extract_text() for page in pages).split()).replace("\u200b", "")
    assert '#(40+2)#read("/etc/hostname")' in text
    assert '#eval("40+2")@cite<label>*b*_i_`raw`//comment' in text


def test_control_a_document_built_from_strings_is_evaluated(tmp_path, strings):
    one = next(s for s in strings if s.startswith("#(40+2)")).split(" ")[0]
    (tmp_path / "naive.typ").write_text(f"#set document(title: [x])\n{one}")
    text = pypdf.PdfReader(io.BytesIO(typst.compile(str(tmp_path / "naive.typ")))).pages[0].extract_text()
    assert "42" in text


def test_control_a_pdf_with_a_script_is_noticed():
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    action = pypdf.generic.DictionaryObject()
    action[pypdf.generic.NameObject("/S")] = pypdf.generic.NameObject("/JavaScript")
    action[pypdf.generic.NameObject("/JS")] = pypdf.generic.TextStringObject("app.alert(1)")
    writer.root_object[pypdf.generic.NameObject("/OpenAction")] = action
    out = io.BytesIO()
    writer.write(out)
    assert actions(pypdf.PdfReader(out))


def actions(document: pypdf.PdfReader) -> list[str]:
    """Return every action, script, embedded file and odd address in a PDF, wherever it stands."""
    found = []
    for number in range(len(document.xref_objStm) + sum(len(v) for v in document.xref.values()) + 5):
        try:
            one = document.get_object(number)
        except (pypdf.errors.PdfReadError, KeyError, IndexError):
            continue
        if not isinstance(one, pypdf.generic.DictionaryObject):
            continue
        found += [k for k in ("/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/EmbeddedFiles") if k in one]
        kind, address = one.get("/S"), str(one.get("/URI", ""))
        if kind in {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR"}:
            found.append(str(kind))
        if address and not re.match(r"https?://[^\s\"'<>]+$", address):
            found.append(f"address {address}")
    return found


def terminal_safe(text: str) -> bool:
    """Return whether `text` holds no control character but line end and tab, and nothing that reorders what follows."""
    return not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
    )
