"""What an examination costs beside a bare decode of every frame: run by hand, not by pytest.

    python tests/bench/check_cost.py ../shared/videos            # table for docs/benchmarks.md
    python tests/bench/check_cost.py ../shared/videos --parts    # and who takes the time
    python tests/bench/check_cost.py ../shared/videos --each     # a line a clip, the least of all rounds for each
    python tests/bench/check_cost.py FOLDER --long               # memory and CPU over clips of hours

CPU is user + system time of every process that took part (this one, the nursery, its children). The bare decode is
PyAV, one thread, all frames of the largest video stream, sound left out. Both run on the same files in one go, in
turns, each `--rounds` times, and the smallest figure of each counts (other work on the machine only adds). "batch"
is all that `firstseen dedup` does before it compares, its own start included: a new case, the originals and keyframes
kept and fsynced, each clip examined for copies in a child of its own, the fingerprints saved.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import av
import numpy as np

from verify.records.fingerprints import load
from verify.records.media import Scope
from verify.settings import Settings
from verify.worker import Workers


def made_clip(folder: Path) -> Path:
    """Draw 30 s of 1080p, 30 frames a second: moving shapes over a picture with texture and noise, cut twice, sound."""
    path = folder / "made_1080p.mp4"
    random = np.random.default_rng(7)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "23"})
        video.width, video.height, video.pix_fmt = 1920, 1080, "yuv420p"
        sound = out.add_stream("aac", rate=48_000)
        sound.layout = "stereo"
        scenes = [random.integers(0, 255, (68, 120), np.uint8).repeat(20, 0)[:1080].repeat(16, 1) for _ in range(3)]
        noise = random.integers(0, 12, (1200, 2100), np.uint8)
        for number in range(900):
            luma = np.roll(scenes[number // 300], number * 3, axis=1) // 2 + noise[number % 97 :][:1080, :1920]
            planes = np.vstack([luma, np.full((540, 1920), 128, np.uint8)])
            frame = av.VideoFrame.from_ndarray(planes.astype(np.uint8), format="yuv420p")
            frame.pts = number
            out.mux(video.encode(frame))
        tone = (np.sin(np.arange(48_000 * 30) / 20) * 8000 + random.normal(0, 900, 48_000 * 30)).astype(np.int16)
        for start in range(0, len(tone), 1024):
            piece = np.repeat(tone[start : start + 1024], 2)[None]
            block = av.AudioFrame.from_ndarray(piece, format="s16", layout="stereo")
            block.sample_rate, block.pts = 48_000, start
            out.mux(sound.encode(block))
        out.mux(video.encode(None))
        out.mux(sound.encode(None))
    return path


def bare_decode(path: Path) -> tuple[float, int, float]:
    """Return CPU seconds, frames and seconds of clip of one plain decode."""
    before = time.process_time()
    frames, end = 0, 0.0
    with av.open(str(path), metadata_errors="replace") as container:
        stream = max(container.streams.video, key=lambda s: s.codec_context.width * s.codec_context.height)
        stream.codec_context.thread_count = 1
        try:
            for frame in container.decode(stream):
                frames += 1
                end = frame.time or end
        except av.error.FFmpegError:
            pass
    return time.process_time() - before, frames, end


def everyone() -> float:
    """Return CPU seconds of this process and of all children that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def examine_all(paths: list[Path], settings: Settings, scope: Scope) -> tuple[float, float, int, int]:
    """Return CPU seconds of all examinations, of the start, the most memory of a child, and bytes kept."""
    most = kept = 0
    with tempfile.TemporaryDirectory() as out:
        before = everyone()
        with Workers(settings) as workers:
            workers.run("verify.examine:nothing", {}, Path(out) / "start")
        start = everyone() - before
        before = everyone()
        with Workers(settings) as workers:
            for number, path in enumerate(paths):
                workers.examine(path, Path(out) / str(number), scope=scope)
                assert workers.usage is not None
                most = max(most, workers.usage.memory)
                kept += sum(f.nbytes for f in load(Path(out) / str(number) / "fingerprints.npz").values())
        total = everyone() - before - start
    return total, start, most, kept


