"""How coarse the container fingerprint is: which unrelated files share one, and whether it parts known writers.

    python tests/bench/chains.py FOLDER ... [--json OUT] [--made FOLDER]

Of every film that `verify/media/sniff.py` lets in: its fingerprint, who wrote it by the table of signs, and its source
(the part of the file's name before `__`, or its folder: a repository). Told are groups of files with one fingerprint,
how many of their pairs are of different sources, which last writers they show, and the files of one writer it parts.
`--made` is a folder in which files named `COMMAND__...` were written by one command each, from clips of many kinds: a
command should give few fingerprints.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import verify.readers
from verify import catalog
from verify.errors import FirstseenError
from verify.media.sniff import sniff
from verify.readers.base import Reader
from verify.readers.chains import NAME
from verify.records.media import Tag
from verify.signs import engine

READERS = ("boxes", "matroska", "streams")
WRITERS = {"last writer", "device", "export", "screen recording"}


@dataclass(frozen=True)
class Film:
    file: str
    source: str
    fingerprint: str
    writers: tuple[str, ...]
    ancestors: tuple[str, ...]
    encoder: tuple[str, ...]
    boxes: str
    seconds: float


def read(path: Path, container: str) -> Film:
    tags: list[Tag] = []
    shape, seconds = "", 0.0
    for reader in catalog.offer(verify.readers, Reader).found:
        if reader.name not in READERS or not reader.handles(container):
            continue
        begun = time.process_time()
        reading = reader.read(path, container)
        if reader.name != "streams":
            seconds += time.process_time() - begun
            shape = str(reading.extra.get("shape", ""))
        tags += reading.tags
    hits = engine.read(tags)
    return Film(
        file=path.name,
        source=source(path),
        fingerprint=next((t.value for t in tags if t.name == NAME), ""),
        writers=tuple(sorted({h.id for h in hits if h.about in WRITERS})),
        ancestors=tuple(sorted({h.id for h in hits if h.about == "ancestor"})),
        encoder=tuple(sorted({t.value for t in tags if t.name == "encoder" and t.reader != "streams"})),
        boxes=" ".join(word.split("=")[0] for word in shape.split() if word[:1].isdigit()),
        seconds=seconds,
    )


def source(path: Path) -> str:
    """A repository, whatever its copies are called."""
    name = path.name.split("__")[0] if "__" in path.name else path.parent.name
    return name.removeprefix("copy_").split("-")[0].casefold()


def films(folders: Iterable[Path]) -> list[Film]:
    found, known = [], set()
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.is_file() and p.stat().st_size):
        try:
            kind = sniff(path, path.name)
        except (FirstseenError, OSError):
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        if kind.family == "still" or digest in known:
            continue
        known.add(digest)
        film = read(path, kind.container)
        found += [film] if film.fingerprint else []
    return found


def told(name: str, found: Sequence[Film], key: Callable[[Film], object]) -> str:
    groups: dict[object, list[Film]] = defaultdict(list)
    for film in found:
        groups[key(film)].append(film)
    shared = [g for g in groups.values() if len(g) > 1]
    apart = [(a, b) for g in shared for a, b in combinations(g, 2) if a.source != b.source]
    unlike = [
        (a, b) for g in shared for a, b in combinations(g, 2) if a.writers and b.writers and a.writers != b.writers
    ]
    silent = [(a, b) for a, b in apart if not a.writers and not b.writers]
    pairs = len(found) * (len(found) - 1) // 2
    of_one = sum(n * (n - 1) // 2 for n in Counter(f.source for f in found).values())
    shared_of_one = sum(len(g) * (len(g) - 1) // 2 for g in shared) - len(apart)
    return (
        f"{name:<22}{len(groups):>5} forms, {len(found) - sum(map(len, shared)):>4} files alone; "
        f"{len(shared):>3} groups, the largest {max(map(len, groups.values())):>3}, "
        f"{sum(len({f.source for f in g}) > 1 for g in shared):>3} of several sources; "
        f"pairs of different sources {len(apart):>4} ({len(silent)} of unknown writers), "
        f"of different writers {len(unlike)}; "
        f"shared by {shared_of_one / max(of_one, 1):.1%} of the pairs of one source, "
        f"{len(apart) / max(pairs - of_one, 1):.2%} of those of two"
    )


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folders", nargs="*", type=Path)
    words.add_argument("--made", type=Path)
    words.add_argument("--json", type=Path)
    given = words.parse_args()
    say = sys.stdout.write
    found = films(given.folders)
    if found:
        say(f"{len(found)} films of {len({f.source for f in found})} sources; ")
        spent = sorted(f.seconds * 1000 for f in found)
        say(f"read in {statistics.median(spent):.1f} ms (median), {spent[-1]:.1f} ms at most\n")
        say(told("boxes alone", found, lambda f: f.boxes) + "\n")
        say(told("fingerprint", found, lambda f: f.fingerprint) + "\n")
        groups: dict[str, list[Film]] = defaultdict(list)
        for film in found:
            groups[film.fingerprint].append(film)
        for group in sorted(groups.values(), key=len, reverse=True):
            sources = Counter(f.source for f in group)
            if len(sources) > 1:
                wrote = Counter(" + ".join(f.writers) or "unknown" for f in group)
                say(f"  {len(group):>3} files of {len(sources)} sources, written by {dict(wrote)}: {dict(sources)}\n")
    if given.made:
        commands: dict[str, list[Film]] = defaultdict(list)
        for film in films([given.made]):
            commands[film.file.split("__")[0]].append(film)
        for command, made in sorted(commands.items()):
            sizes = sorted(Counter(f.fingerprint for f in made).values(), reverse=True)
            say(f"made by {command}: {len(made)} films, fingerprints {sizes}\n")
    if given.json:
        given.json.write_text(json.dumps([asdict(f) for f in found], indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
