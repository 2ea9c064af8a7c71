"""The few sentences at the head of a report, and the claim-against-evidence table. Rule: only what findings say.

Support and question are never averaged: what questions the claim stands first, what supports it second, and what is
not established is said by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from verify.checks import wording
from verify.records.cases import Case
from verify.records.claims import Claim
from verify.records.findings import Bearing, Finding, Part, Weight

_WEIGHTS: tuple[Weight, ...] = get_args(Weight)  # strong, moderate, weak: the order they are told in
_PARTS: tuple[Part, ...] = get_args(Part)
_SPOKEN: dict[Part, str] = {
    "what": "what the clip is said to show",
    "when": "the claimed time",
    "where": "the claimed place",
    "by whom": "who is said to have acted",
    "original": "whether the clip is original, unedited footage",
    "source": "where the clip comes from",
}
_UNCLAIMED: dict[Part, str] = {
    "what": "what the clip shows",
    "when": "when it was filmed",
    "where": "where it was filmed",
    "by whom": "who acted",
}
_MOST = 4  # sentences of one bearing that a summary quotes; the table has all of them
EARLIER_COPY = "earlier copy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One part of the claim, as claimed (empty: not claimed), and every finding on it, strongest first."""

    part: Part
    claimed: str
    questions: tuple[Finding, ...] = ()
    supports: tuple[Finding, ...] = ()
    neutral: tuple[Finding, ...] = ()
    not_tested: tuple[Finding, ...] = ()


def table(claim: Claim | None, findings: tuple[Finding, ...]) -> tuple[Row, ...]:
    """Return one row for every part of a claim, also for parts that nobody claimed or tested."""
    return tuple(
        Row(
            part=part,
            claimed=_claimed(claim, part),
            questions=_of(findings, "questions", part),
            supports=_of(findings, "supports", part),
            neutral=_of(findings, "neutral", part),
            not_tested=_of(findings, "not tested", part),
        )
        for part in _PARTS
    )


def summary(case: Case, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return a few sentences that an editor can paste: questions, supports, the earliest copy, what is open."""
    questions, supports = _of(findings, "questions"), _of(findings, "supports")
    told: list[str] = []
    if not questions:
        told.append("Nothing that was tested questions the claim." if case.claim else "No claim was given to test.")
    told += [f"Questions {_SPOKEN[f.part]}: {f.sentence}" for f in questions[:_MOST]]
    told += _more(questions, "questions")
    told += [f"Supports {_SPOKEN[f.part]}: {f.sentence}" for f in supports[:_MOST]]
    told += _more(supports, "supports")
    if case.claim and not supports:
        told.append("Nothing that was tested supports the claim.")
    told += [f.sentence for f in findings if f.check == EARLIER_COPY and f.bearing in {"neutral", "not tested"}][:1]
    weighty = [f for f in _of(findings, "neutral") if f.weight != "weak" and f.check != EARLIER_COPY]
    told += [f"On {_SPOKEN[f.part]}: {f.sentence}" for f in weighty[:_MOST]]
    told += place_taken(case.claim)
    open_ = open_parts(case.claim, findings)
    if open_:
        told.append(f"Not established: {'; '.join(open_)}.")
    return tuple(told)


def open_parts(claim: Claim | None, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return by name the parts that no finding supports or questions."""
    return tuple(_spoken(row) for row in table(claim, findings) if not row.questions and not row.supports)


def place_taken(claim: Claim | None) -> list[str]:
    """Return what was made of the claimed place's name, where another may have been meant, and of a zone not sure."""
    told = []
    where = claim.where if claim else None
    if where is not None and (where.asked or where.others):
        named = f"The claimed place: {wording.tell_place(where)}."
        told.append(f"{named} {wording.of_the_same_name(where)}".strip())
    unsure = wording.unsure_zone(claim.when) if claim and claim.when else ""
    return [*told, unsure] if unsure else told


def _spoken(row: Row) -> str:
    """Return a part of the claim by name: what was not claimed is not called so."""
    return _SPOKEN[row.part] if row.claimed else _UNCLAIMED.get(row.part, _SPOKEN[row.part])


def not_established(case: Case, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return what the findings leave open: first the parts that nothing speaks to, then what could not be tested."""
    open_ = [
        f"{_spoken(row)[0].upper()}{_spoken(row)[1:]}"
        + (f" ({_short(case.claim, row)})" if row.claimed else "")
        + (
            ": nothing that was tested supports or questions it."
            if row.claimed or row.part not in _UNCLAIMED
            else ": not claimed, so there was nothing to test."
        )
        for row in table(case.claim, findings)
        if not row.questions and not row.supports
    ]
    untested = [f"Not tested ({f.check}): {f.sentence}" for f in findings if f.bearing == "not tested"]
    problems = case.examination.problems if case.examination else ()
    unread = [f"Could not be read ({p.part}): {p.reason}" for p in (*problems, *case.item.problems)]
    return tuple(dict.fromkeys([*open_, *untested, *unread]))


def _short(claim: Claim | None, row: Row) -> str:
    """Return what was claimed on one part, to stand in brackets; a place without those that share its name."""
    if claim and claim.where and row.part == "where":
        return wording.inside(wording.tell_place(claim.where))
    return wording.inside(row.claimed) if row.part == "when" else row.claimed


def _of(findings: tuple[Finding, ...], bearing: Bearing, part: Part | None = None) -> tuple[Finding, ...]:
    chosen = [f for f in findings if f.bearing == bearing and (part is None or f.part == part)]
    return tuple(sorted(chosen, key=lambda f: _WEIGHTS.index(f.weight)))


def _more(findings: tuple[Finding, ...], word: str) -> list[str]:
    left = len(findings) - _MOST
    return [f"{wording.count(left, 'more finding')} that {word} the claim stand in the table."] if left > 0 else []


def _claimed(claim: Claim | None, part: Part) -> str:
    if claim is None:
        return ""
    where = claim.where
    told: dict[Part, str] = {
        "what": wording.plain(claim.what, 400),
        "when": wording.tell(claim.when, where.zone if where else "") + wording.taken_zone(claim.when)
        if claim.when
        else "",
        "where": ". ".join(filter(None, (wording.tell_place(where), wording.of_the_same_name(where)))) if where else "",
        "by whom": wording.plain(claim.by),
        "original": {True: "original", False: "not original", None: ""}[claim.original],
        "source": wording.plain(claim.source or claim.link),
    }
    return told[part]
