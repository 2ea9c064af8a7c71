#!/usr/bin/env python3
"""Make edited copies of real clips, look for them, and print one table: found, wrong, segments, CPU, bytes.

    python tests/bench/copies.py SOURCES WORK --tools ../shared/bench [--distractors DIR] [--families FILE]
        [--seed N] [--limit N] [--peer NAME=COMMAND ...]

SOURCES is a folder of clips; WORK keeps the copies, the case and the pairs, so that a run goes on where it stopped.
`--tools` holds make_copies.py and score.py (they need `ffmpeg` on PATH). Distractors are clips that are copies of
nothing, and what copies are embedded in; FAMILIES names sources that show the same footage. Measured in one run:
`firstseen dedup` as installed, imagehash (pHash of a frame a second, share of frames within 8 bits), and each `--peer`:
a command line in which {list} is a file with one path a line and {pairs} the JSONL it must write. CPU is that of the
process and its children; the bare decode is every frame of the same files by PyAV with one thread. A peer that fails is
a row with its reason, never left out.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

GROUPS = ("light", "time", "colour", "frame", "overlay", "geometry", "embed", "combined")


def cpu(work: Callable[[], None]) -> float:
    """Return the processor seconds `work` took, its children included."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))


def run(words: list[str]) -> None:
    """Run a command; raises subprocess.CalledProcessError with what it said."""
    subprocess.run(words, check=True, capture_output=True, text=True)


def bare_decode(paths: list[Path]) -> float:
    """Decode every frame of every file with one thread; return the seconds of video in them."""
    import av

    seconds = 0.0
    for path in paths:
        try:
            with av.open(str(path), metadata_errors="replace") as opened:
                stream = opened.streams.video[0]
                stream.thread_type, stream.codec_context.thread_count = "NONE", 1
                first = last = None
                for frame in opened.decode(stream):
                    if frame.time is not None:
                        first, last = (frame.time if first is None else first), frame.time
                seconds += (last or 0.0) - (first or 0.0)
        except (av.FFmpegError, IndexError) as error:
            sys.stderr.write(f"not decoded: {path.name}: {error}\n")
    return seconds


def imagehash_frames(paths: list[Path], out: Path) -> None:
    """Write pairs by the share of a clip's frames (one a second) that lie within 8 bits of a frame of the other."""
    import av
    import imagehash
    import numpy as np

    hashes: dict[str, np.ndarray] = {}
    for path in paths:
        own, due = [], 0.0
        try:
            with av.open(str(path), metadata_errors="replace") as opened:
                for frame in opened.decode(video=0):
                    if frame.time is not None and frame.time >= due:
                        bits = imagehash.phash(frame.to_image()).hash.ravel()
                        own.append(np.packbits(bits).view(">u8")[0])
                        due = frame.time + 1.0
        except (av.FFmpegError, IndexError):
            continue
        hashes[path.name] = np.array(own, np.uint64)
    with out.open("w") as lines:
        names = sorted(hashes)
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                if not len(hashes[a]) or not len(hashes[b]):
                    continue
                near = np.bitwise_count(hashes[a][:, None] ^ hashes[b][None, :]) <= 8
                share = max(near.any(axis=1).mean(), near.any(axis=0).mean())
                if share > 0:
                    lines.write(json.dumps({"a": a, "b": b, "strength": float(share), "segments": []}) + "\n")


def firstseen(paths: list[Path], work: Path, out: Path) -> None:
    """Run `firstseen dedup` as a user would."""
    program = Path(sys.executable).with_name("firstseen")
    words = [str(program), "dedup", *map(str, paths), "--case", str(work / "case"), "--pairs", str(out)]
    out.unlink(missing_ok=True)
    done = subprocess.run(words, capture_output=True, text=True)
    if not out.exists():  # files that cannot be decoded are failed items and an exit status, and the rest is compared
        raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)


def kept_bytes(case: Path) -> int:
    """Return the bytes of the library of a case: its database, without the preserved files and the index."""
    return sum(p.stat().st_size for p in case.glob("library.sqlite*"))


