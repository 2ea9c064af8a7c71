"""`--post` says where one file came from: several files tied to one post would be several lies at once."""

from __future__ import annotations

import json
import shutil

import pytest

from cli import main


@pytest.mark.parametrize("as_folder", [False, True])
def test_several_files_and_one_post_are_refused_before_any_work(as_folder, tmp_path, clip, capsys):
    for name in ("one.mp4", "two.mp4"):
        shutil.copy(clip, tmp_path / name)
    given = [tmp_path] if as_folder else [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    case = tmp_path / "case"
    words = ["check", *map(str, given), "--post", "https://example.org/post/1", "--case", str(case)]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "--post ties one file to its post, and 2 were given. Check each file by itself" in said
    assert "Traceback" not in said and not case.exists()


def test_one_file_given_twice_or_in_a_folder_of_its_own_is_one_file(tmp_path, clip, capsys):
    folder = tmp_path / "alone"
    folder.mkdir()
    shutil.copy(clip, folder)
    words = ["--post", "https://example.org/post/1", "--no-page", "--json", "--case", str(tmp_path / "case")]
    assert main(["check", str(folder), *words]) == 0
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert report["case"]["item"]["post"]["url"] == "https://example.org/post/1"


def test_a_post_of_its_own_is_refused_another(tmp_path, capsys):
    words = ["https://127.0.0.1:1/post/2", "--post", "https://example.org/post/1", "--case", str(tmp_path / "case")]
    assert main(["check", *words]) == 2
    said = capsys.readouterr().err
    assert "https://127.0.0.1:1/post/2 is fetched from its own. Leave --post out" in said
    assert not (tmp_path / "case").exists()
