"""How much of a file's metadata the readers find, beside exiftool, over real files, and what it costs.

    python tests/bench/metadata.py [--shared DIR] [FOLDER ...] [--json OUT] [--wrong]

For every still and video that `verify/media/sniff.py` lets in: make, model, recording or creation time, position and
rotation, as our own readers find them (exiftool's reader switched off) and as exiftool says. A value counts as found
when one of our tags of that name says the same; `contradicted` when we show something else and nothing that agrees.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import verify.readers
from verify import catalog, coordinates
from verify.errors import FirstseenError
from verify.media.sniff import sniff
from verify.readers.base import Reader
from verify.records.media import Tag
from verify.tagnames import NOT_SET

ROOT = Path(__file__).resolve().parents[2]
OTHERS = {"exiftool"}  # readers that are another tool's answer
EXTRAS = {"credentials", "gopro"}
STILLS = {"jpeg", "png", "tiff", "webp", "heic", "avif", "gif", "bmp"}
FILMS = {"mp4", "mov", "3gp", "m4a", "mkv", "webm", "avi", "flv", "asf", "ogg", "mxf", "mpegts", "mpegps"}
QUESTIONS = ("make", "model", "time", "gps", "rotation")


@dataclass
class Row:
    file: str
    container: str
    theirs: dict[str, Any]
    ours: dict[str, list[str]]
    seconds: dict[str, float]
    problems: list[str]
    verdicts: dict[str, str] = field(default_factory=dict)


def exiftool(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        ["exiftool", "-j", "-G1", "-a", "-n", "-api", "largefilesupport=1", "--", str(path)],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    try:
        return json.loads(done.stdout)[0]
    except (ValueError, IndexError):
        return {}


def stated(answer: dict[str, Any], *names: str, groups: str = "") -> list[str]:
    """Every value of the named tags, in exiftool's order, as text."""
    found = []
    for key, value in answer.items():
        group, _, name = key.rpartition(":")
        if name in names and (not groups or re.search(groups, group)):
            found.append(str(value).strip())
    return [v for v in found if v]


def theirs(answer: dict[str, Any]) -> dict[str, Any]:
    """What exiftool says, reduced to the five questions; only groups that hold the file's own statement."""
    said: dict[str, Any] = {}
    # Make and model from the main blocks: not those of a thumbnail, an ICC profile or a maker note's numbers.
    blocks = r"^(IFD0|XMP-tiff|Keys|UserData|QuickTime|ItemList|RIFF|H264|Track\d+|PNG|GoPro|Pentax|AudioKeys|XML)$"
    for name in ("make", "model"):
        values = stated(answer, name.capitalize(), *(["DeviceManufacturer"] if name == "make" else []), groups=blocks)
        values = [v for v in values if not v.isdigit()]  # -n gives AVCHD's makers as their numbers: 264 is Sony
        if values:
            said[name] = values
    times = [
        v
        for v in stated(answer, "DateTimeOriginal", "CreateDate", "CreationDate", "ContentCreateDate",
                        groups=r"^(IFD0|ExifIFD|XMP-exif|XMP-xmp|XMP-photoshop|Keys|UserData|QuickTime|ItemList|RIFF|H264|Matroska|Info)$")
        if re.match(r"^\d{4}[:-]\d\d[:-]\d\d", v) and not v.startswith("0000")
    ]  # fmt: skip
    if times:
        said["time"] = times
    positions = stated(answer, "GPSCoordinates", "GPSPosition", "LocationInformation", "GPSLatitude")
    latitude = answer.get("Composite:GPSLatitude")
    longitude = answer.get("Composite:GPSLongitude")
    numbers = isinstance(latitude, (int, float)) and isinstance(longitude, (int, float))
    if positions and numbers and not coordinates.unset(latitude, longitude):
        said["gps"] = [f"{latitude:.8f}, {longitude:.8f}"]  # never 1e-06
    turns = [v for v in stated(answer, "Rotation", groups=r"^(Track\d+|Composite|UserData)$") if v != "0"]
    # Of a HEIC or AVIF exiftool gives the bare `irot`, which turns counter-clockwise (ISO/IEC 23008-12, 6.5.10).
    turns += [
        str((360 - int(float(v))) % 360) for v in stated(answer, "Rotation", groups="^(QuickTime|Meta)$") if v != "0"
    ]
    orientation = stated(answer, "Orientation", groups=r"^(IFD0|XMP-tiff)$")
    turned = {"3": "180", "4": "180", "5": "270", "6": "90", "7": "90", "8": "270"}
    turns += [turned[o] for o in orientation if o in turned]
    if turns:
        said["rotation"] = turns
    return said


def ours(tags: list[Tag]) -> dict[str, list[str]]:
    names = {
        "make": ("make",), "model": ("model",), "gps": ("gps",), "rotation": ("rotation",),
        "time": ("recording time", "creation time", "digitized time"),
    }  # fmt: skip
    found: dict[str, list[str]] = defaultdict(list)
    for question, wanted in names.items():
        for tag in tags:
            if tag.name in wanted and tag.value not in found[question]:
                found[question].append(tag.value)
    return dict(found)


