"""Finds where an encoder began anew inside the picture track. Rule: only what stands in the bytes, at its second.

x264 and x265 write their settings once, before the first picture they make. The same text before a later picture means
that another encoding begins there; so does another entry of the sample description. Programs that join clips without
encoding them leave both, and so do services that encode a long film in equal pieces: which of the two, the spacing and
the settings may tell (verify/checks/joined.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from verify.readers.collect import Collector
from verify.readers.isobmff.samples import SETTINGS, inside
from verify.readers.isobmff.walk import MAX_PAYLOAD, Bytes, Tree

Numbers = npt.NDArray[Any]

_HEAD = 3 * 1024  # bytes of a key picture that are searched: the text stands first, and is 700 bytes long
_MOST_KEYS = 4000  # key pictures looked at: an hour with one a second
_MOST_TOLD = 200


def read(tree: Tree, data: Bytes, kinds: dict[int, str], out: Collector) -> None:
    """Read the key pictures of the first picture track."""
    trak = next((t for t, _ in tree.of("trak") if kinds.get(t) == "vide"), None)
    if trak is None:
        return
    table = _Table(trak, tree, data)
    place = tree.boxes[trak].path
    seen = {tag.value for tag in out.tags if tag.name == "encoder settings"}
    told = 0
    for sample in table.keys():  # noqa: SIM118 - no dictionary
        at = table.offset(sample)
        if at is None or sample == 0 or told >= _MOST_TOLD:
            continue
        found = SETTINGS.search(data.read(at, _HEAD))
        if found is None:
            continue
        text = found[1].split(b"\0", 1)[0].decode("ascii", errors="replace")
        same = "the settings are the same" if text[:1000] in {s[:1000] for s in seen} else "the settings are others"
        where = f"{place} sample {sample + 1}"
        out.add("encoder restart", f"{table.seconds(sample):.3f}", where, at + found.start(1), found[1][:64], same)
        seen.add(text)
        told += 1
    for sample in table.changes()[:_MOST_TOLD]:
        where = f"{place}/mdia/minf/stbl/stsc, sample {sample + 1}"
        note = "another sample description begins: other settings of the encoder, or another encoder"
        out.add("encoder restart", f"{table.seconds(sample):.3f}", where, None, b"", note)


class _Table:
    """The sample tables of one track (ISO/IEC 14496-12, 8.6 and 8.7), as far as they agree with themselves."""

    def __init__(self, trak: int, tree: Tree, data: Bytes) -> None:
        def payload(kind: str) -> bytes:
            box = inside(trak, tree, kind)
            return data.payload(box, MAX_PAYLOAD) if box is not None else b""

        wide = payload("co64")
        self._chunks = _rows(wide, 8, ">u8", 1)[:, 0] if wide else _rows(payload("stco"), 8, ">u4", 1)[:, 0]
        sizes = payload("stsz")
        self._common = int.from_bytes(sizes[4:8], "big")
        self._before = np.concatenate([[0], np.cumsum(_rows(sizes, 12, ">u4", 1)[:, 0].astype(np.int64))])
        steps = _rows(payload("stts"), 8, ">u4", 2).astype(np.float64)
        self._samples = np.concatenate([[0.0], np.cumsum(steps[:, 0])])
        self._ticks = np.concatenate([[0.0], np.cumsum(steps[:, 0] * steps[:, 1])])
        self._sync = _rows(payload("stss"), 8, ">u4", 1)[:, 0]
        head = payload("mdhd")
        self._scale = int.from_bytes(head[20:24] if head[:1] == b"\1" else head[12:16], "big") or 1
        self._spans = self._spread(_rows(payload("stsc"), 8, ">u4", 3).astype(np.int64))

    def keys(self) -> list[int]:
        """Return the numbers of the key pictures, from 0."""
        return [int(n) - 1 for n in self._sync[:_MOST_KEYS] if n]

    def _spread(self, runs: Numbers) -> Numbers:
        """Return (first sample, first chunk, samples a chunk, description) of every run of chunks, from 0."""
        ends = np.append(runs[1:, 0], len(self._chunks) + 1)
        sound = (runs[:, 0] >= 1) & (runs[:, 1] >= 1) & (ends > runs[:, 0]) & (ends <= len(self._chunks) + 1)
        whole = len(runs) if sound.all() else int(np.argmin(sound))  # nothing is believed behind the first mistake
        runs, ends = runs[:whole], ends[:whole]
        first = np.concatenate([[0], np.cumsum((ends - runs[:, 0]) * runs[:, 1])])[:whole]
        return np.column_stack([first, runs[:, 0] - 1, runs[:, 1], runs[:, 2]])

    def offset(self, sample: int) -> int | None:
        """Return where a sample begins in the file, None where the tables do not say."""
        span = int(np.searchsorted(self._spans[:, 0], sample, side="right")) - 1
        if span < 0:
            return None
        start, chunk, many, _ = (int(n) for n in self._spans[span])
        chunk, into = chunk + (sample - start) // many, (sample - start) % many
        if not 0 <= chunk < len(self._chunks) or into > sample:  # sums of lying tables may run over
            return None
        if not self._common and sample >= len(self._before):
            return None
        before = self._common * into if self._common else int(self._before[sample] - self._before[sample - into])
        return int(self._chunks[chunk]) + before

    def changes(self) -> list[int]:
        """Return the samples before which the sample description changes."""
        return [int(n) for n in self._spans[1:, 0][np.diff(self._spans[:, 3]) != 0]]

    def seconds(self, sample: int) -> float:
        """Return when a sample is decoded, counted from the first."""
        return float(np.interp(sample, self._samples, self._ticks)) / self._scale


def _rows(raw: bytes, start: int, form: str, wide: int) -> Numbers:
    """Return a table of big-endian numbers, `wide` in a row, whose count stands in the four bytes before `start`."""
    held = max(0, len(raw) - start) // (np.dtype(form).itemsize * wide)
    count = min(int.from_bytes(raw[start - 4 : start], "big"), held)
    return np.frombuffer(raw, form, count * wide, min(start, len(raw))).reshape(count, wide)
