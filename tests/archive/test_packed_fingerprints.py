"""Fingerprints come out of their blob as they went in; a blob that was tampered with is refused, never half read."""

from __future__ import annotations

import hashlib
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

from archive.made_up import fingerprint
from verify.archive.packing import LARGEST, USUAL, pack, unpack
from verify.errors import TamperedError
from verify.records.fingerprints import Fingerprint


def parted(blob: bytes) -> tuple[bytes, bytes]:
    """Return the header of a blob, in plain, and its bodies."""
    end = 8 + int.from_bytes(blob[4:8], "little")
    return zlib.decompressobj(zdict=USUAL).decompress(blob[8:end]), blob[end:]


def plain(header: bytes, bodies: bytes) -> bytes:
    """Return a blob as they were first made, with the header in plain."""
    return b"FSF1" + len(header).to_bytes(4, "little") + header + bodies


PLAIN = scalar_dtypes().filter(lambda d: d.kind in "biuf")


@settings(max_examples=150, deadline=None)
@given(data=st.data(), rows=st.integers(0, 20))
def test_any_numbers_come_back(data: st.DataObject, rows: int) -> None:
    found = {
        name: data.draw(
            arrays(data.draw(PLAIN), (rows, *data.draw(array_shapes(min_dims=1, max_dims=2, max_side=4))[1:]))
        )
        for name in data.draw(st.sets(st.text(max_size=8), max_size=3))
    }
    times = data.draw(arrays(np.float32, rows))
    back = unpack(pack(Fingerprint(name="n", version=3, times=times, arrays=found, parameters={"x": [1, "y"]})))
    assert (back.name, back.version, back.parameters) == ("n", 3, {"x": [1, "y"]})
    assert back.times.tobytes() == times.tobytes()
    assert back.arrays.keys() == found.keys()
    for name, array in found.items():
        assert back.arrays[name].shape == array.shape
        assert back.arrays[name].astype(array.dtype).tobytes() == array.tobytes()


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7), cut=st.booleans())
def test_a_damaged_blob_is_refused_or_reads_as_a_fingerprint(place: int, bit: int, cut: bool) -> None:
    blob = bytearray(pack(fingerprint(1, rows=9)))
    place %= len(blob)
    if cut:
        del blob[place:]
    else:
        blob[place] ^= 1 << bit
    try:
        found = unpack(bytes(blob))
    except TamperedError:
        return
    assert not cut
    assert all(len(array) == len(found.times) for array in found.arrays.values())


def test_a_blob_that_claims_an_impossible_size_takes_no_memory() -> None:
    header, bodies = parted(pack(fingerprint(1, rows=9)))
    for claim in (b"[900000000000,32]", b"[-1,32]", b"[9,3200000000]"):
        assert b"[9,32]" in header
        forged = plain(header.replace(b"[9,32]", claim), bodies)
        with pytest.raises(TamperedError):
            unpack(forged)
    assert LARGEST < 2**27


@pytest.mark.parametrize(
    "array", [np.array([object()]), np.array(["text"]), np.array([1 + 2j]), np.array("2020", dtype="datetime64[s]")]
)
def test_what_is_no_plain_number_is_not_packed(array: np.ndarray) -> None:
    times = np.zeros(len(array) if array.ndim else 0, dtype=np.float32)
    with pytest.raises(ValueError, match=r"fingerprint|numbers"):
        pack(Fingerprint(name="n", version=1, times=times, arrays={"x": array}))


def test_an_hour_of_hashes_stays_small() -> None:
    """The goal is 3 MB an hour for all descriptors: 7,200 rows of 256 + 64 + 64 random bits cannot shrink."""
    rows = 7200
    random = np.random.default_rng(1)
    hour = Fingerprint(
        name="hashes",
        version=1,
        times=np.arange(rows, dtype=np.float32) / 2,
        arrays={
            "pdq": random.integers(0, 256, (rows, 32), dtype=np.uint8),
            "phash": random.integers(0, 256, (rows, 8), dtype=np.uint8),
            "dhash": random.integers(0, 256, (rows, 8), dtype=np.uint8),
        },
    )
    assert len(pack(hour)) < rows * 48 * 1.03


def test_blobs_made_before_headers_were_deflated_are_read() -> None:
    made = fingerprint(1, rows=9)
    old = unpack(plain(*parted(pack(made))))
    assert (old.name, old.version, old.parameters) == (made.name, made.version, made.parameters)
    assert all(np.array_equal(old.arrays[name], array) for name, array in made.arrays.items())


def test_a_header_that_grows_without_end_is_refused() -> None:
    deflating = zlib.compressobj(9, zdict=USUAL)
    header = deflating.compress(b" " * (1 << 28)) + deflating.flush()
    with pytest.raises(TamperedError):
        unpack(b"FSF2" + len(header).to_bytes(4, "little") + header)


def test_the_words_that_headers_are_deflated_against_never_change() -> None:
    assert hashlib.sha256(USUAL).hexdigest() == "1d250d428fb678992088a09705c1f2f6647d54036397b1d281e9900648a15842"
