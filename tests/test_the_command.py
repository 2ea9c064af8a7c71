"""The command as a user types it: help at once, one sentence for what is wrong, the right exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import cli
from pipelines.commandline import parser as parser_words
from pipelines.commandline import progress
from verify.records.cases import Event

ROOT = Path(__file__).resolve().parents[1]


def firstseen(*words, stdin="", env=None, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FIRSTSEEN_NO_BROWSER": "1", **(env or {})},
        check=False,
    )


def test_help_loads_nothing_heavy():
    code = (
        "import sys, cli; cli.build_parser().format_help();"
        "print([m for m in ('cv2', 'av', 'numpy', 'rich', 'yt_dlp', 'msgspec') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [[], ["check"], ["nonsense"], ["check", "x", "--when"]])
def test_wrong_words_are_wrong_usage(words):
    done = firstseen(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("point", ["-33.87,151.21", "-33.87, -70.5, 2km", "-.5,3"])
def test_a_point_south_of_the_equator_is_a_value(point):
    parser = cli.build_parser()
    assert parser.parse_args(["check", "clip.mp4", "--where", point]).where == point
    assert parser.parse_args(["check", "--where", point, "clip.mp4"]).where == point
    assert parser.parse_args(["check", "clip.mp4", f"--where={point}", "--json"]).json


def test_every_option_that_takes_a_place_takes_one_south_of_the_equator():
    taking = {
        option
        for command in commands_of(cli.build_parser())
        for action in command._actions
        if action.metavar == "PLACE"
        for option in action.option_strings
    }
    assert taking == set(parser_words.COORDINATES)


def commands_of(parser):
    return [made for action in parser._actions if isinstance(action.choices, dict) for made in action.choices.values()]


def test_an_option_without_its_value_is_still_wrong_usage():
    with pytest.raises(SystemExit):
        cli.build_parser().parse_args(["check", "clip.mp4", "--where", "--json"])


def test_every_command_has_help():
    for command in (
        "check",
        "dedup",
        "story",
        "decide",
        "audit",
        "bundle",
        "key",
        "export",
        "import",
        "demo",
        "doctor",
    ):
        done = firstseen(command, "--help")
        assert done.returncode == 0, command
        assert "exit codes:" in done.stdout


def bad_targets(folder: Path):
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("This is a text, and no video at all.\n" * 40)
    (folder / "nothing").mkdir()
    return {
        "missing.mp4": "missing.mp4",
        "empty": "empty.mp4",
        "text": "text.mp4",
        "folder without videos": "nothing",
    }


def test_bad_input_is_one_sentence_and_leaves_nothing_half_written(tmp_path):
    for name, target in bad_targets(tmp_path).items():
        done = firstseen("check", target, "--case", str(tmp_path / "case"), cwd=tmp_path)
        assert done.returncode == 4, (name, done.stderr)
        assert "Traceback" not in done.stderr, name
        assert len(done.stderr.strip().splitlines()) == 1, (name, done.stderr)
        leftovers = [p for p in (tmp_path / "case" / "tmp").iterdir() if p.is_dir()]
        assert leftovers == [], name


def test_a_bad_claim_is_wrong_usage_and_touches_no_case(tmp_path):
    done = firstseen("check", "x.mp4", "--when", "yesterday-ish", "--case", str(tmp_path / "case"), cwd=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("bundle", "out.zip"),
        ("backup", "copy"),
        ("export", "out", "--fingerprints"),
        ("stamp", "--check"),
        ("decide", "x", "--category", "OriginalMediaContent"),
    ],
)
def test_what_sends_a_case_out_makes_none_of_a_mistyped_name(tmp_path, words, capsys, monkeypatch):
    """It wrote a bundle of 0 items, and a new case beside it."""
    monkeypatch.chdir(tmp_path)
    assert cli.main([*words, "--case", "no such case"]) == 4
    assert "There is no case in no such case." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_json_says_the_error_too(tmp_path):
    done = firstseen("check", "missing.mp4", "--json", "--case", str(tmp_path / "case"), cwd=tmp_path)
    assert done.returncode == 4
    assert json.loads(done.stdout)["failed"][0]["kind"] == "not-found"


def test_a_batch_with_one_broken_file_goes_on(tmp_path, clip):
    bad_targets(tmp_path)
    done = firstseen("check", "text.mp4", str(clip), "--json", "--case", str(tmp_path / "case"), cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert len(told["reports"]) == 1
    assert len(told["failed"]) == 1
    for path in told["files"][0].values():
        assert Path(path).is_file()


def test_the_same_clip_twice_is_a_second_look_and_one_copy(tmp_path, clip):
    for _ in range(2):
        done = firstseen("check", str(clip), "--case", str(tmp_path / "case"))
        assert done.returncode == 0, done.stderr
    originals = [p for p in (tmp_path / "case" / "originals").rglob("*") if p.is_file()]
    assert len(originals) == 1
    assert len(list((tmp_path / "case" / "items").iterdir())) == 2


def test_stopping_leaves_a_usable_case(tmp_path, clip):
    case = tmp_path / "case"
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "dedup", str(clip), "--case", str(case)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 60
    while not (case / "custody.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(2)
    _, words = process.communicate(timeout=60)
    assert process.returncode in {130, 0}
    assert "Traceback" not in words
    again = firstseen("dedup", str(clip), "--case", str(case), "--json")
    assert again.returncode == 0, again.stderr
    assert len(json.loads(again.stdout)["report"]["items"]) == 1


def test_nothing_below_imports_the_command():
    below = [p for room in ("verify", "pipelines", "samples") for p in (ROOT / room).rglob("*.py")]
    assert len(below) > 100
    for path in below:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if line.strip().startswith(("import cli", "from cli"))], path


def test_a_fault_of_our_own_is_a_sentence_and_a_file(monkeypatch, capsys, tmp_path):
    import cli

    def broken(*_):
        raise RuntimeError("not foreseen\x1b[31m")

    monkeypatch.setattr("pipelines.doctor.examine_installation", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cli.main(["doctor"]) == 4
    said = capsys.readouterr().err
    assert "Traceback" not in said and "\x1b" not in said and "fault of its own" in said
    assert "not foreseen" in next(tmp_path.glob("firstseen-fault-*.txt")).read_text()


@pytest.mark.parametrize(
    ("pace", "unit", "words"),
    [
        (None, "clips", ""),
        (0.25, "clips", ", 4 s each"),
        (3.21, "clips", ", 3.2 a second"),
        (2.5e6, "bytes", ", 2.5 MB/s"),
    ],
)
def test_a_pace_is_said_as_people_say_it(pace, unit, words):
    assert progress.pace(pace, unit) == words


def test_without_a_terminal_long_work_still_says_how_far_it_is(monkeypatch, capsys):
    moments = iter(range(0, 1000, 20))
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: float(next(moments))))

    def job():
        for number in range(10):
            yield Event(kind="progress", step="compare", target="x", current=number, total=10, unit="clips")
        return "done"

    assert progress.follow_plainly(job(), cli._say) == "done"
    said = capsys.readouterr().err.splitlines()
    assert 3 <= len(said) <= 6
    assert said[-1].startswith("compare: ")
    assert "of 10 clips" in said[-1]
    assert "min left" in said[-1]
