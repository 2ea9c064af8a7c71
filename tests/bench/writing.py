"""How much of the writing in a picture is read: run by hand, not by pytest.

    python tests/bench/writing.py draw FOLDER SCRATCH       draws lines over clips of FOLDER, at a messenger's
                                                            size and rate
    python tests/bench/writing.py read SCRATCH choose|check examines one half, and says what was read

Clips of one repository (the name before `__`) are all of one half; each half has its own texts and fonts. Preparation
and thresholds of `verify/media/writing.py` were chosen on the half `choose`, the figures of docs/checks.md are of the
half `check`. Every second clip is also examined as it was: what is read there is counted as false unless it stands in
the picture, which a person has to look up.
"""

from __future__ import annotations

import difflib
import json
import os
import random
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from verify.examine import examine
from verify.settings import Settings

TEXTS = {
    "choose": (
        "@kyiv_watch24",
        "t.me/novosti_bryansk",
        "Взрыв на нефтебазе",
        "12.04.2022 05:43",
        "Helicopters hit fuel depot",
        "Белгород, 1 апреля 2022",
        "REUTERS / Example",
        "СРОЧНО: удар по складу",
        "Вибух у Харкові",
        "2023-10-17 18:59:21 CAM 03",
    ),
    "check": (
        "@southfront_eye",
        "vk.com/tipich_rostov",
        "Пожар на складе боеприпасов",
        "24/02/2022 04:57",
        "Smoke over the refinery",
        "Одесса, 3 апреля 2022",
        "AFP / Sample",
        "ВНИМАНИЕ: ракетная опасность",
        "Обстріл Миколаєва вночі",
        "2021-08-26 17:52:08 GATE 2",
    ),
}
FONTS = {
    "choose": ("dejavu/DejaVuSans-Bold.ttf", "liberation/LiberationSans-Regular.ttf", "dejavu/DejaVuSerif-Bold.ttf"),
    "check": (
        "liberation/LiberationSansNarrow-Bold.ttf",
        "dejavu/DejaVuSansCondensed.ttf",
        "liberation/LiberationSerif-Bold.ttf",
        "liberation/LiberationSans-Bold.ttf",
        "dejavu/DejaVuSansMono-Bold.ttf",
    ),
}
STYLES = ("dark plate", "light plate", "outlined", "bare white", "yellow with shadow", "half transparent")
SHARES = (12, 16, 20, 26)  # of the picture's height that is one line
SECONDS, SIDE = 5, 848  # WhatsApp's and Telegram's usual long side
NUMBER = 24  # of clips in each half


