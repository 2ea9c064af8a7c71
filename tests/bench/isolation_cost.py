"""What the isolation of a worker costs a clip, beside the very same work in this process: run by hand, not by pytest.

    python tests/bench/isolation_cost.py ../shared/videos --clips 12 --rounds 3

Both do all that `verify.examine` does with a file, in turns, on the same clips, everything loaded beforehand; the
smallest figure of each clip counts (other work on the machine only adds). CPU is user + system time of every process
that took part. "a child for nothing" is a fork with its limits and its answer, and no file.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from verify import examine
from verify.settings import Settings
from verify.worker import Workers


def cost(work: Callable[[], object], workers: Workers | None = None) -> tuple[float, float]:
    """Return (wall, CPU) seconds of `work`; with `workers`, the CPU of the child that ended last is added."""

    def spent() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used)

    cpu, wall = spent(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - wall, spent() - cpu
    return wall, cpu + (workers.usage.cpu if workers and workers.usage else 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=float, default=1.0, help="megabytes; the cost does not grow with the clip")
    words = parser.parse_args()
    found = [p for p in words.folder.iterdir() if p.is_file() and p.stat().st_size <= words.largest * 1e6]
    clips = sorted((p for p in found if p.suffix not in {".json", ".csv"}), key=lambda p: p.stat().st_size)
    clips = clips[:: max(1, len(clips) // words.clips)][: words.clips]
    settings = Settings(workers=1)
    examine.warm_up()
    best: dict[tuple[str, str], tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder, Workers(settings) as workers:
        out = Path(folder) / "out"
        out.mkdir()
        start = cost(lambda: workers.run("verify.examine:nothing", {}, out))[0]
        idle = min(cost(lambda: workers.run("verify.examine:nothing", {}, out), workers) for _ in range(10))
        for _ in range(words.rounds):
            for clip in clips:
                for way, work, used in (
                    ("here", lambda c=clip: examine.examine(c, out, settings), None),
                    ("worker", lambda c=clip: workers.examine(c, out), workers),
                ):
                    try:
                        found = cost(work, used)
                    except Exception as error:
                        print(f"{clip.name}: {error}")
                        continue
                    before = best.get((way, clip.name), found)
                    best[way, clip.name] = (min(before[0], found[0]), min(before[1], found[1]))
    both = [c.name for c in clips if ("here", c.name) in best and ("worker", c.name) in best]
    wall = [best["worker", name][0] - best["here", name][0] for name in both]
    cpu = [best["worker", name][1] - best["here", name][1] for name in both]
    ratio = sum(best["worker", n][1] for n in both) / sum(best["here", n][1] for n in both)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(f"{len(both)} clips, best of {words.rounds} rounds each")
    for name, found in (("wall", wall), ("CPU", cpu)):
        middle, most = statistics.median(found), max(found)
        print(f"isolation, {name} s a clip: median {middle:+.3f}, mean {statistics.mean(found):+.3f}, most {most:+.3f}")
    print(f"CPU with a worker / CPU here: {ratio:.3f}")
    print(f"a child for nothing: {idle[0]:.3f} s wall, {idle[1]:.3f} s CPU; starting the nursery, once: {start:.2f} s")


if __name__ == "__main__":
    main()
