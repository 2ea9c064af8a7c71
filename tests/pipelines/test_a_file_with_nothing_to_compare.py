"""A file that can be opened and gives nothing to compare (a moment of sound) is named; it stopped the whole run."""

from __future__ import annotations

import json
from fractions import Fraction

import av
import numpy as np
import pytest

from cli import main


@pytest.fixture
def moment_of_sound(tmp_path):
    path = tmp_path / "moment.mp4"
    with av.open(str(path), "w") as out:
        sound = out.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 44100, 0, Fraction(1, 44100)
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    return path


def test_a_batch_names_it_and_compares_the_others(moment_of_sound, clip, tmp_path, capsys):
    words = ["dedup", str(clip), str(moment_of_sound), "--case", str(tmp_path / "case"), "--json"]
    for _ in range(2):  # the same command again finds the same
        assert main(words) == 3
        report = json.loads(capsys.readouterr().out)["report"]
        assert [f["target"] for f in report["failed"]] == [str(moment_of_sound)]
        assert "too little sound to compare" in report["failed"][0]["reason"]
        assert len(report["singles"]) == len(report["items"]) == 1


def test_its_own_report_does_not_say_that_no_copy_was_found(moment_of_sound, clip, tmp_path, capsys):
    case = ["--case", str(tmp_path / "case")]
    assert main(["check", str(clip), *case]) == 0
    capsys.readouterr()
    assert main(["check", str(moment_of_sound), *case, "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert report["case"]["searched"] is None
    assert not any("No earlier copy was found" in s for s in report["summary"])
