"""A fingerprint as one compact blob, and back. Rule: plain numbers only, sizes checked before memory is taken.

Layout: 4 bytes `FSF2`, 4 bytes length of the header (little endian), the header (JSON: name, version, parameters,
and for `times` and each array its dtype, shape, coding and length), then the bodies one after another. The header is
deflated against `USUAL`, words that most headers hold (RFC 1950, preset dictionary): plain, it was a fifth of what is
kept of a clip of ten seconds. Blobs that begin with `FSF1` have it plain; they are still read. Coding
`raw` is the array's own bytes, `deflate` zlib over them, `shuffle` zlib over the bytes sorted by their place in the
number: first bytes of all numbers, then second bytes... (HDF5's shuffle filter), which suits slowly rising times.
"""

from __future__ import annotations

import re
import zlib
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from verify.errors import TamperedError
from verify.records.fingerprints import Fingerprint

_MAGIC, _PLAIN_MAGIC = b"FSF2", b"FSF1"
# Part of the format: never to be changed. What is commonest stands last, as deflate likes it.
USUAL = (
    b'"hash_size":8,"highfreq_factor":4,"as":"imagehash""as":"pdqhash""informative""quality"'
    b'"edges":[80.0,200.0,400.0,700.0,1100.0,1700.0,2600.0,4000.0,7000.0],"decibels":3.0"levels""steps":'
    b'"width":24,"height":18,"step":0.25,"aspect":1.7778"packed""count""quantum""stills""changes""size""light"'
    b'"places":72,"lines":300,"patch":16"codes","dtype":"<u8""scale""whole""onsets""moments""patches""grid""dhash"'
    b'"phash""pdq""dtype":"<i4""dtype":"|i1","coding":"shuffle","coding":"raw","length":'
    b'{"name":"bits","dtype":"|u1","shape":[20,8],"coding":"raw","length":160}]}'
    b'{"name":"phash","version":1,"parameters":{},"times":{"name":"times","dtype":"<f4","shape":[20],"coding":"deflate",'
    b'"length":60},"arrays":[{"name":"x","dtype":"|u1","shape":[1,72],"coding":"deflate","length":'
)
_LEVEL = 6
# 64 MiB: twenty times the goal of 3 MB for an hour's rows; what is larger is not a fingerprint of ours.
LARGEST = 64 * 1024 * 1024
_KINDS = "biuf"  # booleans, integers, floats: never objects, never text
_DTYPE = re.compile(r"\|[bu]1|\|i1|[<>](i|u)[248]|[<>]f[248]")
_LARGEST_HEADER = 1024 * 1024


