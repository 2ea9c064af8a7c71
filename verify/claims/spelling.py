"""Spellings of one name: apostrophes, ё and capitals do not part it. Rule: both sides are folded alike.

GeoNames writes the soft sign and the Arabic ʿayn with many marks or none (`Slovyansk`, `Slov'jans'k`, `Куп’янськ`), and
people write whichever mark their keyboard has, so a mark never decides which place is meant.
"""

from __future__ import annotations

import json
import re
import unicodedata
from difflib import SequenceMatcher

# Marks that stand for a soft or hard sign, a glottal stop or an apostrophe in the names of GeoNames.
MARKS = frozenset("'’‘`´ʹʺʻʼ′″”")
_ALIKE = {"е": "её", "ё": "её"}  # Russian prints ё as е wherever it pleases
_GAP = b"(?:" + b"|".join(sorted(re.escape(json.dumps(mark)[1:-1].encode("ascii")) for mark in MARKS)) + b")?"

# Consonants of Russian and Ukrainian names, and what English writes for them; г is g or h, and vowels and signs differ.
_CYRILLIC = {**dict(zip("бвгґджзклмнпрстфхчш", "bvhhdzzklmnprstfkcs", strict=True)), "ц": "ts", "щ": "sc"}
_LATIN = (("shch", "sc"), ("zh", "z"), ("kh", "k"), ("ch", "c"), ("sh", "s"), ("g", "h"), ("w", "v"))
# Of the consonants in common, chosen on 90 names of towns: `Рубежное` is Rubizhne, `Красноармейск` is not Pokrovsk.
_ALIKE_FROM = 0.8


def folded(name: str) -> str:
    """Return a name without capitals and marks, ё as е: accents still part it."""
    letters = unicodedata.normalize("NFC", name).casefold().replace("ё", "е")
    return "".join(letter for letter in letters if letter not in MARKS)


def bare(name: str) -> str:
    """Return a folded name without accents: `Málaga` and `Malaga` are one name."""
    parts = unicodedata.normalize("NFD", folded(name))
    return "".join(c for c in parts if not unicodedata.combining(c))


def transcribed(cyrillic: str, latin: str) -> bool:
    """Return whether a Cyrillic name is a Latin one in its own script: `Слов'янськ` is Slovyansk, and not Nikopol."""
    ours = "".join(_CYRILLIC.get(letter, "") for letter in folded(cyrillic))
    theirs = bare(latin)
    for written, consonants in _LATIN:
        theirs = theirs.replace(written, consonants)
    theirs = "".join(letter for letter in theirs if letter in "bcdfhjklmnpqrstvxz")
    return bool(ours) and SequenceMatcher(None, ours, theirs).ratio() >= _ALIKE_FROM


def pattern(name: str) -> re.Pattern[bytes]:
    """Return a pattern for `name` as a JSON string (ASCII with escapes): letters in either case, marks anywhere."""
    letters = [letter for letter in unicodedata.normalize("NFC", name) if letter not in MARKS]
    return re.compile(b'"' + _GAP + _GAP.join(_letter(letter) for letter in letters) + _GAP + b'"')


def _letter(letter: str) -> bytes:
    alike = _ALIKE.get(letter.lower(), letter)
    forms = {json.dumps(form)[1:-1] for one in alike for form in (one, one.lower(), one.upper())}
    return b"(?:" + b"|".join(re.escape(form.encode("ascii")) for form in sorted(forms)) + b")"
