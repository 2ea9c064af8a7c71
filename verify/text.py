"""Makes text from outside safe to show. Rule: foreign text passes here before a screen, a log or a file name.

HTML and Typst escaping belong to the template engines of `verify/reports`; what is removed here is what no engine
removes: terminal control sequences, and characters that reorder or hide what follows (Unicode TR 36, 3.2).
"""

from __future__ import annotations

import re
import unicodedata

# Bidirectional overrides, embeddings and isolates, and marks: they can make `exe.mp4` read as `4pm.exe`.
_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# OWASP, CSV injection; the full-width signs are taken for the plain ones by spreadsheets set to East Asian languages.
_SPREADSHEET_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def visible(text: str, limit: int | None = None) -> str:
    """Return `text` with control and bidi characters shown as `‹U+XXXX›`, newlines and tabs kept, cut at `limit`."""
    shown = "".join(_shown(c) for c in text)
    if limit is not None and len(shown) > limit:
        return shown[: max(0, limit - 1)] + "…"
    return shown


def one_line(text: str, limit: int | None = None) -> str:
    """Return `visible(text)` on one line, runs of white space folded into one space: for terminals and logs."""
    return visible(re.sub(r"\s+", " ", text).strip(), limit)


def _shown(character: str) -> str:
    code = ord(character)
    if character in "\n\t":
        return character
    hidden = code in _BIDI or unicodedata.category(character) in {"Cc", "Cs", "Co"}
    return f"‹U+{code:04X}›" if hidden else character


def csv_cell(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula: a leading apostrophe is added where needed."""
    return "'" + text if text.startswith(_SPREADSHEET_TRIGGERS) else text