def row(name: str, tools: Path, work: Path, families: Path | None, cost: str) -> str:
    """Return the markdown row of one engine whose pairs lie in WORK."""
    words = [sys.executable, str(tools / "score.py"), str(work / "truth.jsonl"), str(work / f"{name}.jsonl")]
    words += ["--json", str(work / f"{name}.json"), *(["--families", str(families)] if families else [])]
    run(words)
    found = json.loads((work / f"{name}.json").read_text())
    groups = " | ".join(f"{found['groups'].get(g, {}).get('recall_at_zero_wrong', float('nan')):.3f}" for g in GROUPS)
    return (
        f"| {name} | {found['recall_at_zero_wrong']:.3f} | {groups} | {found['recall']:.3f} | {found['wrong_pairs']} "
        f"of {found['unrelated_pairs_about']} | {found['segment_f1']:.3f} | {cost} |"
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--distractors", type=Path)
    parser.add_argument("--families", type=Path)
    parser.add_argument("--seed", type=int, default=7, help="which of the distractors clips are embedded in")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    args = parser.parse_args()
    make = [sys.executable, str(args.tools / "make_copies.py"), str(args.sources), str(args.work)]
    others = ["--others", str(args.distractors), "--seed", str(args.seed)] if args.distractors else []
    run([*make, *others, *(["--limit", str(args.limit)] if args.limit else [])])
    truth = [json.loads(line) for line in (args.work / "truth.jsonl").read_text().splitlines()]
    paths = [args.work / line["copy"] for line in truth]
    names = {line["source"] for line in truth}
    paths += [p for p in sorted(args.sources.iterdir()) if p.name in names]
    if args.distractors:
        media = [p for p in sorted(args.distractors.iterdir()) if p.suffix not in (".csv", ".json")]
        paths += [p for p in media if p.is_file() and p.name not in names]
    seconds = 0.0

    def decode() -> None:
        nonlocal seconds
        seconds = bare_decode(paths)

    bare = cpu(decode)
    say = sys.stdout.write
    say(f"{platform.platform()}, Python {platform.python_version()}, ")
    say(", ".join(f"{p} {version(p)}" for p in ("av", "numpy", "opencv-python-headless", "imagehash")) + "\n")
    say(f"{len(paths)} files, {seconds / 3600:.2f} h of video; bare decode {bare:.0f} CPU s\n\n")
    say(f"| engine | recall at no wrong pair | {' | '.join(GROUPS)} ")
    say("| at every pair | wrong | segments F1 | CPU / decode |\n")
    say("|---" * (len(GROUPS) + 6) + "|\n")
    engines: list[tuple[str, Callable[[], None]]] = [
        ("firstseen", lambda: firstseen(paths, args.work, args.work / "firstseen.jsonl")),
        ("imagehash", lambda: imagehash_frames(paths, args.work / "imagehash.jsonl")),
    ]
    listed = args.work / "files.txt"
    listed.write_text("\n".join(map(str, paths)) + "\n")
    for peer in args.peer:
        name, _, command = peer.partition("=")
        words = [w.format(list=listed, pairs=args.work / f"{name}.jsonl") for w in shlex.split(command)]
        engines.append((name, lambda words=words: run(words)))  # type: ignore[misc]
    for name, work in engines:
        try:
            cost = cpu(work) / bare
            say(row(name, args.tools, args.work, args.families, f"{cost:.2f}") + "\n")
        except (subprocess.CalledProcessError, OSError, ImportError) as error:
            said = getattr(error, "stderr", "") or str(error)
            say(f"| {name} | not measured: {said.strip().splitlines()[-1] if said.strip() else error} |\n")
        sys.stdout.flush()
    kept = kept_bytes(args.work / "case")
    say(f"\nfirstseen keeps {kept / max(seconds, 1) * 3600 / 1e6:.2f} MB an hour of video in its library\n")


if __name__ == "__main__":
    main()
