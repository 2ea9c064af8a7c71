"""Steps through the chunks of a RIFF file. Rule: an explicit stack, a bound on depth and count, no size believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verify.readers.collect import Collector
from verify.readers.isobmff.walk import Bytes

_MAX_CHUNKS = 20_000
_MAX_DEPTH = 8
_SKIPPED_LISTS = {"movi"}  # pictures and sound


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """One chunk: four letters, path, where its payload starts and how long it is."""

    type: str
    path: str
    start: int
    length: int


def chunks(data: Bytes, out: Collector) -> Iterator[Chunk]:
    """Yield the chunks of a file in order, those inside lists included, those of `movi` not."""
    stack = [(0, data.size, "")]
    for _ in range(_MAX_CHUNKS):
        if not stack:
            return
        at, end, path = stack.pop()
        head = data.read(at, 12)
        if at + 8 > end or len(head) < 8:
            continue
        kind = head[:4].decode("latin-1")
        length = int.from_bytes(head[4:8], "little")
        if not all(" " <= c <= "~" for c in kind):
            continue
        stop = min(at + 8 + length, end)
        if stop < at + 8 + length and kind in ("RIFF", "LIST"):
            out.problem(f"{path}{kind} at byte {at} says {length} bytes, the file ends after {stop - at - 8}")
        following = at + 8 + length + (length & 1)
        if following < end:
            stack.append((following, end, path))
        inner = head[8:12].decode("latin-1") if kind in ("RIFF", "LIST") and len(head) == 12 else ""
        name = f"{path}{kind}({inner})" if inner else f"{path}{kind}"
        yield Chunk(type=kind, path=name, start=at + 8, length=stop - at - 8)
        if inner and inner not in _SKIPPED_LISTS:
            if path.count("/") >= _MAX_DEPTH:
                out.problem(f"lists nested deeper than {_MAX_DEPTH} at byte {at}: not followed")
                continue
            stack.append((at + 12, stop, name + "/"))
    out.problem(f"more than {_MAX_CHUNKS} chunks: the rest was not walked")
