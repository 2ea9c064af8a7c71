"""The form of a report's files, as their examinations keep it. Rule: read from the case, judged by `verify.stories`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.session import Session
from verify.records.chains import FileChains
from verify.records.matches import Recording
from verify.records.media import Tag
from verify.signs import engine
from verify.stories import chains


def chains_of(session: Session, clips: Iterable[str], recordings: Sequence[Recording]) -> FileChains:
    """Return which of the clips were written by the same chain of programs; `recordings` are all that they show."""
    forms = {sha256: chains.Form.of(_tags(session, sha256)) for sha256 in clips}
    return chains.chains(forms, recordings, lambda sha256: engine.read(_tags(session, sha256), session.own_signs))


def _tags(session: Session, sha256: str) -> tuple[Tag, ...]:
    """Return the tags of a clip that speak of whoever sent it: not those of a file that was joined here."""
    known = session.case.examination(sha256)
    if known is None:
        return ()
    item = session.case.item(known.item)
    received = {f.sha256 for f in item.files}
    joined_here = item.media.role == "working copy" and not received & set(item.media.made_from)
    return () if joined_here else known.examination.tags
