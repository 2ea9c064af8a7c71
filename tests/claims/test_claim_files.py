"""Claim files and options: every key, options over the file, and one clear sentence for what is wrong."""

from __future__ import annotations

import pytest

from verify.claims.parse import KEYS, claim, claim_file
from verify.errors import UsageError

WHOLE = """
what = "two helicopters fire rockets at an oil depot"
when = "2022-04-01T05:00/05:51"
where = "Belgorod, Russia"
radius = "8 km"
by = "Ukraine's army, says the governor"
source = "the governor"
link = "https://example.org/1"
original = true
temperature = 6
camera = "50.6016,36.6592"
blast = [50.6011, 36.6700]
"""


@pytest.fixture
def write(tmp_path):
    def make(text: str):
        path = tmp_path / "claim.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return make


def test_every_key_is_understood(write):
    made = claim_file(write(WHOLE))
    assert made.what.startswith("two helicopters")
    assert made.when.not_before.isoformat() == "2022-04-01T02:00:00+00:00", "in the zone of the claimed place"
    assert (made.where.name, made.where.radius) == ("Belgorod", 8000)
    assert (made.original, made.temperature) == (True, 6.0)
    assert made.camera.latitude == 50.6016
    assert made.blast.longitude == 36.67
    assert set(KEYS) - {"found"} == {line.split(" = ")[0] for line in WHOLE.strip().splitlines()}


def test_options_go_over_the_file_part_by_part(write):
    made = claim(file=write(WHOLE), when="2021-01-01", where="Kyiv")
    assert made.when.not_before.isoformat() == "2020-12-31T22:00:00+00:00"
    assert made.where.name == "Kyiv"
    assert made.where.radius != 8000, "the file's radius belongs to the file's place"
    assert made.source == "the governor"


def test_tomls_own_dates_and_a_table_named_claim(write):
    made = claim_file(write("[claim]\nwhen = 2022-04-01T05:00:00+03:00\n"))
    assert made.when.not_before.isoformat() == "2022-04-01T02:00:00+00:00"
    assert claim_file(write("when = 2022-04-01\n")).when.precision == "day"


def test_nothing_claimed_is_no_claim():
    assert claim() is None
    assert claim(what="", when="") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("when = ", "not TOML"),
        ("whan = '2022'", "no use for 'whan'"),
        ("when = 5", "must be a time"),
        ("what = 5", "must be a text"),
        ("where = 5", "must be a place"),
        ("radius = 5", "without a place"),
        ("where = 'Belgorod'\nradius = 'far'", "not a radius"),
        ("where = 'Belgorod'\nradius = true", "not a radius"),
        ("where = 'Belgorod'\nradius = -1", "cannot be tested"),
        ("original = 'yes'", "true or false"),
        ("temperature = 200", "no air temperature"),
        ("temperature = true", "no air temperature"),
        (b"\xff\xfe\x00", "not TOML"),
        ("a = " + "[" * 5000, "not TOML"),
    ],
)
def test_one_sentence_for_each_mistake(write, text, words):
    with pytest.raises(UsageError) as refused:
        claim_file(write(text))
    assert words in refused.value.message


def test_a_file_that_is_not_there_or_far_too_large(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        claim_file(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        claim_file(tmp_path)
    (tmp_path / "big.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(UsageError, match="larger than a claim"):
        claim_file(tmp_path / "big.toml")
