"""Clips joined without encoding them again, made with the real muxer, and pieces as services make them."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import imageio_ffmpeg
import pytest

from verify.checks.joined import JoinedPieces
from verify.readers.boxes import Boxes
from verify.records.media import Tag

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def piece(path, seconds, crf):
    source = f"testsrc2=size=160x120:rate=25:duration={seconds}"
    settings = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", str(crf), "-bf", "0", "-threads", "1"]
    subprocess.run([FFMPEG, "-v", "error", "-f", "lavfi", "-i", source, *settings, str(path)], check=True)
    return path


def joined(folder, *pieces):
    parts = [piece(folder / f"{n}.mp4", seconds, crf) for n, (seconds, crf) in enumerate(pieces)]
    (folder / "list.txt").write_text("".join(f"file '{p}'\n" for p in parts))
    out = folder / "joined.mp4"
    command = [FFMPEG, "-v", "error", "-f", "concat", "-safe", "0", "-i", str(folder / "list.txt"), "-c", "copy"]
    subprocess.run([*command, str(out)], check=True)
    return Boxes().read(out, "mp4").tags


def restarts(tags):
    return [float(t.value) for t in tags if t.name == "encoder restart"]


def ask(made, tags, **claim):
    (found,) = JoinedPieces().run(made.case(claim=replace(made.CLAIM, **claim), tags=tuple(tags)))
    return found


def test_two_clips_with_other_settings_are_found_at_their_second(made, tmp_path):
    tags = joined(tmp_path, (3, 20), (2, 33))
    assert restarts(tags) == pytest.approx([3.0], abs=0.05)
    found = ask(made, tags, original=True)
    assert (found.bearing, found.part, found.weight) == ("questions", "original", "moderate")
    assert "at 0:03.0, with other settings" in found.sentence and "byte" in found.evidence[0].place
    assert ask(made, tags, original=None).bearing == "neutral"


def test_uneven_pieces_with_the_same_settings_are_only_told(made, tmp_path):
    tags = joined(tmp_path, (1, 23), (4, 23), (2, 23))
    assert restarts(tags) == pytest.approx([1.0, 5.0], abs=0.05)
    found = ask(made, tags, original=True)
    assert found.bearing == "neutral" and "by a person or by a service" in found.sentence


def test_even_pieces_are_a_services_way(made, tmp_path):
    tags = joined(tmp_path, (2, 23), (2, 23), (2, 23), (1, 23))
    assert restarts(tags) == pytest.approx([2.0, 4.0, 6.0], abs=0.05)
    found = ask(made, tags, original=True)
    assert found.bearing == "neutral" and "4 pieces of about 2 s" in found.sentence


def test_one_encoding_and_no_name_at_all(made, tmp_path):
    tags = Boxes().read(piece(tmp_path / "one.mp4", 6, 23), "mp4").tags
    assert not restarts(tags) and "stand once" in ask(made, tags).sentence
    assert ask(made, ()).bearing == "not tested"


def test_a_value_that_is_no_second_is_passed_over(made):
    odd = Tag(name="encoder restart", value="soon", reader="boxes", place="x")
    assert ask(made, (odd,)).bearing == "not tested"


def test_real_files_of_a_service_are_called_so(made, shared):
    tags = Boxes().read(shared / "videos" / "farmadupe__dog.1.mp4", "mp4").tags
    assert len(restarts(tags)) == 8
    found = ask(made, tags, original=True)
    assert found.bearing == "neutral" and "9 pieces of about 5 s" in found.sentence


def test_no_other_real_clip_was_joined(made, shared):
    said = {}
    for path in sorted((shared / "videos").glob("*.mp4")):
        tags = Boxes().read(path, "mp4").tags
        if restarts(tags):
            said[path.name] = ask(made, tags, original=True).bearing
    assert said == {"farmadupe__dog.1.mp4": "neutral"}
