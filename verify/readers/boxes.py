"""The container reader of ISO-BMFF files: mp4, mov, m4v, 3gp, heic, avif. Rule: own code, bounded, every byte placed.

It shows what no library at hand shows (edit lists, box order, which `meta` a key stands in, the encoder's settings)
and keeps offset and raw bytes of each value, so that a second person can look at the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from verify.readers import exif
from verify.readers.base import Reader, Reading
from verify.readers.collect import Collector
from verify.readers.isobmff import extensions, headers, layout, pieces, samples, userdata
from verify.readers.isobmff.walk import Bytes, Tree, walk
from verify.readers.opening import reading

CONTAINERS = frozenset({"mp4", "mov", "3gp", "m4a", "heic", "avif"})  # the names that verify/media/sniff.py gives


class Boxes(Reader):
    """Reads ISO-BMFF and QuickTime files box by box."""

    name: ClassVar[str] = "boxes"
    of_copies: ClassVar[bool] = True

    def handles(self, container: str) -> bool:
        """Return whether `container` is one of the ISO-BMFF family."""
        return container in CONTAINERS

    def read(self, path: Path, container: str) -> Reading:
        """Return the tags of the file's boxes; `extra` has the container fingerprint, box order and shape."""
        out = Collector(self.name)
        return reading(path, out, lambda data: _read(data, out))


def _read(data: Bytes, out: Collector) -> dict[str, Any]:
    tree = walk(data)
    for problem in tree.problems[:20]:
        out.problem(problem)
    if not any(b.type in ("ftyp", "moov", "mdat", "moof", "meta", "styp") for _, b in tree.children(-1)):
        out.problem("no box of a film or picture at the top level")
    headers.brands(tree, data, out)
    userdata.read(tree, data, out)
    headers.times(tree, data, out)
    kinds = headers.handlers(tree, data, out)
    scales = headers.movie(tree, data, kinds, out)
    headers.codecs(tree, data, kinds, out)
    headers.edits(tree, data, scales, out)
    steps: tuple[Callable[[Tree, Bytes, Collector], None], ...] = (
        extensions.packets,
        extensions.camcorder,
        extensions.windows,
        extensions.picture,
    )
    for step in steps:
        step(tree, data, out)
    for place, offset, raw in extensions.embedded(tree, data):
        exif.bare(raw, place, offset, out, of_film=True)
    samples.read(tree, data, kinds, out)
    pieces.read(tree, data, kinds, out)
    return layout.layout(tree, data, out)
