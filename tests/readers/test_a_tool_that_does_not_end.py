"""exiftool that spins on a file costs a second of processor time, and is named; one that answers is heard."""

import os
import sys

import pytest

from verify.readers import exiftool

_ANSWER = """#!/bin/sh
case "$*" in
*-ver*) echo 12.57 ;;
*spinning*) while :; do :; done ;;
*) echo '[{"IFD0:Make": "Example"}]' ;;
esac
"""


@pytest.fixture
def reader(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "exiftool"
    program.parent.mkdir()
    program.write_text(_ANSWER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    exiftool.program.cache_clear()
    yield exiftool.ExifTool()
    exiftool.program.cache_clear()


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of POSIX")
def test_a_file_on_which_it_spins_is_left(reader, tmp_path):
    used = os.times().children_user
    read = reader.read(tmp_path / "spinning.tif", "tiff")
    assert read.tags == () and "1 s of processor time" in read.problems[0].reason
    assert os.times().children_user - used < 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_an_answer_is_read(reader, tmp_path):
    read = reader.read(tmp_path / "picture.tif", "tiff")
    assert [(t.name, t.value) for t in read.tags] == [("make", "Example")]
