#!/usr/bin/env python3
"""Cards of one newsroom and clips under one effect: are they told from copies, and are copies of them found?

    python tests/bench/look_alikes.py VIDEOS SCRATCH [--seed N]

Draws with OpenCV, and encodes with ffmpeg four ways each: *cards* (one header, roundel and name; other words, with a
box behind them or without; over a plain ground or one of two photographs) and *effects* (falling snow, wandering light,
a ticker, a player's bar and seconds, the same everywhere, over pictures and videos of VIDEOS). `firstseen dedup` is run
over each, as installed. Printed is how many pairs of each kind were matched: of cards with other words over a plain
ground, or over another photograph, none should be; nor of other footage under one effect. One photograph under other
words is one picture.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np

WIDE, HIGH, RATE, SECONDS = 640, 360, 25, 9
WORDS = {
    "a": ("Missile hits market", "in eastern city;", "12 people wounded"),
    "b": ("Talks on grain deal", "resume in Istanbul,", "ministers say today"),
}
CODED = {
    "fine": ["-c:v", "libx264", "-crf", "26"],
    "poor": ["-vf", "scale=-2:240", "-r", "15", "-c:v", "libx264", "-crf", "38", "-g", "30"],
    "old": ["-c:v", "mpeg4", "-q:v", "24"],
    "web": ["-c:v", "libvpx", "-b:v", "120k", "-g", "60", "-f", "webm"],
}
FONT = cv2.FONT_HERSHEY_DUPLEX
Pictures = list[np.ndarray]


def written(folder: Path, name: str, pictures: Iterable[np.ndarray]) -> None:
    """Encode the pictures every way of CODED."""
    shown = [np.ascontiguousarray(p).tobytes() for p in pictures]
    for how, words in CODED.items():
        pipe = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{WIDE}x{HIGH}", "-r", str(RATE), "-i", "-"]
        out = folder / f"{name}.{how}.{'webm' if how == 'web' else 'mp4'}"
        command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *pipe, *words, "-pix_fmt", "yuv420p", str(out)]
        subprocess.run(command, input=b"".join(shown), check=True)


def card(ground: np.ndarray, words: tuple[str, ...], boxed: bool) -> np.ndarray:
    """A still with the newsroom's header, roundel and name, and three lines of words."""
    picture = ground.copy()
    picture[:40] = (0, 0, 180)
    cv2.putText(picture, "WORLD NEWS 24  BREAKING", (15, 28), FONT, 0.8, (255, 255, 255), 1, cv2.LINE_AA)
    cv2.circle(picture, (600, 75), 25, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(picture, (600, 75), 25, (0, 0, 0), 4, cv2.LINE_AA)
    cv2.rectangle(picture, (550, 300), (625, 345), (0, 220, 255), -1)
    cv2.putText(picture, "WN24", (555, 330), FONT, 0.8, (0, 0, 0), 1, cv2.LINE_AA)
    if boxed:
        cv2.rectangle(picture, (40, 190), (540, 340), (40, 20, 20), -1)
    for line, text in enumerate(words):
        cv2.putText(picture, text, (55, 222 + 40 * line), FONT, 1.1, (255, 255, 255), 2, cv2.LINE_AA)
    return picture


def snow(seed: int) -> Callable[[float, np.ndarray], np.ndarray]:
    """Return what lets snow fall over a picture at a second, the same whatever it falls over."""
    flakes = np.random.default_rng(seed).uniform(0, 1, (120, 4))

    def fall(second: float, picture: np.ndarray) -> np.ndarray:
        picture = picture.copy()
        for x, y, fast, large in flakes:
            across = (x + 0.03 * np.sin(second * 2 + large * 6)) % 1 * WIDE
            down = (y + second * (0.08 + 0.15 * fast)) % 1 * (HIGH + 20) - 10
            cv2.circle(picture, (int(across), int(down)), int(3 + 6 * large), (255, 255, 255), -1, cv2.LINE_AA)
        return picture

    return fall


def light(second: float, picture: np.ndarray) -> np.ndarray:
    """Lay three patches of light that wander over a picture, as they stand at a second."""
    y, x = np.mgrid[:HIGH, :WIDE]
    shine = np.zeros((HIGH, WIDE), np.float32)
    for which in range(3):
        across = WIDE * (0.5 + 0.5 * np.sin(second * (0.7 + 0.3 * which) + 2 * which))
        down = HIGH * (0.5 + 0.5 * np.cos(second * (0.5 + 0.4 * which) + which))
        shine += 120 * np.exp(-((x - across) ** 2 + (y - down) ** 2) / (2 * 90**2))
    return np.clip(picture + shine[..., None] * np.array([0.3, 0.6, 1.0]), 0, 255).astype(np.uint8)


def ticker(second: float, picture: np.ndarray) -> np.ndarray:
    """Run one line of news through a strip at the foot of a picture."""
    picture = picture.copy()
    picture[-60:] = (120, 0, 0)
    line = " * ".join(" ".join(words) for words in WORDS.values())
    at = (int(WIDE - second * 125), HIGH - 20)
    cv2.putText(picture, " * ".join([line] * 4), at, FONT, 1.1, (255, 255, 255), 2, cv2.LINE_AA)
    return picture


def player(second: float, picture: np.ndarray) -> np.ndarray:
    """Lay a player's bar and the seconds it has played over a picture."""
    picture = picture.copy()
    cv2.rectangle(picture, (20, HIGH - 25), (WIDE - 20, HIGH - 15), (90, 90, 90), -1)
    played = int((WIDE - 40) * second / SECONDS)
    cv2.rectangle(picture, (20, HIGH - 25), (20 + played, HIGH - 15), (0, 0, 255), -1)
    cv2.rectangle(picture, (440, 20), (620, 90), (0, 0, 0), -1)
    cv2.putText(picture, f"{second:05.2f}", (450, 70), FONT, 1.5, (255, 255, 255), 3, cv2.LINE_AA)
    return picture


def frames(path: Path, first: int, count: int) -> Pictures:
    """Return `count` pictures of a video from number `first` on, or as many as there are."""
    video = cv2.VideoCapture(str(path))
    video.set(cv2.CAP_PROP_POS_FRAMES, first)
    found = []
    while len(found) < count:
        good, picture = video.read()
        if not good:
            break
        found.append(cv2.resize(picture, (WIDE, HIGH)))
    return found


def lively(videos: list[Path], wanted: int) -> list[Pictures]:
    """Return as many stretches of SECONDS, from videos that show something (a spread of 25 grey levels)."""
    found = []
    for path in videos:
        shown = frames(path, 10, RATE * SECONDS)
        if len(shown) == RATE * SECONDS and shown[0].std() > 25:
            found.append(shown)
        if len(found) == wanted:
            break
    return found


def cards(folder: Path, photographs: Pictures) -> None:
    """Draw every card: ground, box, words."""
    plain = np.zeros((HIGH, WIDE, 3), np.uint8)
    plain[:] = (60, 20, 20)
    plain[..., 2] = np.linspace(20, 160, WIDE).astype(np.uint8)
    grounds = {"plain": plain, "one": photographs[0], "two": photographs[1]}
    for (ground, picture), boxed, (words, lines) in itertools.product(grounds.items(), (0, 1), WORDS.items()):
        still = card(picture, lines, bool(boxed))
        written(folder, f"{ground}-{boxed}-{words}", [still] * (RATE * SECONDS))


def effects(folder: Path, footage: list[Pictures], seed: int) -> None:
    """Lay every effect over the footage, and over its first picture."""
    for name, over in (("snow", snow(seed)), ("light", light), ("ticker", ticker), ("player", player)):
        for number, shown in enumerate(footage):
            for kind, pictures in (("still", [shown[0]] * len(shown)), ("video", shown)):
                laid = [over(n / RATE, picture) for n, picture in enumerate(pictures)]
                written(folder, f"{name}-{number}{kind}-", laid)


def of_cards(one: list[str], other: list[str]) -> str:
    """Name the kind of pair that two cards are."""
    if one[0] != other[0]:
        return "another ground"
    return (
        "the same words" if one[2][0] == other[2][0] else "other words"
    ) + f", {'plain' if one[0] == 'plain' else 'photo'}"


def of_effects(one: list[str], other: list[str]) -> str:
    """Name the kind of pair that two clips under effects are."""
    same = one[1][0] == other[1][0]
    return f"{'the same' if same else 'other'} footage, {'one effect' if one[0] == other[0] else 'two effects'}"


def counted(folder: Path, case: Path, kind: Callable[[list[str], list[str]], str]) -> None:
    """Search a folder with the command as installed, and print how many pairs of each kind were matched."""
    pairs = case.with_suffix(".jsonl")
    firstseen = str(Path(sys.executable).with_name("firstseen"))
    subprocess.run([firstseen, "dedup", str(folder), "--case", str(case), "--pairs", str(pairs)], check=True)
    names = sorted(path.name for path in folder.iterdir())
    every = Counter(kind(a.split("-"), b.split("-")) for a, b in itertools.combinations(names, 2))
    lines = [json.loads(line) for line in pairs.read_text().splitlines()]
    found = Counter(kind(*(Path(line[key]).name.split("-") for key in "ab")) for line in lines)
    for what in sorted(every):
        print(f"{folder.name}: {what}: {found[what]} of {every[what]} pairs matched")


def main() -> None:
    """Draw both families, and count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    videos = sorted(p for p in words.videos.iterdir() if p.suffix in {".mp4", ".mov", ".webm"})
    random.Random(words.seed).shuffle(videos)
    footage = lively(videos, 6)
    for name, draw, kind in (
        ("cards", lambda folder: cards(folder, [footage[4][0], footage[5][0]]), of_cards),
        ("effects", lambda folder: effects(folder, footage[:4], words.seed), of_effects),
    ):
        folder = words.scratch / name
        folder.mkdir(parents=True, exist_ok=True)
        draw(folder)
        counted(folder, words.scratch / f"{name}-case", kind)


if __name__ == "__main__":
    main()
