"""A story is accounted for whatever became of its posts; the exit code says that some could not be checked."""

from __future__ import annotations

import json
from pathlib import Path

from cli import main
from verify.errors import EXIT_SOME_FAILED


def test_its_page_is_written_and_the_exit_code_tells(tmp_path, capsys):
    page = tmp_path / "story.html"
    page.write_text('<h1>Strike</h1><p><video src="http://127.0.0.1:9/clip.mp4"></video></p>', encoding="utf-8")
    case = tmp_path / "case"
    assert main(["story", str(page), "--case", str(case), "--json", "--allow-host", "127.0.0.1:9"]) == EXIT_SOME_FAILED
    told = json.loads(capsys.readouterr().out)
    assert "127.0.0.1:9/clip.mp4" in Path(told["files"]["html"]).read_text(encoding="utf-8")
