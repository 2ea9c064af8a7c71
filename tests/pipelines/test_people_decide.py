"""A decision of a person is kept, respected, and can be taken back; a machine's finding never overwrites it."""

from __future__ import annotations

import pytest

from pipelines.check import check
from pipelines.decisions import decide, undo
from pipelines.dedup import dedup
from pipelines.flow import result_of
from pipelines.options import Options
from verify.errors import ArchiveError, UsageError


@pytest.fixture
def two_copies(tmp_path, clip):
    import av

    copy = tmp_path / "copy.mp4"
    with av.open(str(clip)) as source, av.open(str(copy), "w") as out:
        video = out.add_stream("mpeg4", rate=15)
        video.width, video.height, video.pix_fmt, video.bit_rate = 240, 180, "yuv420p", 500_000
        for frame in source.decode(video=0):
            out.mux(video.encode(frame.reformat(240, 180)))
        out.mux(video.encode(None))
    case = tmp_path / "case"
    done = result_of(check([str(clip), str(copy)], Options(case=case, formats=("json",))))
    return case, [w.report for w in done.written]


def test_a_pair_overruled_is_no_match_any_more_until_taken_back(two_copies, clip):
    case, (first, second) = two_copies
    assert [m.b for m in first.case.matches] == [second.case.item.media.sha256]
    items = [first.case.item.id, second.case.item.id]
    decide(case, items, category="not a match", note="another street", by="A. Verifier")

    def matches():
        done = result_of(check([str(clip)], Options(case=case, formats=("json",))))
        return done.written[0].report.case.matches

    assert matches() == ()
    undo(case, items, category="not a match", note="I was wrong", by="A. Verifier")
    assert len(matches()) == 1


@pytest.mark.parametrize(
    ("subjects", "category"),
    [(1, "not a match"), (2, "StagedContent"), (1, "true"), (3, "same recording")],
)
def test_a_decision_that_makes_no_sense_is_refused(two_copies, subjects, category):
    case, (first, second) = two_copies
    ids = [first.case.item.id, second.case.item.id, first.case.item.id][:subjects]
    with pytest.raises(UsageError):
        decide(case, ids, category=category, note="", by="A. Verifier")


def test_a_decision_without_a_name_is_refused(two_copies):
    case, (first, _) = two_copies
    with pytest.raises(ArchiveError, match="name"):
        decide(case, [first.case.item.id], category="OriginalMediaContent", note="", by="")


def test_a_batch_says_what_people_decided_about_its_clips(two_copies, clip):
    case, (first, second) = two_copies
    items = [first.case.item.id, second.case.item.id]
    decide(case, items, category="not a match", note="another street", by="A. <Verifier>")
    decide(case, items[:1], category="OriginalMediaContent", note="", by="B. Second")  # about one: not of the batch
    formats = ("json", "html", "text", "markdown", "block")

    def written():
        done = result_of(dedup([str(clip), str(case.parent / "copy.mp4")], Options(case=case, formats=formats)))
        return done.report, {name: path.read_text(encoding="utf-8") for name, path in done.files.items()}

    report, pages = written()
    assert [d.note for d in report.decisions] == ["another street"]
    assert len(report.singles) == 2
    assert set(pages) == set(formats)
    for text in pages.values():
        assert "not a match" in text and "another street" in text and "B. Second" not in text
    assert "A. &lt;Verifier&gt;" in pages["html"]
    undo(case, items, category="not a match", note="I was wrong", by="A. <Verifier>")
    report, pages = written()
    assert [d.undone for d in report.decisions] == [True]
    assert "(undone)" in pages["html"]
    assert len(report.recordings) == 1
