"""What else does the platform say of the post? Rule: its words are told as its words, and date nothing by themselves.

A forwarded message was somewhere else first; a broadcast may show old footage; a length that differs from the file's
means that what was received is not the whole of what was posted.
"""

from __future__ import annotations

from verify.checks import measured, wording
from verify.checks.base import Check
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding

# Platforms round a length to whole seconds, and a track may run on after the other by some pictures.
_SECONDS_APART = 2.0
_SHARE_APART = 0.02
_BROADCAST = "the recording of a broadcast"
_LIVE = {"is_live": "a broadcast that was still on", "was_live": _BROADCAST, "post_live": _BROADCAST}
_LIMITS = "These are the platform's words, or its author's: they can be wrong, and they change when a post is edited."
_RECHECK = "Open the post on the platform itself and read the same line there; the page is kept in the case."


class PlatformNotes(Check):
    """Tells where a post was forwarded from, and when it was a broadcast or longer than the file."""

    name = "platform's notes"
    question = "Does the platform say where the clip was before, or that it is longer?"
    part = "source"
    order = 22

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding for each thing the platform says, or one that says there is nothing."""
        if case.item.post is None:
            return (self.not_tested("The clip came without a post, so no platform says anything of it."),)
        found = (*self._forwarded(case), *self._length(case), *self._live(case), *self._place(case))
        if found:
            return found
        told = "The post does not say that it was forwarded, and no other note of the platform was kept."
        return (self.neutral(told, limits=_LIMITS, recheck=_RECHECK),)

    def _forwarded(self, case: Case) -> tuple[Finding, ...]:
        name = _text(case, "forwarded_from")
        post = case.item.post
        if not name or post is None:
            return ()
        whole = wording.quote(name, 120)
        at = Evidence(label="Forwarded from", value=name, place=_text(case, "forwarded_from_url") or post.url)
        told = f"The post itself says that it was forwarded from {whole}: the clip was there before it was here"
        claimed = case.claim.source.casefold() if case.claim else ""
        if claimed and post.author and post.author.casefold() in claimed and name.casefold() not in claimed:
            told += f", so {wording.quote(post.author, 80)}, who is claimed as the source, is not the first"
            return (self.questions(f"{told}.", at, limits=_LIMITS, recheck=_RECHECK, weight="moderate"),)
        return (self.neutral(f"{told}.", at, limits=_LIMITS, recheck=_RECHECK, weight="moderate"),)

    def _length(self, case: Case) -> tuple[Finding, ...]:
        stated = measured.number(case.item.info, "duration")
        here = case.examination.duration if case.examination else None
        if not stated or not here or abs(stated - here) <= max(_SECONDS_APART, _SHARE_APART * stated):
            return ()
        less = "is not the whole of what was posted" if here < stated else "is longer than what was posted"
        told = f"The platform gives the clip {stated:.1f} s, the file received lasts {here:.1f} s: it {less}."
        evidence = (
            Evidence(label="Length by the platform", value=f"{stated:.1f} s", place=_address(case)),
            Evidence(label="Length of the file", value=f"{here:.1f} s", place=case.item.media.name),
        )
        return (self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK, weight="moderate"),)

    def _live(self, case: Case) -> tuple[Finding, ...]:
        said = _LIVE.get(_text(case, "live_status"))
        if said is None and case.item.info.get("was_live") is True:
            said = _BROADCAST
        if said is None:
            return ()
        at = Evidence(label="Kind of post", value=_text(case, "live_status") or "was_live", place=_address(case))
        told = f"The platform calls the post {said}; footage of any age can be shown in a broadcast."
        return (self.neutral(told, at, limits=_LIMITS, recheck=_RECHECK),)

    def _place(self, case: Case) -> tuple[Finding, ...]:
        place = _text(case, "location")
        if not place:
            return ()
        at = Evidence(label="Place tagged in the post", value=place, place=_address(case))
        told = f"The post is tagged with {wording.quote(place, 100)} as its place, by its author and not by a device."
        return (self.neutral(told, at, limits=_LIMITS, recheck=_RECHECK),)


def _text(case: Case, key: str) -> str:
    found = case.item.info.get(key)
    return wording.plain(found, 500) if isinstance(found, str) else ""


def _address(case: Case) -> str:
    return case.item.post.url if case.item.post else ""
