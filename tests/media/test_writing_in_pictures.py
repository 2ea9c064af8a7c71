"""Writing drawn over real pictures is read in both scripts, with its box; without the program, nothing is."""

import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from verify.examine import examine
from verify.media import tesseract, writing
from verify.media.pages import Page, Pages
from verify.records.media import Keyframe
from verify.settings import Settings

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
LINES = {"eng": "Helicopters hit fuel depot", "rus": "Взрыв на нефтебазе"}


@pytest.fixture(autouse=True)
def fresh():
    tesseract.program.cache_clear()
    yield
    tesseract.program.cache_clear()


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
    path, languages, reason = tesseract.program()
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


def test_what_moves_behind_a_line_does_not_hide_it(tmp_path):
    able("eng")
    draws = np.random.default_rng(4)
    shown = []
    for number in range(6):
        noise = cv2.GaussianBlur(draws.integers(0, 255, (360, 640)).astype(np.uint8), (0, 0), 2.5)
        image = Image.fromarray(cv2.normalize(noise, noise.copy(), 0, 200, cv2.NORM_MINMAX))
        ImageDraw.Draw(image).text((60, 300), "@smoke_watch 24", font=ImageFont.truetype(str(FONT), 26), fill=255)
        shown.append(Page(time=float(number), gray=np.asarray(image)))
    cv2.imwrite(str(tmp_path / "1.jpg"), shown[0].gray)
    keyframe = Keyframe(time=1.0, shot=0, path="1.jpg", width=640, height=360, sharpness=1.0)
    (line,) = [one for one in writing.read(tmp_path, (keyframe,), tuple(shown))["lines"] if "smoke" in one["text"]]
    assert line["image"] == "1.jpg" and line["shown"] == 1.0 and line["time"] == 3.0
    assert 0.05 < line["box"][0] < 0.15 and 0.8 < line["box"][1] < 0.88


def test_pages_are_spread_evenly_however_long_the_clip():
    kept = Pages()
    for number in range(1000):
        kept.add(number / 2, lambda: np.zeros((2, 2), np.uint8))
    times = [page.time for page in kept.end()]
    assert 8 <= len(times) <= 16 and len(set(np.diff(times))) == 1 and times[0] == 0.0 and times[-1] > 400


def word(text, left, top=100, sure=90.0, wide=60):
    return tesseract.Word(text=text, sure=sure, left=left, top=top, right=left + wide, bottom=top + 20)


def test_pieces_of_a_row_are_joined_and_what_overlaps_is_kept_once():
    rows = [
        tesseract.Row(words=(word("1", 140, wide=10), word("April", 160))),
        tesseract.Row(words=(word("Berlin,", 70),)),
        tesseract.Row(words=(word("Ber1in", 72, sure=60.0),)),
        tesseract.Row(words=(word("elsewhere", 70, top=200),)),
        tesseract.Row(words=(word("far", 500),)),
    ]
    assert sorted(r.text for r in tesseract.joined(rows)) == ["Berlin, 1 April", "elsewhere", "far"]


def test_the_less_sure_reading_and_a_piece_are_left_out():
    def line(text, confidence, box):
        return {"text": text, "confidence": confidence, "box": box, "time": 1.0}

    box, elsewhere = [0.1, 0.8, 0.5, 0.9], [0.1, 0.1, 0.5, 0.2]
    lines = [line("Пожар на складе", 96.0, box), line("Noxkap Ha cknage", 76.0, box), line("LIVE", 75.0, elsewhere)]
    lines.append(line("на складе", 95.0, box))
    assert [one["text"] for one in writing._merged(lines)] == ["Пожар на складе", "LIVE"]


def test_edges_read_beside_a_row_are_left_out():
    row = tesseract.Row(words=(word("~", 0), word("NEWS", 20), word("24", 90), word("|", 200), word("A", 210)))
    assert row.trimmed().text == "NEWS 24"


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
