"""A batch and a story group real files by the program that wrote them; a file that was joined here is never grouped."""

from __future__ import annotations

import csv
import io
import subprocess
from dataclasses import replace

import pytest

from drawn_clip import draw_clip
from pipelines import chains, looking
from pipelines.dedup import dedup
from pipelines.flow import result_of
from pipelines.options import Options
from pipelines.session import Session
from pipelines.story import story
from verify.records.media import MediaFile


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three clips: two of one program, one of them again in Matroska without encoding it again."""
    path = tmp_path_factory.mktemp("clips")
    draw_clip(path / "one.mp4", seed=1)
    draw_clip(path / "two.mp4", seed=2)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path / "one.mp4", "-c", "copy", path / "one.mkv"], check=True, timeout=60
    )
    return path


@pytest.fixture(scope="module")
def batch(tmp_path_factory, folder):
    case = tmp_path_factory.mktemp("case") / "case"
    return result_of(dedup([str(folder)], Options(case=case, formats=("json", "csv")))), case


def names(report, clips):
    return {item.media.name for item in report.items if item.media.sha256 in clips}


def test_a_batch_groups_them(batch):
    report = batch[0].report
    (group,) = report.chains.groups
    assert names(report, group.clips) == {"one.mp4", "two.mp4"}
    assert len(group.recordings) == 2
    assert any("FFmpeg" in sentence for sentence in group.writers)
    (copies,) = report.chains.copies
    assert names(report, copies.clips) == {"one.mp4", "one.mkv"}
    assert copies.chains == 2


def test_the_table_names_the_chain_of_what_shares_one(batch):
    text = batch[0].files["csv"].read_bytes().decode("utf-8-sig")
    rows = {row["label"]: row["chain"] for row in csv.DictReader(io.StringIO(text))}
    (group,) = batch[0].report.chains.groups
    assert rows == {"one.mp4": group.fingerprint, "two.mp4": group.fingerprint, "one.mkv": ""}


def test_a_file_that_was_joined_here_has_no_form_of_its_own(batch):
    report, case = batch[0].report, batch[1]
    with Session(Options(case=case)) as session:
        (item,) = (i for i in report.items if i.media.name == "one.mp4")
        path = session.case.media_path(item.media.sha256)
        joined = replace(item, media=replace(item.media, role="working copy", made_from=("0" * 64,)))
        out = session.case.scratch()
        seen = looking._examine(session, joined, path, out, {}, "copies")
        assert seen.tags == ()
        assert seen.extra == {}
        assert looking._examine(session, item, path, session.case.scratch(), {}, "copies").tags
        session.case.item = lambda name: joined  # as a post whose streams were joined is kept
        assert chains.chains_of(session, [item.media.sha256], []).unknown == (item.media.sha256,)
        source = MediaFile(sha256="0" * 64, size=1, role="evidentiary copy", path="", name="f137.mp4")
        joined = replace(joined, files=(source, joined.media))
        assert chains.chains_of(session, [item.media.sha256], []).unknown == ()


def test_a_story_tells_which_were_not_encoded_again(tmp_path, batch, folder):
    (tmp_path / "story.md").write_text("https://t.me/channel/1\n\nhttps://t.me/channel/2\n\nhttps://t.me/channel/3")
    given = [f"{n},{folder / name}" for n, name in enumerate(("one.mp4", "two.mp4", "one.mkv"), 1)]
    (tmp_path / "media.csv").write_text("\n".join(["post,file", *given]))
    options = Options(case=tmp_path / "case", formats=("html", "text", "markdown", "json"))
    result = result_of(story(str(tmp_path / "story.md"), options, media=tmp_path / "media.csv"))
    (group,) = result.report.chains.groups
    assert names(result.report, group.clips) == {"one.mp4", "two.mp4"}
    (copies,) = result.report.chains.copies
    assert names(result.report, copies.not_encoded_again[0]) == {"one.mp4", "one.mkv"}
    for name in ("html", "text", "markdown"):
        text = " ".join(result.files[name].read_text(encoding="utf-8").split())
        assert group.fingerprint in text
        assert "the same to the byte" in text