class _Part(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    name: str
    dtype: str
    shape: tuple[int, ...]
    coding: str
    length: int


class _Header(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    name: str
    version: int
    parameters: dict[str, Any]
    times: _Part
    arrays: tuple[_Part, ...]


def pack(fingerprint: Fingerprint) -> bytes:
    """Return `fingerprint` as one blob.

    Raises ValueError for arrays whose first axis is not the row, or that hold anything but numbers.
    """
    for name, array in fingerprint.arrays.items():
        if array.ndim < 1 or len(array) != len(fingerprint.times):
            raise ValueError(f"array {name!r} of fingerprint {fingerprint.name!r} does not have one entry a row")
    times, body = _packed("times", np.asarray(fingerprint.times, dtype=np.float32))
    bodies, parts = [body], []
    for name, array in fingerprint.arrays.items():
        part, body = _packed(name, array)
        parts.append(part)
        bodies.append(body)
    header = msgspec.json.encode(
        _Header(
            name=fingerprint.name,
            version=fingerprint.version,
            parameters=fingerprint.parameters,
            times=times,
            arrays=tuple(parts),
        )
    )
    deflating = zlib.compressobj(_LEVEL, zdict=USUAL)
    header = deflating.compress(header) + deflating.flush()
    return b"".join((_MAGIC, len(header).to_bytes(4, "little"), header, *bodies))


def unpack(blob: bytes) -> Fingerprint:
    """Return the fingerprint of a blob made by `pack`. Raises TamperedError for anything else."""
    length = int.from_bytes(blob[4:8], "little")
    if blob[:4] not in {_MAGIC, _PLAIN_MAGIC} or length > min(_LARGEST_HEADER, len(blob) - 8):
        raise TamperedError("A fingerprint in the library is not one.")
    try:
        header = msgspec.json.decode(_header_of(blob, length), type=_Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TamperedError(f"A fingerprint in the library cannot be read: {error}.") from error
    place, found = 8 + length, []
    for part in (header.times, *header.arrays):
        if part.length < 0 or place + part.length > len(blob):
            raise TamperedError("A fingerprint in the library is cut short.")
        found.append(_unpacked(part, blob[place : place + part.length]))
        place += part.length
    times, *bodies = found
    arrays = {part.name: body for part, body in zip(header.arrays, bodies, strict=True)}
    if place != len(blob) or times.dtype != np.float32 or times.ndim != 1 or len(arrays) != len(bodies):
        raise TamperedError("A fingerprint in the library does not agree with its own header.")
    if any(len(body) != len(times) for body in bodies):
        raise TamperedError("A fingerprint in the library does not have one entry a row.")
    return Fingerprint(
        name=header.name, version=header.version, times=times, arrays=arrays, parameters=header.parameters
    )


def _header_of(blob: bytes, length: int) -> bytes:
    """Return the JSON of the header, which takes `length` bytes of `blob`."""
    plain = blob[8 : 8 + length]
    return plain if blob[:4] == _PLAIN_MAGIC else _inflated(plain, _LARGEST_HEADER, USUAL)


def _packed(name: str, array: npt.NDArray[Any]) -> tuple[_Part, bytes]:
    if array.dtype.kind not in _KINDS:
        raise ValueError(f"array {name!r} holds {array.dtype}, not numbers")
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    raw = plain.tobytes()
    bodies = {"raw": raw, "deflate": zlib.compress(raw, _LEVEL)}
    if plain.itemsize > 1:
        shuffled = np.frombuffer(raw, dtype=np.uint8).reshape(-1, plain.itemsize).T.tobytes()
        bodies["shuffle"] = zlib.compress(shuffled, _LEVEL)
    coding = min(bodies, key=lambda c: len(bodies[c]))
    body = bodies[coding]
    return _Part(name=name, dtype=plain.dtype.str, shape=plain.shape, coding=coding, length=len(body)), body


def _unpacked(part: _Part, body: bytes) -> npt.NDArray[Any]:
    if not _DTYPE.fullmatch(part.dtype):  # numpy evaluates what it does not know: structures, shapes, expressions
        raise TamperedError(f"A fingerprint holds numbers of an unknown kind: {part.dtype[:40]!r}.")
    dtype = np.dtype(part.dtype)
    size = dtype.itemsize
    for count in part.shape:
        size *= max(0, count)
        if size > LARGEST:
            break
    if dtype.kind not in _KINDS or not part.shape or min(part.shape) < 0 or size > LARGEST:
        raise TamperedError("A fingerprint in the library claims an impossible size.")
    raw = body if part.coding == "raw" else _inflated(body, size)
    if len(raw) != size or part.coding not in {"raw", "deflate", "shuffle"}:
        raise TamperedError("A fingerprint in the library is cut short.")
    if part.coding == "shuffle":
        raw = np.frombuffer(raw, dtype=np.uint8).reshape(dtype.itemsize, -1).T.tobytes()
    # A copy: what a caller may write to must not be the database's own buffer.
    return np.frombuffer(raw, dtype=dtype).reshape(part.shape).copy()


def _inflated(body: bytes, size: int, usual: bytes = b"") -> bytes:
    stream = zlib.decompressobj(zdict=usual)
    try:
        raw = stream.decompress(body, size + 1)
    except zlib.error as error:
        raise TamperedError(f"A fingerprint in the library is damaged: {error}.") from error
    return raw
