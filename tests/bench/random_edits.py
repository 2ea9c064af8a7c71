#!/usr/bin/env python3
"""Edited copies whose edits are drawn, kinds and numbers: what is found when nobody chose what people do to clips?

    python tests/bench/random_edits.py SOURCES OUT --tools ../shared/bench --others ../shared/videos --each 20 --seed 1

Writes OUT/copies and OUT/truth.jsonl in the form of make_copies.py, which does the encoding: N copies of each of
SOURCES, each with one to four kinds of edit at once, at most one that embeds and one of frame, overlay, geometry,
colour and light. Score what `firstseen dedup SOURCES OUT/copies OTHERS --pairs PAIRS` finds with score.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

WORDS = (
    "Missile strike moments ago",
    "@frontline_tv",
    "VIDEO FROM THE SCENE",
    "#breaking",
    "Удар по складу",
    "who filmed this?",
    "LIVE 05\\:12",
)
COLOURS = ("white", "black", "red@0.9", "blue@0.9", "yellow", "0x203040")
EMBEDDED = ("around", "pip", "beside")
FAMILY = {"mirror": "geometry", "speed": "time", "reversed": "time", "trim": "time", "rate": "light"}
FILL = "scale={0}:{1}:force_original_aspect_ratio=increase,crop={0}:{1}"
HOLD = "fps=25,setsar=1,tpad=stop=-1:stop_mode=clone"


class Edits:
    """Draws edits with a seed; `tools` is the module make_copies."""

    def __init__(self, tools: Any, seed: int) -> None:
        self.tools, self.rng = tools, random.Random(seed)
        self.filters: dict[str, tuple[str, Callable[[], str]]] = {  # in the order in which they are applied
            "crop": ("frame", self.crop),
            "crop_one": ("frame", self.crop_one),
            "crop916": ("frame", lambda: f"crop=min(iw\\,ih*9/16):ih:(iw-ow)*{self.of(0.1, 0.9):.2f}:0"),
            "zoom": ("geometry", self.zoom),
            "grey": ("colour", lambda: "hue=s=0"),
            "gamma": ("colour", lambda: f"eq=gamma={self.one((self.of(0.4, 0.7), self.of(1.5, 2.3))):.2f}"),
            "strong": ("colour", self.strong),
            "tint": ("colour", self.tint),
            "noise": ("colour", lambda: f"noise=alls={self.whole(10, 28)}:allf=t,boxblur={self.whole(1, 3)}:1"),
            "logo": ("overlay", lambda: self.box(self.of(0.1, 0.2), self.of(0.08, 0.15))),
            "emoji": ("overlay", self.emoji),
            "words": ("overlay", self.words),
            "third": ("overlay", self.third),
            "rot": ("geometry", self.turn),
            "quarter": ("geometry", lambda: self.one(("transpose=1", "transpose=2", "hflip,vflip"))),
            "screen": ("geometry", self.screen),
            "hand": ("geometry", self.hand),
            "caption": ("frame", self.caption),
            "bars": ("frame", self.bars),
            "blurside": ("frame", self.blurred_sides),
            "small": ("light", lambda: f"scale=-2:{self.one((180, 200, 240, 288))}"),
        }

    def of(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)

    def whole(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def one(self, some: tuple[Any, ...]) -> Any:
        return self.rng.choice(some)

    def crop(self) -> str:
        share = self.of(0.55, 0.95)
        left, top = self.of(0, 1 - share), self.of(0, 1 - share)
        return f"crop=iw*{share:.3f}:ih*{share:.3f}:iw*{left:.3f}:ih*{top:.3f}"

    def crop_one(self) -> str:
        share = self.of(0.6, 0.9)
        at = self.of(0, 1 - share)
        return self.one((f"crop=iw*{share:.3f}:ih:iw*{at:.3f}:0", f"crop=iw:ih*{share:.3f}:0:ih*{at:.3f}"))

    def bars(self) -> str:
        size, at, colour = self.of(1.1, 1.5), self.of(0, 1), self.one(("black", "white", "0x404040"))
        return self.one((f"pad=iw:ih*{size:.2f}:0:(oh-ih)*{at:.2f}:{colour}",
                         f"pad=iw*{size:.2f}:ih:(ow-iw)*{at:.2f}:0:{colour}"))  # fmt: skip

    def caption(self) -> str:
        size, top = self.of(1.15, 1.4), self.rng.random() < 0.5
        words = self.tools._text(self.one(WORDS), f"h*{0.04 if top else 0.9:.2f}", "h/18", "white@0")
        black = words.replace("fontcolor=white", "fontcolor=black")
        return f"pad=iw:ih*{size:.2f}:0:{'oh-ih' if top else 0}:white,{black}"

    def blurred_sides(self) -> str:
        wide, high = self.one(((540, 960), (720, 720), (1280, 720)))
        inner = f"scale={wide}:{high}:force_original_aspect_ratio=decrease"
        return f"split[a][b];[a]{FILL.format(wide, high)},boxblur=20[bg];[b]{inner}[fg];[bg][fg]overlay=(W-w)/2:(H-h)/2"

    def box(self, wide: float, high: float) -> str:
        at = f"x=iw*{self.of(0, 0.8):.2f}:y=ih*{self.of(0, 0.8):.2f}"
        return f"drawbox={at}:w=iw*{wide:.2f}:h=ih*{high:.2f}:color={self.one(COLOURS)}:t=fill"

    def emoji(self) -> str:
        return ",".join(self.box(size, size * 1.5) for size in (self.of(0.08, 0.22) for _ in range(self.whole(1, 4))))

    def words(self) -> str:
        box = self.one(("black@0", "black@0.6", "red@0.8"))
        return str(self.tools._text(self.one(WORDS), f"h*{self.of(0.05, 0.85):.2f}", f"h/{self.of(6, 16):.1f}", box))

    def third(self) -> str:
        top = self.of(0.7, 0.85)
        bar = f"drawbox=x=0:y=ih*{top:.2f}:w=iw:h=ih*{self.of(0.1, 1 - top):.2f}:color={self.one(COLOURS)}:t=fill"
        return f"{bar},{self.tools._text(self.one(WORDS), f'h*{top + 0.04:.2f}', 'h/18', 'black@0.3')}"

    def turn(self) -> str:
        angle = self.of(2, 9) * self.one((-1, 1))
        inside = 1 - abs(angle) * 0.022
        return self.one((f"rotate={angle:.2f}*PI/180:c=black",
                         f"rotate={angle:.2f}*PI/180,crop=iw*{inside:.3f}:ih*{inside:.3f}"))  # fmt: skip

    def screen(self) -> str:
        p = [self.of(0.01, 0.09) for _ in range(8)]
        corners = (
            f"x0=W*{p[0]:.3f}:y0=H*{p[1]:.3f}:x1=W*{1 - p[2]:.3f}:y1=H*{p[3]:.3f}"
            f":x2=W*{p[4]:.3f}:y2=H*{1 - p[5]:.3f}:x3=W*{1 - p[6]:.3f}:y3=H*{1 - p[7]:.3f}"
        )
        light = f"contrast={self.of(0.75, 1.1):.2f}:brightness={self.of(-0.05, 0.08):.2f}"
        return (
            f"perspective={corners}:sense=destination,eq={light}:saturation={self.of(0.6, 1.2):.2f},"
            f"noise=alls={self.whole(4, 14)}:allf=t,boxblur=1:1"
        )

    def hand(self) -> str:
        """A screen filmed by a hand: some of the room around it, swaying slowly."""
        far = self.of(0.01, 0.04)
        x, y = (f"{far:.3f}*sin(t*{self.of(0.6, 2.5):.2f}+{self.of(0, 6):.2f})" for _ in "xy")
        sway = f"crop=iw/1.15:ih/1.15:(iw-ow)/2+iw*{x}:(ih-oh)/2+ih*{y}"
        return f"pad=iw*1.2:ih*1.2:(ow-iw)/2:(oh-ih)/2:0x181410,{sway},{self.screen()}"

    def zoom(self) -> str:
        grow = f"min(1+{self.of(0.0008, 0.002):.4f}*on,1.5)"
        return f"fps=25,zoompan=z='{grow}':d=1:x='iw/2-(iw/zoom/2)':y='ih/2-(ih/zoom/2)':s=640x360:fps=25"

    def strong(self) -> str:
        light = f"contrast={self.of(1.2, 1.7):.2f}:saturation={self.of(0.5, 2):.2f}"
        return f"eq={light}:brightness={self.of(-0.08, 0.08):.2f}"

    def tint(self) -> str:
        balance = f"rs={self.of(-0.3, 0.3):.2f}:bs={self.of(-0.3, 0.3):.2f}:gm={self.of(-0.2, 0.2):.2f}"
        return f"colorbalance={balance},vignette=PI/{self.of(3.5, 6):.1f}"

    def family(self, kind: str) -> str:
        """Return the family of a kind of edit: of each family one copy has one at most, of those in time several."""
        if kind in self.filters:
            return self.filters[kind][0]
        return "embed" if kind in EMBEDDED else kind

    def draw(self) -> Any:
        """Return an Edit of make_copies."""
        wanted = self.rng.choices((1, 2, 3, 4), (0.35, 0.35, 0.2, 0.1))[0]
        pool = (*self.filters, *FAMILY, *EMBEDDED)
        kinds: list[str] = []
        while len(kinds) < wanted:
            kind = self.one(pool)
            if self.family(kind) not in [self.family(k) for k in kinds]:
                kinds.append(kind)
        chain = ["hflip"] if "mirror" in kinds else []
        chain += [drawn() for kind, (_, drawn) in self.filters.items() if kind in kinds]
        given: dict[str, Any] = {"crf": self.one((24, 28, 32, 36)), "mirrored": "mirror" in kinds}
        if "speed" in kinds:
            given["speed"] = round(self.one((self.of(0.5, 0.9), self.of(1.1, 2))), 3)
        if "reversed" in kinds:
            given |= {"reversed": True, "mute": True}
        if "trim" in kinds:
            start = self.of(0, 0.6)
            end = self.one((1.0, min(1.0, start + self.of(0.3, 0.6))))
            given |= {"trim": (round(start, 3), round(end, 3)), "max_seconds": self.one((3.0, 4.0, 6.0, 99.0))}
        if "rate" in kinds:
            given["rate"] = self.one((8, 10, 12, 15, 20))
        given["other"] = next((kind for kind in kinds if kind in EMBEDDED), "")
        group = FAMILY.get(kinds[0], self.family(kinds[0])) if wanted == 1 else "combined"
        return self.tools.Edit("+".join(kinds), group, vf=",".join(chain), **given)


def made(tools: Any, edit: Any, source: Path, other: Path, out: Path) -> dict[str, Any] | None:
    """Encode one copy and return its line of truth; make_copies edits nothing that it embeds, so that is done first."""
    if not edit.other or not (edit.vf or edit.speed != 1 or edit.reversed or edit.trim):
        return tools.make(edit, source, other, out)
    inner = out.with_name("inner-" + out.name)
    try:
        told = tools.make(dataclasses.replace(edit, other="", mute=True, crf=18, rate=None), source, None, inner)
        whole = told and tools.make(
            tools.Edit(edit.name, edit.group, crf=edit.crf, rate=edit.rate, other=edit.other), inner, other, out
        )
    finally:
        inner.unlink(missing_ok=True)
    if not whole:
        return None
    kept = ("source_start", "source_end", "speed", "mirrored", "reversed")
    segment = whole["segments"][0] | {key: told["segments"][0][key] for key in kept}
    return whole | {"source": source.name, "segments": [segment]}


def main() -> None:
    """Make the copies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--others", type=Path, required=True)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    sys.path.insert(0, str(args.tools))
    tools = importlib.import_module("make_copies")
    edits = Edits(tools, args.seed)
    videos, others = (
        sorted(p for p in folder.rglob("*") if p.suffix.lower() in tools.VIDEO_ENDINGS)
        for folder in (args.sources, args.others)
    )
    (args.out / "copies").mkdir(parents=True, exist_ok=True)
    tasks = [
        (edits.draw(), video, edits.rng.choice(others), args.out / "copies" / f"{video.stem}__r{number:02}.mp4")
        for video in videos
        for number in range(args.each)
    ]

    def attempt(task: tuple[Any, Path, Path, Path]) -> dict[str, Any] | None:
        try:
            return made(tools, *task)
        except (subprocess.SubprocessError, ValueError) as error:
            print(f"left out: {task[3].name} ({task[0].name}): {error}", file=sys.stderr)
            return None

    with ThreadPoolExecutor(2) as pool, (args.out / "truth.jsonl").open("w") as truth:
        truth.writelines(json.dumps(line) + "\n" for line in pool.map(attempt, tasks) if line)


if __name__ == "__main__":
    main()
