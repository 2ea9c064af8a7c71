"""A film that cannot be decoded has a report of what it says of itself, and is a failed item all the same."""

from __future__ import annotations

import json

from cli import main


def without_samples(clip, to):
    """Write `clip` with a box of media that holds nothing but zeros: what its index says of it stays."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"mdat")
    size = int.from_bytes(data[at - 4 : at], "big")
    data[at + 4 : at - 4 + size] = bytes(size - 8)
    to.write_bytes(data)
    return to


def test_has_a_report_of_its_metadata_and_is_a_failed_item(clip, tmp_path, capsys):
    empty = without_samples(clip, tmp_path / "empty.mp4")
    words = ["check", str(empty), "--case", str(tmp_path / "case"), "--json"]
    for _ in range(2):  # the same command again finds the same
        assert main(words) == 3
        found = json.loads(capsys.readouterr().out)
        assert [f["kind"] for f in found["failed"]] == ["unreadable-media"]
        (report,) = found["reports"]
        assert any(t["name"] == "major brand" for t in report["case"]["examination"]["tags"])
        told = [line for line in report["not_established"] if "pictures and sound" in line]
        assert told and "could not be decoded" in told[0]
        of_pictures = [f for f in report["findings"] if "could be decoded" in f["sentence"]]
        assert {"light", "sound", "flash and bang", "edits"} <= {f["check"] for f in of_pictures}
        assert {f["bearing"] for f in of_pictures} == {"not tested"}
        assert report["case"]["searched"] is None and not any(
            "No earlier copy was found" in s for s in report["summary"]
        )


def test_one_without_any_metadata_has_none(tmp_path, capsys):
    (tmp_path / "torn.mp4").write_bytes(b"\0\0\0\x08free" * 4)
    assert main(["check", str(tmp_path / "torn.mp4"), "--case", str(tmp_path / "case"), "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["reports"] == []


def test_a_batch_leaves_it_out_of_the_comparison(clip, tmp_path, capsys):
    empty = without_samples(clip, tmp_path / "empty.mp4")
    case = ["--case", str(tmp_path / "case"), "--json"]
    assert main(["check", str(empty), *case]) == 3
    capsys.readouterr()
    assert main(["dedup", str(clip), str(empty), *case]) == 3
    report = json.loads(capsys.readouterr().out)["report"]
    assert [f["kind"] for f in report["failed"]] == ["unreadable-media"] and len(report["items"]) == 1
