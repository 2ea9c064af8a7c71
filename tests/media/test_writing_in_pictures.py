"""Writing drawn over real pictures is read in both scripts, with its box; without the program, nothing is."""

import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from verify.examine import examine
from verify.media import writing
from verify.records.media import Keyframe
from verify.settings import Settings

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
LINES = {"eng": "Helicopters hit fuel depot", "rus": "Взрыв на нефтебазе"}


@pytest.fixture(autouse=True)
def fresh():
    writing.program.cache_clear()
    yield
    writing.program.cache_clear()


def written(picture, text):
    """Return a picture (grey) with a line on a dark plate at four fifths of its height."""
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), image.height // 14)
    top = round(image.height * 0.8)
    left, width = image.width // 8, draw.textlength(text, font=font)
    draw.rectangle((left - 4, top - 3, left + width + 4, top + font.size + 5), fill=20)
    draw.text((left, top), text, font=font, fill=245)
    return np.asarray(image)


@pytest.fixture
def real(shared):
    """Return a real picture, 640 wide; over most others lines are missed (docs/checks.md)."""
    with av.open(str(shared / "videos" / "zulko__clip1024.flv")) as film:
        picture = next(film.decode(video=0)).to_ndarray(format="gray")
    return cv2.resize(picture, (640, 640 * picture.shape[0] // picture.shape[1]))


def able(language):
    path, languages, reason = writing.program()
    if not path or language not in languages:
        pytest.skip(reason or f"tesseract has no {language}")
    if not FONT.is_file():
        pytest.skip("no font with Cyrillic letters")


@pytest.mark.parametrize("language", LINES)
def test_a_line_over_a_real_picture_is_read_where_it_stands(language, real, tmp_path):
    able(language)
    cv2.imwrite(str(tmp_path / "1.jpg"), written(real, LINES[language]))
    keyframe = Keyframe(time=3.0, shot=0, path="1.jpg", width=640, height=real.shape[0], sharpness=1.0)
    read = writing.read(tmp_path, (keyframe, keyframe))
    words = LINES[language].split()
    line = max(read["lines"], key=lambda one: sum(word in one["text"] for word in words))
    assert sum(word in line["text"] for word in words) * 2 >= len(words)  # seldom all
    assert line["time"] == 3.0 and 0.72 < line["box"][1] < 0.85 and line["box"][3] < 0.95


def test_it_is_read_only_when_asked_for(real, tmp_path):
    able("eng")
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), written(real, LINES["eng"]))
    (tmp_path / "a").mkdir()
    assert "writing" not in examine(path, tmp_path / "a", Settings()).extra
    (tmp_path / "b").mkdir()
    read = examine(path, tmp_path / "b", Settings(read_text=True)).extra["writing"]
    assert any("hit fuel" in line["text"] for line in read["lines"])


def test_without_the_program_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    read = writing.read(tmp_path, ())
    assert read == {"told": False, "reason": "tesseract is not installed"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize(("answer", "told"), [("exit 3", False), ("head -c 100000 /dev/zero", True), ("echo 5", True)])
def test_a_program_that_breaks_down_or_talks_nonsense_reads_nothing(answer, told, real, tmp_path, monkeypatch):
    program = tmp_path / "tesseract"
    program.write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\ncase "$*" in *list*) echo eng ;; *) {answer} ;; esac\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    cv2.imwrite(str(tmp_path / "1.jpg"), real)
    keyframe = Keyframe(time=0.0, shot=0, path="1.jpg", width=640, height=real.shape[0], sharpness=1.0)
    read = writing.read(tmp_path, (keyframe,))
    assert read["told"] is told and not read.get("lines")
