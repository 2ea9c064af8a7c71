"""Do the dates of the post fit the claimed time, and each other? Rule: a post is dated, a recording is not.

A post from before the event cannot show it; a post from after it may show anything. So an earlier date questions,
and a later one only fits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from verify.checks import wording
from verify.checks.base import Check
from verify.checks.slack import tell_near, well_before
from verify.records.cases import Case
from verify.records.findings import Evidence, Finding, Weight
from verify.records.media import Post
from verify.records.times import TimeBounds

# Dates that speak of another act than publishing, or of a file on a server (facts: yt-dlp gives the server's
# Last-Modified as `timestamp` of a direct file). Their bases are words, so they are told apart by words.
_OTHER_ACTS = ("last-modified", "last modified", "edit", "modified", "forward", "updated", "scheduled", "release")
# Two dates of one post may lie this far apart without meaning anything: a premiere, an upload that took its time.
_ORDINARY_GAP = timedelta(days=1)

_LIMITS = (
    "The date of a post says when it was published, not when its clip was filmed; it is stated by the platform or "
    "derived from the post's number, and an author can publish old footage at any time."
)
_RECHECK = (
    "Open the post on the platform itself and read its date with your own time zone in mind; ids that carry a time "
    "can be computed by hand with the formula in docs/checks.md."
)


class PostDates(Check):
    """Compares every date of the post, the one in its id included, with the claimed time and with each other."""

    name = "post dates"
    question = "Was the post published before the claimed time, and do its dates agree?"
    part = "when"
    order = 20

    def run(self, case: Case) -> tuple[Finding, ...]:
        """Return one finding against the claimed time, and one for dates that contradict each other."""
        post = case.item.post
        if post is None:
            return (
                self.not_tested(
                    "The clip came without a post, so there is no date of publication to compare.",
                    "If you know the post, give its address (--post URL).",
                ),
            )
        if not post.dates:
            return (self.not_tested(f"The post {wording.quote(post.url)} gave no date.", _RECHECK),)
        return (self._against_claim(case, post), *self._against_each_other(case, post))

    def _against_claim(self, case: Case, post: Post) -> Finding:
        zone = wording.place_zone(case)
        evidence = tuple(_evidence(d, post, zone) for d in post.dates)
        when = case.claim.when if case.claim else None
        if when is None:
            return self.neutral(
                f"The post is dated {wording.tell(post.dates[0], zone)}; no time is claimed to compare it with.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        early = sorted((d for d in post.dates if d.before(when)), key=lambda d: str(d.not_after))
        if any(well_before(d, when) for d in early):
            return self._before([d for d in early if well_before(d, when)], post, when, zone)
        if early:
            told = f"The post is dated {wording.tell(early[0], zone)}, {tell_near(early[0], when)}."
            return self.neutral(told, *evidence, limits=_limits(post), recheck=_RECHECK)
        later = sorted((d for d in post.dates if d.after(when)), key=lambda d: str(d.not_before))
        # `no later than` orders nothing, but one that lies before the date itself contradicts it; a coarser date, as
        # the day that a story gives, holds the exact one.
        ordered = all(d in later or d.not_before is None or any(d.overlaps(e) for e in later) for d in post.dates)
        if later and ordered and not _denied(later[0], post):
            first = later[0]
            told = (
                f"The post is dated {wording.tell(first, zone)}, at least "
                f"{wording.tell_span(wording.gap(when, first))} after the claimed time; that "
                "fits, and does not show when the clip was filmed."
            )
        else:
            dates = list(dict.fromkeys(wording.tell_inside(d, zone) for d in post.dates))
            told = (
                f"The {'date' if len(dates) == 1 else 'dates'} of the post ({wording.listed(dates, 3)}) cannot be put "
                f"in order with the claimed time ({wording.tell_inside(when, zone)})."
            )
        return self.neutral(told, *evidence, limits=_limits(post), recheck=_RECHECK)

    def _before(self, early: list[TimeBounds], post: Post, when: TimeBounds, zone: str) -> Finding:
        first = early[0]
        fits = [d for d in post.dates if d not in early]
        near = "lies within minutes of it" if fits and fits[0].before(when) else "does not lie before it"
        but = f" Another date of the same post {near}: {wording.tell(fits[0], zone)}." if fits else ""
        weight: Weight = "strong"
        if fits or post.stated_by_user:
            weight = "moderate"
        if all(_speaks_of_another_act(d) for d in early):
            weight = "weak"
        return self.questions(
            f"The post carries a date ({wording.tell_inside(first, zone)}; {wording.plain(first.basis)}) that lies "
            f"at least {wording.tell_span(wording.gap(first, when))} before the claimed time "
            f"({wording.tell_inside(when, zone)}).{but}",
            *(_evidence(d, post, zone) for d in (*early, *fits)),
            limits=_limits(post) + (" A server's Last-Modified dates a file, not a post." if weight == "weak" else ""),
            recheck=_RECHECK,
            weight=weight,
        )

    def _against_each_other(self, case: Case, post: Post) -> tuple[Finding, ...]:
        zone = wording.place_zone(case)
        apart = [
            (a, b) if a.before(b) else (b, a)
            for a, b in combinations(post.dates, 2)
            if not a.overlaps(b) and not _speaks_of_another_act(a) and not _speaks_of_another_act(b)
        ]
        if not apart:
            return ()
        first, last = max(apart, key=lambda pair: wording.gap(*pair))
        span = wording.gap(first, last)
        evidence = tuple(_evidence(d, post, zone) for d in dict.fromkeys(d for pair in apart for d in pair))
        told = (
            f"Two dates of the same post lie at least {wording.tell_span(span)} apart: {wording.tell(first, zone)} "
            f"({wording.plain(first.basis)}) and {wording.tell(last, zone)} ({wording.plain(last.basis)})"
        )
        if first.not_before is None:
            return (replace(self._impossible(told, evidence), part="source"),)
        if span < _ORDINARY_GAP:
            finding = self.neutral(
                f"{told}; a slow upload or a planned publication does that.",
                *evidence,
                limits=_LIMITS,
                recheck=_RECHECK,
            )
        else:
            finding = self.questions(
                f"{told}.",
                *evidence,
                limits="A post that was planned, made public later, or whose clip was replaced can carry two honest "
                "dates.",
                recheck=_RECHECK,
                weight="moderate",
            )
        return (replace(finding, part="source"),)

    def _impossible(self, told: str, evidence: tuple[Evidence, ...]) -> Finding:
        """Return the finding on a post that was seen before its own date: no slow upload does that."""
        return self.questions(
            f"{told}; a post cannot be seen before it is published, so one of the two is wrong or speaks of another "
            "post.",
            *evidence,
            limits="An archive can list a capture of an address that showed something else then, such as an error "
            "page, and a platform can show a later date for a post that was edited or made public again.",
            recheck="Open the capture at the archive and see whether it shows this post; work out the date again.",
            weight="moderate",
        )


def _limits(post: Post) -> str:
    """Return what a date of `post` cannot show; a post that a person named need not be the file's own."""
    return _LIMITS + (" The post was tied to the file by hand." if post.stated_by_user else "")


def _denied(first: TimeBounds, post: Post) -> bool:
    return any(d.not_before is None and d.before(first) for d in post.dates)


def _speaks_of_another_act(date: TimeBounds) -> bool:
    return any(word in date.basis.lower() for word in _OTHER_ACTS)


def _evidence(date: TimeBounds, post: Post, zone: str) -> Evidence:
    return Evidence(label=date.basis or "date of the post", value=wording.tell(date, zone), place=post.url)
