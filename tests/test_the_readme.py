"""What the README promises is what the command takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import cli

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [c for block in BLOCKS for c in block.replace("\\\n", " ").splitlines() if c.startswith("firstseen ")]
COMMANDS += re.findall(r"`(firstseen [a-z]+ [^`]+)`", README)


def test_there_are_commands_to_check():
    assert len(COMMANDS) > 4


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_is_understood(command):
    options = cli.build_parser().parse_args(shlex.split(command)[1:])
    assert callable(options.run)


def test_exactly_two_set_up_lines():
    assert len([line for line in README.splitlines() if line.startswith("python3 -m venv ")]) == 2


def test_every_file_linked_is_there():
    root = Path(__file__).resolve().parents[1]
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (root / target).exists(), target
