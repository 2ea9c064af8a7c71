"""What the report of one clip says in a sentence and in a paragraph. Rule: counts are named, never made into a mark."""

from __future__ import annotations

from verify.checks.known_copies import only_received
from verify.checks.summary import open_parts, place_taken
from verify.records.cases import ClipReport
from verify.records.findings import Finding
from verify.records.matches import Appearance
from verify.reports import wording
from verify.reports.clip_view import ClipView, by_date
from verify.text import one_line


def headline(report: ClipReport) -> str:
    """Return the counts as one sentence: counts are named, never averaged into a mark."""
    asked = wording.of_bearing(report.findings, "questions")
    backed = wording.of_bearing(report.findings, "supports")
    open_ = wording.of_bearing(report.findings, "not tested")
    if not report.case.claim:
        return wording.sentence(f"{wording.count(len(report.findings), 'finding')}; no claim was given to test.")
    first = f"{_some(asked)} {_verb(asked, 'questions', 'question')} the claim"
    second = f"{_some(backed)} {_verb(backed, 'supports', 'support')} it"
    if not asked:
        second = f"{'none' if not backed else len(backed)} {_verb(backed, 'supports', 'support')} it"
    told = wording.sentence(f"{first}, {second}")
    return f"{told}; {wording.count(len(open_), 'check')} could not be made." if open_ else f"{told}."


def _some(found: tuple[Finding, ...]) -> str:
    return wording.count(len(found), "finding") if found else "no finding"


def earliest_sentence(found: ClipView) -> str:
    """Return what is known of the earliest copy, in words that claim no order the bounds do not give."""
    searched = found.report.case.searched
    among = "No library of clips was searched."
    if searched:
        among = f"Searched: {wording.count(searched.clips, 'clip')}."
    first = sorted(found.earliest, key=by_date)
    if not first:
        return f"No dated appearance of this clip is known. {among}"
    if all(only_received(a) for a in first):
        return f"{wording.sentence(_undated(found, first))}. {among}"
    told = [f"{_named(a, found)}, {wording.bounds(a.bounds)}{wording.by_hand(a)}" for a in first]
    if len(first) == 1:
        return f"The earliest we know of is {told[0]}. {among}"
    others = wording.count(len(first) - 1, "other appearance")
    published = any(a.bounds and a.bounds.not_before for a in first)
    undated = "" if published else "No copy has a date of publication. "
    order = f"{others} may be older, for the dates overlap and cannot be put in order: {wording.listed(told[1:])}."
    return f"{undated}The first date that is sure is that of {told[0]}. {order} {among}"


def _undated(found: ClipView, first: list[Appearance]) -> str:
    """Return that nothing but the day on which files came here is known of a clip, and of its copies if it has any."""
    copies = wording.count(len({a.sha256 for a in first if not _ours(a, found)}), "copy", "copies")
    at = first[0].bounds.not_after if first[0].bounds else None
    since = f"; {'it was' if copies[0] == '0' else 'the first was'} brought in here on {at:%Y-%m-%d}" if at else ""
    if copies.startswith("0 "):
        return f"no other appearance of this clip is known, nor a date on which it was published{since}"
    return f"no date of publication is known of this clip or of the {copies} known of it{since}"


def _ours(appearance: Appearance, found: ClipView) -> bool:
    return appearance.sha256 == found.report.case.item.media.sha256


def _named(appearance: Appearance, found: ClipView) -> str:
    by = f" by {appearance.author}" if appearance.author else ""
    on = f" on {appearance.platform}" if appearance.platform else ""
    which = "this very file" if _ours(appearance, found) else "a copy"
    return f"{which}, “{one_line(appearance.label, 80)}”{by}{on}"


def _verb(found: tuple[Finding, ...], one: str, many: str) -> str:
    return one if len(found) < 2 else many


def told_in_a_line(found: ClipView) -> str:
    """Return the whole report as one sentence: what was checked and what was found, in place of `not verified`."""
    return f"{_checked(found)}; {_first_date(found)}."


def told_in_a_paragraph(found: ClipView) -> str:
    """Return the report as one paragraph: the line, what questions, what supports, and what stays open."""
    report = found.report
    parts = [f"{_checked(found)}."]
    if found.questions:
        parts.append("It is questioned by this: " + _joined(found.questions))
    if found.supports:
        parts.append("It is supported by this: " + _joined(found.supports))
    if report.case.claim and found.both_ways:
        parts.append("On the claim, both ways: " + _joined(found.both_ways))
    parts.append(earliest_sentence(found))
    parts += place_taken(report.case.claim)
    open_ = open_parts(report.case.claim, report.findings)
    if open_:
        parts.append(f"Not established: {'; '.join(open_)}.")
    left = len(report.not_established) - len(open_)
    if left > 0:
        parts.append(f"What else could not be tested or read ({left}) stands in the report.")
    return " ".join(parts)


def _checked(found: ClipView) -> str:
    report = found.report
    claim = report.case.claim
    told = f"“{found.title}” ({found.facts[0]}) was checked with firstseen on {report.made[:10]}"
    what = one_line(claim.what, 160) if claim else ""
    counts = headline(report).rstrip(".")
    return f"{told}{f' against the claim “{what}”' if what else ''}: {counts[:1].lower()}{counts[1:]}"


def _first_date(found: ClipView) -> str:
    first = sorted(found.earliest, key=by_date)
    if not first:
        return "no dated copy of it is known"
    if all(only_received(a) for a in first):
        return _undated(found, first)
    when = f"{wording.bounds(first[0].bounds)}{wording.by_hand(first[0])}"
    which = "the earliest known is" if len(first) == 1 else "the first date that is sure is that of"
    return f"{which} {_named(first[0], found)}, {when}"


def _joined(findings: tuple[Finding, ...]) -> str:
    return " ".join(one_line(f.sentence) for f in findings)
