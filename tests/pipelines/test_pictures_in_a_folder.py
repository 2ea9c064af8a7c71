"""A folder is searched for videos: the stills in it are named as left out, with how they are checked."""

from __future__ import annotations

import shutil

from cli import main


def test_beside_a_video_are_said_to_be_left_out(tmp_path, clip, capsys):
    folder = tmp_path / "phone"
    folder.mkdir()
    shutil.copy(clip, folder / "one.mp4")
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"\xff\xd8\xff\xe0")
    assert main(["check", str(folder), "--case", str(tmp_path / "case")]) == 0
    said = capsys.readouterr()
    assert "2 still pictures or GIFs were left out" in said.err
    assert f"firstseen check {folder / 'a.jpg'}" in said.err
    assert "one.mp4" in said.out
