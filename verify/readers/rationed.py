"""Hands a parser a file of which it may read only so often and so much. Rule: what is spent reads like a file's end.

exifread goes through 65,535 entries of a directory, directory after directory, and reads a text to the end of the file
for every entry that says it is that long. A file made to do so holds it for as long as its maker likes. It takes an end
of file calmly and keeps what it found until then, which an exception would throw away.
"""

from __future__ import annotations

from typing import BinaryIO

# Of 1,066 stills the greediest sound one asks 7,004 times and for less than 1 MB, a fuzzed one 131,701 times
# (0.31 s). Forty thousand are 0.1 s, and leave a TIFF of hundreds of pages whole.
MOST_READS = 40_000
STOP_TAG = "Tag 0xFFFF"  # exifread's name of the tag at which a directory ends; handed out when long refused
_PATIENCE = 2000  # refusals with nothing in hand: more than one value (999 fractions) that was being read can need
MOST_BYTES = 16 * 1024 * 1024


class Rationed:
    """A file for reading, of which `reads` calls and `size` bytes are handed out; `spent` tells whether all were."""

    def __init__(self, file: BinaryIO, reads: int = MOST_READS, size: int = MOST_BYTES) -> None:
        self._file = file
        self.reads = reads
        self.size = size
        self._refused = 0

    @property
    def spent(self) -> bool:
        """Return whether the parser was refused something."""
        return self.reads < 0 or self.size < 0

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes (all, if negative), or none once that is spent; `STOP_TAG` if asked on and on."""
        self.reads -= 1
        if self.spent:
            self._refused += 1
            return b"\xff\xff" if size == 2 and self._refused > _PATIENCE else b""
        got = self._file.read(size if 0 <= size <= self.size else self.size)
        self.size -= len(got)
        if (size < 0 or size > self.size) and self.size == 0:
            self.size = -1
        return got

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to `offset`, as a file does."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return where in the file the next byte is read."""
        return self._file.tell()
