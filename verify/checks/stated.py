"""A time that a file states, as evidence. Rule: told with its place, its readers and what speaks against it."""

from __future__ import annotations

from verify.checks import wording
from verify.records.findings import Evidence
from verify.statements import StatedTime


def evidence_of(stated: StatedTime, zone: str) -> Evidence:
    """Return the evidence of a stated time: value as it stands in the file, what it says in UTC and `zone`, doubts."""
    first = stated.tags[0]
    doubts = f" (doubt: {'; '.join(stated.doubts)})" if stated.doubts else ""
    return Evidence(
        label=f"{stated.name} ({', '.join(dict.fromkeys(t.reader for t in stated.tags))})",
        value=f"{first.value} = {wording.tell(stated.bounds, zone)}{doubts}",
        place=first.place + (f", byte {first.offset}" if first.offset is not None else ""),
    )
