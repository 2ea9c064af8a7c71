"""Was this footage known before the claimed event? Rule: only a copy whose last possible date lies before it counts."""

from __future__ import annotations

from verify.checks import strength, wording
from verify.checks.base import Check
from verify.checks.known_copies import Known, decided, known_before, known_copies, last_date, only_possible, posted
from verify.checks.slack import SLACK, well_before
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding, Weight
from verify.records.matches import Appearance, Match
from verify.records.times import TimeBounds

_LIMITS = (
    "A match says that two files show the same footage, not which of them was first: that rests on the dates of the "
    "posts, which are as good as the platform that states them. Only the clips of this library were searched."
)
_RECHECK = (
    "Play both clips side by side at the seconds given and look for details that move in the same way (smoke, people, "
    "camera shake); then open the earlier post and read its date on the platform itself."
)
_SHOWN = 5  # earlier copies spelled out in evidence; the rest are in the report's table of matches


class EarlierCopy(Check):
    """Looks for a copy that was public before the claimed time."""

    name = "earlier copy"
    question = "Is this footage known from before the claimed time?"
    part = "when"
    order = 10

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding on copies of the picture, and one more where only the sound is known from before."""
        if case.searched is None and not case.matches:
            return (self.not_tested("No library of earlier clips was searched, so nothing is known of copies."),)
        known = known_copies(case)
        when = case.claim.when if case.claim else None
        found = self._earlier(case, known, when) if when else None
        copies = found or self._none_earlier(case, known, when)
        return (copies, *self._parts(case, when), *self._soundtracks(case, when))

    def _earlier(self, case: Case, known: list[Known], when: TimeBounds) -> Finding | None:
        zone = wording.place_zone(case)
        early = [k for k in known if k.appearance.bounds and well_before(k.appearance.bounds, when)]
        if not early:
            return None
        early.sort(key=lambda k: (only_possible(case, k), last_date(k)))  # a sure copy speaks before a possible one
        first = early[0].appearance
        bounds = first.bounds
        ahead = wording.tell_span(wording.gap(bounds, when)) if bounds else ""
        return self.questions(
            f"{_named(case, early[0])} is dated at least {ahead} before the "
            f"claimed time: {wording.quote(first.label)}, {wording.tell(bounds, zone) if bounds else ''}"
            f"{wording.by_hand(first)}{_which_part(early[0].match)}. The claimed time: {wording.tell(when, zone)}.",
            *_evidence(early, zone),
            limits=_LIMITS,
            recheck=_RECHECK,
            weight=_weight(case, early),
        )

    def _none_earlier(self, case: Case, known: list[Known], when: TimeBounds | None) -> Finding:
        searched = tell_searched(case)
        if not known:
            return self.neutral(
                f"No earlier copy was found: {searched}.",
                limits="A copy that nobody brought into this library, or that was edited beyond recognition, "
                "is not found.",
                recheck="Hand the keyframes to several reverse image search services (links in the report) and sort "
                "their hits by date.",
            )
        order = "none is known to be older than the claimed time" if when else "no time is claimed to compare it with"
        if when and any(k.appearance.bounds and k.appearance.bounds.before(when) for k in known):
            order = f"none is known to be more than {wording.tell_span(SLACK)} older than the claimed time"
        if not any(posted(k) for k in known):
            order = "no date of its publication is known" + (", which may be before the claimed time" if when else "")
        told = f"{_known_from(case, known)}; {order} ({searched})."
        evidence = _evidence(sorted(known, key=last_date), wording.place_zone(case))
        return self.neutral(told, *evidence, limits=_LIMITS, recheck=_RECHECK)

    def _parts(self, case: Case, when: TimeBounds | None) -> tuple[Finding, ...]:
        early = known_before(case, "shared part", when)
        if not early:
            return ()
        zone = wording.place_zone(case)
        clips = wording.count(len({k.appearance.sha256 for k in early}), "clip")
        return (
            self.neutral(
                f"A part of this clip also stands in {clips} dated before the claimed time"
                f"{_which_part(early[0].match)}. {_beside(early)}",
                *_evidence(early, zone),
                limits="It says nothing of the rest of this clip. If that part is what the claim is about, it is older "
                "than the claim: look at the seconds given.",
                recheck="Play the seconds given in both clips, and the seconds around them.",
            ),
        )

    def _soundtracks(self, case: Case, when: TimeBounds | None) -> tuple[Finding, ...]:
        early = known_before(case, "same soundtrack", when)
        if not early:
            return ()
        zone = wording.place_zone(case)
        return (
            self.neutral(
                f"The soundtrack of {wording.count(len({k.appearance.sha256 for k in early}), 'older clip')} is "
                "shared with this one, but not the picture: sound can be laid over any footage.",
                *_evidence(early, zone),
                limits="The same soundtrack is not the same footage; it can mean music, a broadcast or dubbed sound.",
                recheck="Listen to both clips at the seconds given.",
            ),
        )


def _known_from(case: Case, known: list[Known]) -> str:
    """Return where else this footage is known from: of this very file, and of others; dates of arrival are none."""
    others = len({k.appearance.sha256 for k in known if k.match})
    sure = "possibly " if others and all(only_possible(case, k) for k in known) else ""
    if not others:
        told = "This very file is in the library already"
    else:
        told = f"This footage is {sure}known from {wording.count(others, 'other file')} of the library"
    dated = sorted((k for k in known if posted(k)), key=last_date)
    if not dated:
        return told
    first = dated[0].appearance
    when = wording.tell(first.bounds, wording.place_zone(case)) if first.bounds else ""
    return f"{told}; the earliest date is that of {wording.quote(first.label)}, {when}{wording.by_hand(first)}"


def tell_searched(case: Case) -> str:
    """Return what the search went through, as a clause: `searched 31 other clips, from ... to ...`."""
    searched = case.searched
    if searched is None:
        return "how many clips were searched is not recorded"
    if searched.clips == 0:
        return "the library holds no other clip to compare with"
    first, last = searched.oldest[:10], searched.newest[:10]
    span = f", brought in on {first}" if first == last else f", brought in from {first} to {last}"
    span = span if first else ""
    missed = len(searched.not_searched)
    left = f"; {wording.count(missed, 'part')} of the search could not be done" if missed else ""
    return (
        f"{wording.count(searched.clips, 'other clip')} {'was' if searched.clips == 1 else 'were'} searched{span}{left}"
    )


def _named(case: Case, known: Known) -> str:
    if known.match is None:
        return "The same file"
    return f"A {'possible ' if only_possible(case, known) else ''}copy of this footage"


def _weight(case: Case, early: list[Known]) -> Weight:
    """Strong for the same bytes, a person's word, or a sure match whose rate of error is known; else moderate.

    A date of a post that a person tied to the file is never strong: the post need not be the file's own.
    """
    for known in early:
        if known.appearance.by_hand:
            continue
        if known.match is None or decided(case, known.match) == "same recording":
            return "strong"
        sure = known.match.strength
        if sure.words == "practically certain" or (sure.words == "strong" and sure.false_rate is not None):
            return "strong"
    return "moderate"


def _beside(early: list[Known]) -> str:
    """Return how parts are known to be no more: by the footage before and after, or beside them in the picture."""
    of_picture = [k.match is not None and k.match.apart > 0 for k in early]
    told = []
    if not all(of_picture):
        told.append(
            "Both cut to it and away from it, and show different footage beside it: an intro, an ident, or one shot "
            "used in both."
        )
    if any(of_picture):
        told.append(
            "Only a part of the picture is the same, a game, a broadcast or the frame of a channel, and each shows "
            "something of its own in the rest."
        )
    return " ".join(told)


def _which_part(match: Match | None) -> str:
    if match is None or not match.segments:
        return ""
    shared = sorted({(s.a_start, s.a_end) for s in match.segments})
    return f", shares the seconds {wording.listed([wording.seconds(a, b) for a, b in shared], 3)} of this clip"


def _evidence(some: list[Known], zone: str) -> list[Evidence]:
    """Return the evidence for the first copies of `some`: each file once, with all the posts it is known from."""
    by_file: dict[str, list[Known]] = {}
    for known in some:
        by_file.setdefault(known.appearance.sha256, []).append(known)
    return [e for same in list(by_file.values())[:_SHOWN] for e in _of_one_copy(same, zone)]


def _of_one_copy(same: list[Known], zone: str) -> list[Evidence]:
    shown = same[0].appearance
    again = [f"{wording.quote(a.label)}, {_dated(a, zone)}" for a in _further(same)]
    also = f"; also known as {'; '.join(again[:_SHOWN])}" if again else ""
    more = f"; and from {wording.count(len(again) - _SHOWN, 'more post')}" if len(again) > _SHOWN else ""
    value = f"{_dated(shown, zone)}{also}{more}"
    found = [Evidence(label=shown.label, value=value, place=shown.url or shown.item, sha256=shown.sha256)]
    match = same[0].match
    if match is None:
        return [*found, Evidence(label="Same bytes", value="the SHA-256 is the same", sha256=shown.sha256)]
    found.append(
        Evidence(
            label="Match",
            value=strength.told(match.strength),
            place="; ".join(
                f"{wording.seconds(s.a_start, s.a_end)} here is {wording.seconds(s.b_start, s.b_end)} there"
                for s in match.segments[:_SHOWN]
            ),
            image=match.frames[0].a_image if match.frames else "",
            sha256=match.b,
        )
    )
    return found


def _further(same: list[Known]) -> list[Appearance]:
    """Return the other appearances of one file: the same post, brought in again, is one."""
    posts = {(k.appearance.url or k.appearance.label, str(k.appearance.bounds)): k.appearance for k in reversed(same)}
    return [a for a in reversed(posts.values()) if a is not same[0].appearance]


def _dated(known: Appearance, zone: str) -> str:
    dated = f"{wording.tell(known.bounds, zone)} ({known.bounds.basis})" if known.bounds else "no date known"
    return dated + wording.by_hand(known)