def draw(folder: Path, scratch: Path) -> None:
    """Draw lines over clips and examine them."""
    films = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".mp4", ".mov", ".mkv", ".webm", ".avi"})
    draws = random.Random(5)
    draws.shuffle(films)
    truth: dict[str, dict[str, Any]] = {}
    for half in TEXTS:
        mine = [p for p in films if (zlib.crc32(p.name.split("__")[0].encode()) % 2 == 0) == (half == "choose")]
        for number, film in enumerate(mine[:NUMBER]):
            name = f"{half}{number:02d}"
            text, font = draws.choice(TEXTS[half]), draws.choice(FONTS[half])
            style, share, low = draws.choice(STYLES), draws.choice(SHARES), draws.random() < 0.6
            kinds = {name: (text, style)} | ({f"{name}-clean": ("", "")} if number % 2 else {})
            for one, (words, how) in kinds.items():
                layer = scratch / "layer.png"
                made = _layer(film, layer, words, font, how, share, low)
                if not made or not _encode(film, layer, scratch / f"{one}.mp4", made):
                    break
                truth[one] = {"text": words, "style": how, "share": share, "font": font, "film": film.name}
                print(one, truth[one], flush=True)
    (scratch / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")


def _layer(film: Path, path: Path, text: str, font: str, style: str, share: int, low: bool) -> tuple[int, int] | None:
    asked = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_entries",
        "stream=width,height",
        "-of",
        "csv=p=0",
    ]
    told = subprocess.run([*asked, str(film)], capture_output=True, text=True, check=False).stdout.split(",")
    if len(told) < 2 or not told[0].strip().isdigit():
        return None
    wide, high = int(told[0]), int(told[1].split()[0])
    scale = min(1.0, SIDE / max(wide, high))
    wide, high = (max(2, round(v * scale / 2) * 2) for v in (wide, high))
    image = Image.new("RGBA", (wide, high), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    size = max(12, high // share)
    letters = ImageFont.truetype(f"/usr/share/fonts/truetype/{font}", size)
    if pen.textlength(text, font=letters) > wide * 0.9:
        size = max(10, int(size * wide * 0.9 / pen.textlength(text, font=letters)))
        letters = ImageFont.truetype(f"/usr/share/fonts/truetype/{font}", size)
    left, top = wide * 0.06, high * (0.84 if low else 0.06)
    right = left + pen.textlength(text, font=letters)
    if style.endswith("plate"):
        dark = style.startswith("dark")
        pen.rectangle((left - 5, top - 3, right + 5, top + size * 1.25), fill=(20, 20, 30, 255) if dark else (235,) * 4)
        pen.text((left, top), text, font=letters, fill=(245, 245, 245, 255) if dark else (15, 15, 15, 255))
    elif style == "outlined":
        pen.text((left, top), text, font=letters, fill=(255,) * 4, stroke_width=max(1, size // 14), stroke_fill="black")
    elif style == "yellow with shadow":
        pen.text((left + 2, top + 2), text, font=letters, fill=(0, 0, 0, 200))
        pen.text((left, top), text, font=letters, fill=(250, 220, 30, 255))
    elif style:
        pen.text((left, top), text, font=letters, fill=(255, 255, 255, 255 if style == "bare white" else 130))
    image.save(path)
    return wide, high


def _encode(film: Path, layer: Path, path: Path, size: tuple[int, int]) -> bool:
    graph = f"[0:v]scale={size[0]}:{size[1]},fps=25[a];[a][1:v]overlay=0:0,format=yuv420p"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-t", str(SECONDS), "-i", str(film)]
    command += [
        "-i",
        str(layer),
        "-filter_complex",
        graph,
        "-an",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "28",
    ]
    return subprocess.run([*command, "-threads", "1", str(path)], check=False).returncode == 0


def read(scratch: Path, half: str) -> None:
    """Print what is read of one half."""
    truth = json.loads((scratch / "truth.json").read_text(encoding="utf-8"))
    rows: list[tuple[str, str, str, bool, float]] = []
    false = clean = 0
    before = os.times()
    for name, one in truth.items():
        if not name.startswith(half):
            continue
        out = scratch / name
        out.mkdir(exist_ok=True)
        told = examine(scratch / f"{name}.mp4", out, Settings(read_text=True)).extra["writing"]
        lines = [str(line["text"]) for line in told.get("lines", [])]
        if not one["text"]:
            clean += 1
            false += len(lines)
            print(f"  as it was: {lines} {one['film']}")
            continue
        exact = any(_bare(one["text"]) in _bare(line) for line in lines)
        near = max((_like(one["text"], line) for line in lines), default=0.0)
        rows.append((one["text"], one["style"], f"1/{one['share']}", exact, near))
        sign = "yes" if exact else "no"
        print(f"  {sign:3} {near:.2f} {one['text']:30} {one['style']:18} 1/{one['share']} {lines[:3]}")
    after = os.times()
    spent = after.children_user + after.children_system + after.user - before.children_user - before.user
    whole, most = sum(r[3] for r in rows), sum(r[4] >= 0.8 for r in rows)
    print(f"{half}: {whole} of {len(rows)} lines without a mistake, {most} with four fifths of the letters;")
    print(f"{false} lines in {clean} clips as they were; CPU {spent / len(rows):.1f} s a clip")
    for at, what in ((1, "style"), (2, "height")):
        for kind in sorted({r[at] for r in rows}):
            mine = [r for r in rows if r[at] == kind]
            print(f"  {what} {kind}: {sum(r[3] for r in mine)} of {len(mine)}")
    for script in ("Cyrillic", "Latin"):
        mine = [r for r in rows if bool(re.search("[а-яіїє]", r[0], re.IGNORECASE)) == (script == "Cyrillic")]
        print(f"  {script}: {sum(r[3] for r in mine)} of {len(mine)}")


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _like(text: str, line: str) -> float:
    return difflib.SequenceMatcher(None, _bare(text), _bare(line)).ratio()


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        draw(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        read(Path(sys.argv[2]), sys.argv[3])
