"""Reads the counters of an MPEG transport stream. Rule: only the packets' own heads, bounded.

Every packet of 188 bytes counts up to 15 for its track (ISO/IEC 13818-1, 2.4.3.3). Where a count is left out, packets
were lost on the way or pieces were put one after the other; a packet may also say itself that its clock begins anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.readers.collect import Collector
from verify.readers.isobmff.walk import Bytes

_SIZES = (188, 192)  # the second with four bytes of time before each packet, as AVCHD and Blu-ray write
_SYNC = 0x47
_MOST_BYTES = 2 * 1024**3
_AT_ONCE = 64 * 1024  # packets read at a time: 12 MB
_MOST_TOLD = 20
_NULL = 0x1FFF  # packets that only fill
_MOST_TRACKS = 64
_MOST_LOST = 0.01  # of the packets that may lack their mark before the raster counts as lost
_MARKS = 8  # packets in a row whose marks show the raster


def breaks(data: Bytes, out: Collector) -> list[dict[str, Any]]:
    """Return where the counters break: `byte` of the packet, `track` number, and the `sign` in words."""
    size, start = _layout(data)
    if not size:
        out.problem("no packets of a transport stream follow one another at its start")
        return []
    counts: dict[int, int | None] = {}
    found: list[dict[str, Any]] = []
    at, out_of_step = start, False
    end = min(data.size, start + _MOST_BYTES)
    while at + size <= end and len(found) < _MOST_TOLD:
        raw = data.read(at, min(_AT_ONCE * size, end - at))
        rows = np.frombuffer(raw, np.uint8, len(raw) // size * size).reshape(-1, size)
        if not len(rows):
            break
        heads = rows[:, size - 188 : size - 182].astype(np.int32)
        out_of_step = out_of_step or (heads[:, 0] != _SYNC).mean() > _MOST_LOST
        found += _breaks(heads, at, size, counts)
        at += len(rows) * size
    if out_of_step:
        out.problem("the packets do not follow one another all along: bytes are missing or were put in")
    return found[:_MOST_TOLD]


def _layout(data: Bytes) -> tuple[int, int]:
    """Return the size of packets and the byte of the first one; 0 where none is seen."""
    head = np.frombuffer(data.read(0, 192 * 12), np.uint8)
    for size in _SIZES:
        for start in range(size):
            marks = head[start + size - 188 :: size][:_MARKS]
            if len(marks) >= _MARKS // 2 and (marks == _SYNC).all():
                return size, start
    return 0, 0


def _breaks(heads: npt.NDArray[Any], at: int, size: int, counts: dict[int, int | None]) -> list[dict[str, Any]]:
    """Return the breaks among these packets; `counts` holds the last count of each track."""
    good = np.flatnonzero(heads[:, 0] == _SYNC)
    heads = heads[good]
    tracks = (heads[:, 1] & 0x1F) << 8 | heads[:, 2]
    holds = heads[:, 3] & 0x10 > 0
    adapted = (heads[:, 3] & 0x20 > 0) & (heads[:, 4] > 0)
    anew = adapted & (heads[:, 5] & 0x80 > 0)
    found: list[dict[str, Any]] = []
    for track in np.unique(tracks)[:_MOST_TRACKS]:
        if track == _NULL:
            continue
        mine = np.flatnonzero(tracks == track)
        first = int(track) not in counts  # a track's first packet says so in every stream
        for i in mine[int(first) :][anew[mine[int(first) :]]][:_MOST_TOLD]:
            found.append({"byte": int(at + good[i] * size), "track": int(track), "sign": "clock begins anew"})
        mine = mine[holds[mine]]
        if not len(mine):
            counts.setdefault(int(track), None)
            continue
        now = heads[mine, 3] & 0x0F
        known = counts.get(int(track))
        before = np.concatenate([[(int(now[0]) - 1) & 0x0F if known is None else known], now[:-1]])
        counts[int(track)] = int(now[-1])
        step = (now - before) & 0x0F
        for i in mine[(step > 1) & ~anew[mine]][:_MOST_TOLD]:  # 0: a packet sent twice, which is allowed
            found.append({"byte": int(at + good[i] * size), "track": int(track), "sign": "count left out"})
    return sorted(found, key=lambda b: b["byte"])