def same(question: str, a: str, b: str) -> bool:
    if question == "gps":
        p, q = coordinates.pair(a.replace(" ", ", ", 1) if "," not in a else a), coordinates.pair(b)
        return bool(p and q and coordinates.distance(p, q) < 20)
    if question == "time":
        # The clock is compared; zones are judged by the readers' own tests.
        x, y = (re.sub(r"[-+Zz].*$", "", v.replace("-", ":", 2)) for v in (a, b))  # the clock without its zone
        x, y = (re.sub(r"\D", "", v)[:14] for v in (x, y))
        length = min(len(x), len(y))
        return length >= 8 and x[:length] == y[:length]
    if question == "rotation":
        return float(a) % 360 == float(b) % 360
    plain = [re.sub(r"\s+", " ", v).strip().lower() for v in (a, b)]
    return plain[0] == plain[1] or plain[0].rstrip("\0") == plain[1]


def judge(row: Row) -> None:
    for question in QUESTIONS:
        want, have = row.theirs.get(question), [v for v in row.ours.get(question, []) if v != NOT_SET]
        if question == "rotation" and not want:
            have = [v for v in have if v != "0"]
        if not want:
            row.verdicts[question] = "only ours" if have else "neither"
        elif any(same(question, w, h) for w in want for h in have):
            row.verdicts[question] = "found"
        else:
            row.verdicts[question] = "contradicted" if have else "missed"


def examine(path: Path, readers: tuple[Reader, ...]) -> Row | None:
    try:
        kind = sniff(path)
    except FirstseenError:
        return None
    tags: list[Tag] = []
    seconds: dict[str, float] = {}
    problems: list[str] = []
    for reader in readers:
        if reader.name in OTHERS or not reader.handles(kind.container):
            continue
        begun = time.process_time()  # processor time of all threads: other work on the machine does not count
        reading = reader.read(path, kind.container)
        seconds[reader.name] = time.process_time() - begun
        tags += reading.tags
        problems += [f"{p.part}: {p.reason}" for p in reading.problems]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = exiftool(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds["exiftool"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    row = Row(path.name, kind.container, theirs(answer), ours(tags), seconds, problems)
    judge(row)
    return row


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list what was missed or contradicted")
    words = parser.parse_args()
    if not shutil.which("exiftool"):
        sys.exit("exiftool is not on the PATH: there is nothing to compare with")
    folders = words.folders or [words.shared / "metadata", words.shared / "videos"]
    readers = catalog.offer(verify.readers, Reader).found
    for folder in folders:
        report(folder, readers, words)


def report(folder: Path, readers: tuple[Reader, ...], words: argparse.Namespace) -> None:
    files = [p for p in sorted(folder.iterdir()) if p.is_file() and p.suffix not in {".txt", ".csv", ".json"}]
    rows = [row for row in (examine(p, readers) for p in files) if row]
    print(f"\n### {folder.name}: {len(rows)} of {len(files)} files are media that is read\n")
    print("| | exiftool finds | of these found | share | contradicted | missed | found by ours only |")
    print("|---|---|---|---|---|---|---|")
    for question in QUESTIONS:
        counts = Counter(row.verdicts[question] for row in rows)
        total = counts["found"] + counts["contradicted"] + counts["missed"]
        share = f"{100 * counts['found'] / total:.1f} %" if total else "-"
        print(f"| {question} | {total} | {counts['found']} | {share} | {counts['contradicted']} | {counts['missed']}"
              f" | {counts['only ours']} |")  # fmt: skip
    for kind, containers in (("films", FILMS), ("stills", STILLS)):
        asked = [row for row in rows if row.container in containers and row.theirs]
        whole = [row for row in asked if not {"missed", "contradicted"} & set(row.verdicts.values())]
        if asked:
            print(f"\nEverything of these that exiftool finds is found in {len(whole)} of {len(asked)} {kind}.")
    for words_of, left_out in (
        ("our own readers", EXTRAS | OTHERS),
        ("with the extras", OTHERS),
        ("with exiftool as a reader", set()),
    ):
        cost = [sum(v for k, v in row.seconds.items() if k not in left_out) for row in rows]
        median, highest = statistics.median(cost), max(cost)
        print(f"\nProcessor seconds a file, {words_of}: median {median:.3f}, highest {highest:.3f}.")
    if words.wrong:
        for row in rows:
            for question, verdict in row.verdicts.items():
                if verdict in ("missed", "contradicted"):
                    print(f"{verdict:12} {question:9} {row.file}: exiftool {row.theirs[question]} ours "
                          f"{row.ours.get(question)}")  # fmt: skip
        slow = sorted(rows, key=lambda r: -sum(r.seconds.values()))[:5]
        for row in slow:
            print("slow", row.file, {k: round(v, 3) for k, v in row.seconds.items()})
    if words.json:
        words.json.write_text(json.dumps([row.__dict__ for row in rows], indent=1))


if __name__ == "__main__":
    main()