def batch(paths: list[Path]) -> float:
    """Return CPU seconds of all that `firstseen dedup` does with the files before it compares, start and all."""
    before = everyone()
    with tempfile.TemporaryDirectory() as case:
        command = [sys.executable, __file__, "--only-bring-in", case, *map(str, paths)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return everyone() - before


def bring_in(case: Path, targets: list[str]) -> None:
    """Do what `dedup` does before it compares."""
    from pipelines import dedup, looking
    from pipelines.flow import result_of
    from pipelines.options import Options
    from pipelines.session import Session

    with Session(Options(case=case)) as session:
        items, _ = result_of(dedup._bring_in_all(session, targets))
        result_of(looking.look_at(session, items, "copies"))


def parts(paths: list[Path], scope: Scope) -> dict[str, float]:
    """Return CPU seconds by descriptor and measure, in this process."""
    from verify import examine, rooms

    spent: dict[str, float] = defaultdict(float)
    examine.warm_up()
    for member in rooms.offered().members:
        for name in ("begin", "add", "add_each", "add_tiny", "add_sound", "end"):
            if hasattr(member, name):  # only measures attend to each picture
                setattr(member, name, timed(getattr(member, name), member.name, spent))
    for reader in rooms.offered().readers:
        reader.read = timed(reader.read, f"reader {reader.name}", spent)  # type: ignore[method-assign]
    before = time.process_time()
    with tempfile.TemporaryDirectory() as out:
        for path in paths:
            examine.examine(path, Path(out), Settings(), scope=scope)
    spent["all"] = time.process_time() - before
    return spent


def timed(function, name, spent):
    def call(*arguments):
        before = time.process_time()
        try:
            return function(*arguments)
        finally:
            spent[name] += time.process_time() - before

    return call


def row(name: str, paths: list[Path], rounds: int) -> str:
    decoded, copies, everything, whole = [], [], [], []
    for _ in range(rounds):
        decoded.append([bare_decode(path) for path in paths])
        copies.append(examine_all(paths, Settings(), "copies"))
        whole.append(batch(paths))
        everything.append(examine_all(paths, Settings(), "all"))
    bare = min(sum(cpu for cpu, _, _ in one) for one in decoded)
    frames, seconds = (sum(one[i] for one in decoded[0]) for i in (1, 2))
    total, start, most, kept = min(copies)
    full = min(everything)
    return (
        f"| {name} | {len(paths)} | {seconds:.0f} | {frames} | {bare:.2f} | {total / bare:.2f} "
        f"| {min(whole) / bare:.2f} | {full[0] / bare:.2f} | {max(most, full[2]) / 2**20:.0f} "
        f"| {kept / seconds * 3600 / 1e6:.2f} | {start:.2f} |"
    )


def each(paths: list[Path], rounds: int) -> None:
    """Print CPU seconds of a bare decode and of looking for copies in a child (parent included), clip by clip."""
    least: dict[Path, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as out, Workers(Settings(workers=1)) as workers:
        workers.run("verify.examine:nothing", {}, Path(out) / "start")
        for _ in range(rounds):
            for path in paths:
                bare = bare_decode(path)[0]
                before = time.process_time()
                workers.examine(path, Path(out) / path.name, scope="copies")
                looked = time.process_time() - before + workers.usage.cpu
                known = least.get(path, (bare, looked))
                least[path] = min(bare, known[0]), min(looked, known[1])
    for path, (bare, looked) in least.items():
        print(f"| {path.name} | {bare:.3f} | {looked:.3f} | {looked / bare:.2f} |")
    bare, looked = (sum(one[i] for one in least.values()) for i in (0, 1))
    print(f"| all {len(least)} | {bare:.2f} | {looked:.2f} | {looked / bare:.2f} |")


def long(paths: list[Path]) -> None:
    """Print what a child needs for each clip, looked at for copies and in full."""
    with tempfile.TemporaryDirectory() as out, Workers(Settings(workers=1)) as workers:
        for path in paths:
            for scope in ("copies", "all"):
                found = workers.examine(path, Path(out) / scope, scope=scope)
                cpu, memory = workers.usage.cpu, workers.usage.memory / 1e6
                row = f"| {path.name} | {scope} | {found.duration:.0f} s | {cpu:.1f} CPU s | {memory:.0f} MB |"
                print(row, flush=True)


def main() -> None:
    if sys.argv[1:2] == ["--only-bring-in"]:
        bring_in(Path(sys.argv[2]), sys.argv[3:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("videos", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--long", action="store_true")
    arguments = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    real = [p for p in sorted(arguments.videos.iterdir()) if p.suffix not in {".csv", ".json"}][:: arguments.every]
    if arguments.each or arguments.long:
        each(real, arguments.rounds) if arguments.each else long(real)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = made_clip(Path(folder))
        print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, ", end="")
        print(", ".join(f"{name} {version(name)}" for name in ("av", "opencv-python-headless", "numpy")))
        print(
            "| clips | files | s of clip | frames | bare decode, CPU s | for copies | batch | everything ",
            end="",
        )
        print("| most memory of a child, MB | MB kept an hour | start once, CPU s |")
        print("|---|---|---|---|---|---|---|---|---|---|---|")
        print(row(f"real, {arguments.videos}", real, arguments.rounds), flush=True)
        print(row("made, 1080p, 30 s", [made], arguments.rounds), flush=True)
        if arguments.parts:
            spent = parts(real, "copies")
            print("\n| part | CPU s | share |\n|---|---|---|")
            for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
                print(f"| {name} | {seconds:.2f} | {seconds / spent['all']:.0%} |")


if __name__ == "__main__":
    main()
