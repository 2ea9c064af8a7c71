"""No string from outside does anything in a table, a text or a PDF: every text of a report is an attack.

Each row has a control that must fail: cells with formulas, text with controls, a document built from strings, a PDF
with a script.
"""

from __future__ import annotations

import csv
import io
import re

import pypdf
import pytest
import typst

from hostile.poisoned_reports import FULL, KINDS, poisoned, report_of, terminal_safe, written
from reports import hostile_strings as attacks
from verify.reports.as_csv import Csv
from verify.reports.as_pdf import Pdf
from verify.reports.as_text import Text

NOBODY = 9  # the port named in the attacks: nothing here opens a page, so nothing could ask it


@pytest.fixture(scope="module")
def strings() -> list[str]:
    return attacks.payloads(NOBODY)


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
