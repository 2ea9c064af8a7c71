"""Stories drawn by chance: cameras, edits, what uploaders and programmes do. So no rule is fitted to one draw.

Every draw has four cameras of footage that nobody shares, edited copies, a clip in two parts, a replay, a clip behind
its uploader's title, and montages: one after the other, cut and dissolved, there and back, a programme (studio, studio
with an inset, full picture, studio), one in a corner and then full, halves, four in one picture.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
from story_posts import FIT, FONT, HALF, Made, length, then

SECONDS = 12.0  # of each camera at most
KINDS = ("ekramalam", "federicoparroni", "dronedetectionthesis__IR", "dronedetectionthesis__V", "lokabhiram", "")
# In these nothing moves for whole shots, or they are titles, test pictures and stills: no act of filming.
NO_CAMERA = ("sannies__count", "debian-source__bug", "debian-source__pixel", "mdn__", "makelove__tree", "zulko__clip",
             "php-ffmpeg", "debian-source__tags", "allisonnicoledeal__HipVs", "zulko__test", "zulko__chaplin",
             "zulko__video_with")  # fmt: skip


def cameras(videos: Path, scratch: Path, rng: np.random.Generator) -> dict[str, Path]:
    """Return four cameras by letter, cut to SECONDS: two or three of one kind, so that look-alikes are among them."""
    families = json.loads((videos / "FAMILIES.json").read_text())
    copies = {name for family in families for name in family[1:]}
    pool = [p for p in sorted(videos.iterdir()) if p.suffix not in {".json", ".csv", ".3gp"} and p.name not in copies]
    pool = [p for p in pool if not p.name.startswith((*NO_CAMERA, "copy_")) and length(p) >= 6]
    kind = KINDS[rng.integers(len(KINDS))]
    alike = [p for p in pool if p.name.startswith(kind)]
    chosen = [alike[i] for i in rng.permutation(len(alike))[: rng.integers(2, 4)]]
    rest = [p for p in pool if p not in chosen]
    chosen += [rest[i] for i in rng.permutation(len(rest))[: 4 - len(chosen)]]
    made = {}
    for letter, i in zip("ABCD", rng.permutation(4), strict=True):
        source = chosen[i]
        start = rng.uniform(0, max(0.0, length(source) - SECONDS))
        made[letter] = out = scratch / f"camera_{letter}_{source.stem}.mp4"
        if not out.is_file():
            cut = ["ffmpeg", "-v", "error", "-y", "-ss", f"{start:.2f}", "-t", str(SECONDS), "-i", str(source)]
            coded = ["-vf", "fps=25,scale='max(640,trunc(iw/2)*2)':-2,setsar=1", "-c:v", "libx264", "-crf", "16"]
            subprocess.run([*cut, *coded, "-preset", "veryfast", "-pix_fmt", "yuv420p", str(out)], check=True)
    return made


def posts(rng: np.random.Generator) -> tuple[Made, ...]:
    """Return the posts of one draw; days are of April 2022."""
    found = [Made(f"{letter.lower()} first", letter, "[0:v]null[v]", _day(rng), letter, crf=18) for letter in "ABCD"]
    edits = _edits(rng)
    for letter, name in zip("AAABCD", rng.permutation(sorted(edits)), strict=False):
        sound = letter if rng.random() < 0.7 else ""
        found.append(Made(f"{letter.lower()} {name}", letter, edits[name], _day(rng), sound, crf=_crf(rng)))
    split = rng.uniform(0.4, 0.6)
    for number, (start, share) in enumerate(((0.0, split), (split, 1 - split)), 1):
        graph = f"[0:v]trim={{s0}}*{start:.3f}:{{s0}}*{start + share:.3f},setpts=PTS-STARTPTS[v]"
        found.append(Made(f"b part {number}", "B", graph, _day(rng), crf=_crf(rng)))
    found.append(Made("c with a slow replay", "C", _replay(rng), _day(rng), crf=_crf(rng)))
    title = f"color=navy:640x480:d=2.5:r=25,{FONT},setsar=1[t]"
    found.append(Made("d behind a title", "D", f"{title};[0:v]{FIT}[x];[t][x]concat=n=2[v]", _day(rng), crf=_crf(rng)))
    return (*found, *_montages(rng))


def _edits(rng: np.random.Generator) -> dict[str, str]:
    keep = rng.uniform(0.7, 0.9)
    x, y = (rng.uniform(0, 1 - keep) for _ in "xy")
    return {
        "mirrored": "[0:v]hflip[v]",
        "small": "[0:v]scale=iw/2:-2,fps=15[v]",
        "captioned": f"[0:v]drawbox=0:ih*0.83:iw:ih*0.12:red@0.8:fill,{FONT}[v]",
        "upright": "[0:v]split[x][y];[x]scale=360:640:force_original_aspect_ratio=increase,crop=360:640,boxblur=12[b];"
                   "[y]scale=360:-2[f];[b][f]overlay=0:(H-h)/2[v]",
        "cropped": f"[0:v]crop=iw*{keep:.3f}:ih*{keep:.3f}:iw*{x:.3f}:ih*{y:.3f}[v]",
        "brighter": f"[0:v]eq=brightness={rng.uniform(0.03, 0.1):.3f}:saturation=1.4[v]",
        "faster": "[0:v]setpts=PTS/1.15,fps=25[v]",
        "off a screen": f"[0:v]{FIT},perspective=20:14:W-16:6:8:H-12:W-24:H-20:sense=1,noise=alls=8:allf=t[v]",
    }  # fmt: skip


def _replay(rng: np.random.Generator) -> str:
    start = rng.uniform(0.2, 0.4)
    again = f"[y]trim={{s0}}*{start:.3f}:{{s0}}*{start + 0.35:.3f},setpts=2*(PTS-STARTPTS),{FIT}[r]"
    return f"[0:v]split[x][y];[x]{FIT}[w];{again};[w][r]concat=n=2[v]"


def _montages(rng: np.random.Generator) -> list[Made]:
    """Return the montages of a draw: each with cameras drawn for it."""
    found = []
    graphs: dict[str, tuple[int, Callable[[np.random.Generator], str]]] = {
        "after each other": (3, lambda r: then(*((n, r.uniform(0, 0.2), r.uniform(0.6, 0.8)) for n in range(3)))),
        "there and back": (2, lambda r: then((0, 0, 0.45), (1, r.uniform(0, 0.3), 0.5), (0, 0.45, 0.5))),
        "dissolved": (2, lambda r: f"[0:v]{FIT},settb=AVTB[x];[1:v]{FIT},settb=AVTB[y];"
                                   "[x][y]xfade=duration=1:offset={s0}*0.8[v]"),
        "programme": (2, _programme),
        "corner then full": (2, _corner),
        "halves": (2, lambda r: f"[0:v]{HALF}[x];[1:v]{HALF}[y];[x][y]hstack=shortest=1[v]"),
        "above and below": (2, lambda r: f"[0:v]{FIT},crop=640:360,scale=480:270[x];[1:v]{FIT},crop=640:360,"
                                         "scale=480:270[y];[x][y]vstack=shortest=1[v]"),
        "four": (4, lambda r: "".join(f"[{n}:v]{FIT},scale=320:240[q{n}];" for n in range(4))
                 + "[q0][q1]hstack[t];[q2][q3]hstack[b];[t][b]vstack=shortest=1[v]"),
    }  # fmt: skip
    for name, (count, graph) in graphs.items():
        letters = "".join(rng.permutation(list("ABCD"))[:count])
        found.append(Made(name, letters, graph(rng), _day(rng), crf=_crf(rng), holds=True))
    again = found[rng.integers(3)]
    graph = again.graph.replace("[v]", "[z]") + ";[z]hflip,scale=400:-2[v]"
    return [*found, Made(f"{again.name}, again", again.inputs, graph, _day(rng), crf=33, holds=True)]


def _programme(rng: np.random.Generator) -> str:
    """Return studio, studio with an inset, the inset's clip full, studio: inputs are the clip and the studio."""
    wide = int(rng.uniform(0.35, 0.48) * 640 / 2) * 2
    x = int(rng.choice([24, 640 - wide - 24]))
    return (
        f"[0:v]{FIT},split[a][b];[1:v]{FIT},split=3[s][t][u];[s]trim=0:{{s1}}*0.25,setpts=PTS-STARTPTS[s1];"
        f"[t]trim={{s1}}*0.25:{{s1}}*0.7,setpts=PTS-STARTPTS[t1];[a]trim=0:{{s0}}*0.5,setpts=PTS-STARTPTS,"
        f"scale={wide}:-2[i];[t1][i]overlay={x}:60:shortest=1[o];[b]trim={{s0}}*0.3:{{s0}}*0.95,setpts=PTS-STARTPTS[f];"
        "[u]trim={s1}*0.7:{s1}*0.99,setpts=PTS-STARTPTS[e];[s1][o][f][e]concat=n=4[v]"
    )


def _corner(rng: np.random.Generator) -> str:
    """Return one clip over a corner of another, then in full."""
    wide = int(rng.uniform(0.33, 0.45) * 640 / 2) * 2
    return (
        f"[0:v]{FIT},split[a][b];[1:v]{FIT}[s];[a]scale={wide}:-2[i];[s][i]overlay=W-w-16:16:shortest=1[o];"
        "[b]trim={s0}*0.2:{s0}*0.9,setpts=PTS-STARTPTS[f];[o][f]concat=n=2[v]"
    )


def _day(rng: np.random.Generator) -> int:
    return int(rng.integers(2, 28))


def _crf(rng: np.random.Generator) -> int:
    return int(rng.integers(24, 33))
