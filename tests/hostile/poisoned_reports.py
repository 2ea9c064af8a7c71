"""Reports in which every text is an attack, and their bytes in a format. FIRSTSEEN_FULL=1 turns them all through."""

from __future__ import annotations

import os
import re
from typing import Any

from reports import hostile_strings as attacks
from reports import made_reports as made
from reports import made_stories as stories

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
KINDS = ("clip", "batch", "story")


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


def terminal_safe(text: str) -> bool:
    """Return whether `text` holds no control character but line end and tab, and nothing that reorders what follows."""
    return not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text
    )
