"""What one copy is within its recording: shared by every view. Rule: as the record says, nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.records.matches import Recording
from verify.reports import wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What a copy did to the picture and time, and whether it is the best or the earliest; `first` words the latter."""

    change: str
    best: bool
    earliest: bool
    first: str

    @property
    def role(self) -> str:
        """What stands out about it: `earliest known`, `best copy`, both or neither."""
        return ", ".join(word for word, on in ((self.first, self.earliest), ("best copy", self.best)) if on)


def standing(recording: Recording, sha256: str) -> dict[str, Any]:
    """Return the fields of Standing for the copy `sha256` of `recording`."""
    first = recording.earliest
    return {
        "change": recording.changes.get(sha256, ""),
        "best": sha256 == recording.best,
        "earliest": bool(first and first.sha256 == sha256 and wording.first_word(first)),
        "first": wording.first_word(first),
    }
