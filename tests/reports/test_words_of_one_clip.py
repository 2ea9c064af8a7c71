"""The sentence and the paragraph on one clip: what an editor pastes, so it must be short and name nothing wrongly."""

from dataclasses import replace

from verify.records.times import TimeBounds
from verify.reports import clip_view, clip_words

RECEIVED = TimeBounds(
    not_before=None,
    not_after=None,
    precision="second",
    zone="utc",
    basis="it had been received by firstseen then; no earlier date is known",
)


def received(made, *which):
    """Return the view of the made report with only such appearances, each known from its arrival here."""
    found = clip_view.view(made.clip_report())
    day = found.earliest[0].bounds.not_after
    ours = found.report.case.item.media.sha256
    known = tuple(
        replace(found.earliest[0], sha256=ours if one == "ours" else one, bounds=replace(RECEIVED, not_after=day))
        for one in which
    )
    return replace(found, earliest=known), day


def test_a_clip_known_only_from_its_arrival_is_not_called_its_own_earliest_copy(made):
    """It read: `The earliest we know of is this very file, no later than` the second in which it was brought in."""
    found, day = received(made, "ours")
    told = "o other appearance of this clip is known, nor a date on which it was published; it was brought in here on"
    assert clip_words.earliest_sentence(found).startswith(f"N{told} {day:%Y-%m-%d}.")
    assert f"; n{told} {day:%Y-%m-%d}." in clip_words.told_in_a_line(found)


def test_files_that_were_only_brought_in_are_put_in_no_order(made):
    """It read: `The first date that is sure is that of a copy`, and called the clip itself `1 other appearance`."""
    found, _ = received(made, "ours", "b" * 64, "c" * 64)
    told = clip_words.earliest_sentence(found)
    assert told.startswith("No date of publication is known of this clip or of the 2 copies known of it; the first was")
    assert "may be older" not in told


def test_the_paragraph_names_what_is_open_and_counts_the_rest(made):
    """It held every sentence on what was not tested, settings included: a page of text that nobody can paste."""
    report = made.clip_report()
    long = replace(report, not_established=tuple(f"Not tested (number {n}): because." for n in range(40)))
    told = clip_words.told_in_a_paragraph(clip_view.view(long))
    assert "Not established: " in told and "Not tested (number 7)" not in told
    assert told.endswith("stands in the report.")


def test_checks_that_could_not_be_made_are_not_called_questions(made):
    """`1 finding questions the claim; 10 questions could not be tested` counted two things by one word."""
    told = clip_words.headline(made.clip_report())
    assert "checks could not be made" in told or "check could not be made" in told
    assert told.count("question") == 1
