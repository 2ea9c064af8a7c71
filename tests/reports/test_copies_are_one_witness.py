"""Findings over all clips of a story: what copies of one recording say is said once, with the copies named."""

from dataclasses import replace

from verify.records.findings import Evidence, Finding
from verify.reports import story_findings


def earlier(seconds, weight="moderate", sha="e" * 64):
    """Return what the check says of a clip that shares `seconds` with the copy `sha`."""
    return Finding(
        check="earlier copy",
        bearing="questions",
        part="when",
        sentence=f"A copy of this footage is dated 2.1 years before the claimed time, shares the seconds {seconds}.",
        evidence=(Evidence(label="old", value="2021-04-14", place="https://x.example/old", sha256=sha),),
        weight=weight,
    )


def told(stories, **found):
    report = stories.story_report()
    members = report.recordings[0].recording.members
    clips = {c.sha256: c for c in report.clips}
    chosen = [clips[m] for m in members if m in clips][:2]
    assert len(chosen) == 2
    clips = tuple(replace(c, findings=(f,)) for c, f in zip(chosen, found.values(), strict=True))
    return story_findings.once(replace(report, clips=clips))


def test_one_earlier_copy_of_two_copies_is_one_finding(stories):
    """A story listed the same earlier copy once for each of its copies, for each shares other seconds with it."""
    (one,) = told(stories, a=earlier("0:00 to 0:06"), b=earlier("0:02 to 0:14", "strong"))
    assert one.finding.weight == "strong", "what carries most speaks for them"
    assert len(one.copies) == 1 and "also in 1 copy of it" in one.where


def test_two_earlier_copies_are_two_findings(stories):
    assert len(told(stories, a=earlier("0:00 to 0:06"), b=earlier("0:02 to 0:14", sha="f" * 64))) == 2
