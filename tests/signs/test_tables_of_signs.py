"""The table of signs as data: each row has a source, no row claims more than its kind, newsrooms can add their own."""

from __future__ import annotations

import pytest

from verify.errors import UsageError
from verify.records.media import Tag
from verify.signs import engine
from verify.tagnames import NAMES

ROWS = engine.signs()


@pytest.mark.parametrize("sign", ROWS, ids=lambda s: s.id)
def test_each_row_has_a_source_and_a_sample_where_it_says_measured(sign):
    assert sign.source
    assert sign.sure == "B" or sign.sample
    assert all(c.tag in NAMES for c in (*sign.all_of, *sign.any_of, *sign.none_of))


@pytest.mark.parametrize("sign", ROWS, ids=lambda s: s.id)
def test_no_row_that_rests_on_handlers_alone_speaks_of_the_last_writer(sign):
    tags = {c.tag for c in (*sign.all_of, *sign.any_of)}
    if tags == {"handler"}:
        assert sign.about == "ancestor"


def test_the_words_never_say_comes_from():
    for sign in ROWS:
        text = f"{sign.who} {sign.meaning}".lower()
        assert "comes from" not in text
        assert "fake" not in text


OWN = """
[[sign]]
id = "our-cms"
about = "last writer"
who = "the content system of the Example Gazette"
sure = "A"
source = "measured on twelve downloads"
sample = "gazette-12345.mp4"
all = [{ tag = "encoder", matches = '^GazetteMux ' }]

[[sign]]
id = "x264"
about = "encoder"
who = "our own encoder"
sure = "B"
source = "our own"
all = [{ tag = "encoder settings", matches = '^x264' }]
"""


def test_a_newsrooms_own_rows_are_added_and_replace(tmp_path):
    (tmp_path / "own.toml").write_text(OWN)
    tags = [
        Tag(name="encoder", value="GazetteMux 3", reader="boxes", place="moov/udta/meta/ilst/©too"),
        Tag(name="encoder settings", value="x264 - core 148", reader="boxes", place="first sample"),
    ]
    found = {h.id: h.sentence for h in engine.read(tags, engine.load(tmp_path / "own.toml"))}
    assert found["our-cms"] == "The file, as it is, was last written by the content system of the Example Gazette."
    assert found["x264"] == "The picture was encoded by our own encoder."
    assert "our-cms" not in {h.id for h in engine.read(tags)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"no \[\[sign\]\] rows"),
        ("sign = 5", r"no \[\[sign\]\] rows"),
        ("x = ", "not TOML"),
        (OWN.replace('source = "our own"', ""), "lacks 'source'"),
        (OWN.replace('sure = "A"', 'sure = "C"'), "A or B"),
        (OWN.replace('about = "encoder"', 'about = "guilty"'), "about:"),
        (OWN.replace("'^x264'", "'('"), "pattern"),
        (OWN.replace("matches = '^x264'", "is = '^x264'"), "not understood"),
        (OWN.replace("all = [{ tag = \"encoder settings\", matches = '^x264' }]", ""), "no condition"),
        (OWN.replace('tag = "encoder settings", ', ""), "names no tag"),
        (OWN.replace('who = "our own encoder"', 'who = "our own encoder"\nwhen = "always"'), "no use for 'when'"),
    ],
)
def test_one_sentence_for_each_mistake_in_a_table(tmp_path, text, words):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(UsageError, match=words):
        engine.load(tmp_path / "own.toml")


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        engine.load(tmp_path / "none.toml")


MAY_RECORD = OWN.replace('sure = "A"', 'sure = "A"\nmay_record = true')


def test_a_newsrooms_program_may_record_as_well(tmp_path):
    tags = [Tag(name="encoder", value="GazetteMux 3", reader="boxes", place="moov/udta/meta/ilst/©too")]
    (tmp_path / "own.toml").write_text(MAY_RECORD)
    (hit,) = engine.read(tags, engine.load(tmp_path / "own.toml"))
    assert hit.may_record and "perhaps the one that recorded it" in hit.sentence
    (plain,) = engine.read(tags, OWN)
    assert not plain.may_record and "was last written by" in plain.sentence


@pytest.mark.parametrize(
    "wrong",
    [MAY_RECORD.replace("true", '"yes"'), MAY_RECORD.replace('about = "last writer"', 'about = "ancestor"')],
    ids=["no flag", "an ancestor records nothing"],
)
def test_may_record_is_a_flag_of_writers_only(wrong, tmp_path):
    (tmp_path / "own.toml").write_text(wrong)
    with pytest.raises(UsageError, match="may_record"):
        engine.load(tmp_path / "own.toml")
