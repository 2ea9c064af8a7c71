"""Fingerprints of others that are malformed or meant to harm: refused in one sentence, and later searches go on."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drawn_clip import draw_clip
from hostile.real_command import run
from verify.archive.audit import audit
from verify.archive.forms import why_foreign
from verify.archive.packing import USUAL, pack, unpack
from verify.records.fingerprints import Fingerprint, load

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a clip, its case, and what that case exports."""
    folder = tmp_path_factory.mktemp("made")
    draw_clip(folder / "a.mp4", seed=1, seconds=2.0)
    draw_clip(folder / "b.mp4", seed=2, seconds=2.0)
    assert run("check", folder / "a.mp4", "--case", folder / "case")[0] == 0
    assert run("export", "--fingerprints", folder / "out.jsonl", "--case", folder / "case")[0] == 0
    return folder


def lines_of(made: Path) -> Lines:
    return [json.loads(line) for line in (made / "out.jsonl").read_text().splitlines()]


def prints_of(made: Path) -> dict[str, Fingerprint]:
    found = [unpack(base64.b64decode(one)) for one in lines_of(made)[1]["fingerprints"]]
    return {one.name: one for one in found}


def with_prints(change: Callable[[dict[str, Fingerprint]], None]) -> Callable[[Path], bytes]:
    def make(made: Path) -> bytes:
        prints, lines = prints_of(made), lines_of(made)
        change(prints)
        lines[1]["fingerprints"] = [base64.b64encode(pack(one)).decode() for one in prints.values()]
        return as_file(lines)

    return make


def with_line(**changes: Any) -> Callable[[Path], bytes]:
    def make(made: Path) -> bytes:
        lines = lines_of(made)
        lines[1] |= changes
        return as_file(lines)

    return make


def as_file(lines: Lines) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def arrays(name: str, **changes: Any) -> Callable[[Path], bytes]:
    def change(prints: dict[str, Fingerprint]) -> None:
        one = prints[name]
        made = {k: v(len(one)) if callable(v) else v for k, v in changes.items()}
        prints[name] = replace(one, arrays={k: v for k, v in {**one.arrays, **made}.items() if v is not None})

    return with_prints(change)


def parameters(name: str, **changes: Any) -> Callable[[Path], bytes]:
    def change(prints: dict[str, Fingerprint]) -> None:
        prints[name] = replace(prints[name], parameters={**prints[name].parameters, **changes})

    return with_prints(change)


def bent_header(name: str, **changes: Any) -> Callable[[Path], bytes]:
    """Change the packed header of one array itself: sizes, kinds of number, coding."""

    def make(made: Path) -> bytes:
        lines = lines_of(made)
        for index, encoded in enumerate(lines[1]["fingerprints"]):
            blob = base64.b64decode(encoded)
            length = int.from_bytes(blob[4:8], "little")
            header = json.loads(zlib.decompressobj(zdict=USUAL).decompress(blob[8 : 8 + length]))
            if header["name"] == name:
                header["arrays"][0] |= changes
                new = json.dumps(header).encode()
                deflating = zlib.compressobj(zdict=USUAL)
                new = deflating.compress(new) + deflating.flush()
                blob = blob[:4] + struct.pack("<I", len(new)) + new + blob[8 + length :]
                lines[1]["fingerprints"][index] = base64.b64encode(blob).decode()
        return as_file(lines)

    return make


def bomb(made: Path) -> bytes:
    """An array that says it is small and unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    part = {"name": "bits", "dtype": "|u1", "shape": [8, 8], "coding": "deflate", "length": len(body)}
    times = {"name": "times", "dtype": "<f4", "shape": [8], "coding": "raw", "length": 32}
    header = json.dumps({"name": "phash", "version": 1, "parameters": {}, "times": times, "arrays": [part]}).encode()
    blob = b"FSF1" + struct.pack("<I", len(header)) + header + bytes(32) + body
    lines = lines_of(made)
    lines[1]["fingerprints"] = [base64.b64encode(blob).decode()]
    return as_file(lines)


TRICKS: dict[str, Callable[[Path], bytes]] = {
    "no text": lambda _: b"\xff\xfe\x00",
    "empty": lambda _: b"",
    "not lines": lambda _: b"[]",
    "another format": lambda m: as_file([{"format": "x", "made": "", "by": ""}]),
    "cut short": lambda m: (m / "out.jsonl").read_bytes()[:-40],
    "no base64": with_line(fingerprints=["%%%"]),
    "no fingerprint": with_line(fingerprints=[base64.b64encode(b"harm" * 9).decode()]),
    "an id that is a path": with_line(id="../../../../etc/passwd" + "0" * 10),
    "an id twice": lambda m: as_file([*lines_of(m), lines_of(m)[1]]),
    "another field": with_line(harm=1),
    "duration for ever": with_line(duration=1e300),
    "duration below nothing": with_line(duration=-1),
    "bounds that are none": with_line(bounds=[{"not_before": "yesterday"}]),
    "bounds the wrong way round": with_line(
        bounds=[{"not_before": "2024-01-02T00:00:00Z", "not_after": "2024-01-01T00:00:00Z", "basis": "x"}]
    ),
    "bounds without a zone": with_line(bounds=[{"not_before": "2024-01-02T00:00:00", "not_after": None, "basis": "x"}]),
    "ten thousand levels deep": lambda m: as_file(lines_of(m)[:1]) + b"[" * 10_000 + b"]" * 10_000 + b"\n",
    "a bomb": bomb,
    "an array too few": arrays("pdq", quality=None),
    "an array too many": arrays("pdq", harm=lambda n: np.zeros(n, np.uint8)),
    "rows too narrow": arrays("phash", bits=lambda n: np.zeros((n, 3), np.uint8)),
    "another kind of number": arrays("phash", bits=lambda n: np.zeros((n, 8), np.float64)),
    "patches without places": arrays("patches", codes=lambda n: np.zeros((n, 0), np.uint64)),
    "patches of another descriptor": with_prints(
        lambda p: p.update(patches=replace(p["pdq"], name="patches", version=p["patches"].version))
    ),
    "a grid of nothing": arrays("grid", packed=np.zeros((1, 0), np.uint8)),
    "a grid of noise": arrays("grid", packed=np.frombuffer(random.Random(1).randbytes(900), np.uint8).reshape(1, -1)),
    "a grid that counts too many": arrays("grid", count=np.array([2_000_000_000], np.int32)),
    "a grid without a measure": arrays("grid", quantum=np.array([np.nan], np.float32)),
    "a grid of no width": parameters("grid", width=0),
    "a grid of words": parameters("grid", aspect="wide"),
    "onsets of endless steps": parameters("onsets", steps=10**18),
    "times that are none": with_prints(
        lambda p: p.update(pdq=replace(p["pdq"], times=np.full(len(p["pdq"]), np.nan, np.float32)))
    ),
    "times that go back": with_prints(
        lambda p: p.update(pdq=replace(p["pdq"], times=np.arange(len(p["pdq"]), 0, -1).astype(np.float32)))
    ),
    "a header that is evaluated": bent_header("pdq", dtype="__import__('os').system('touch harm')"),
    "a header of objects": bent_header("pdq", dtype="|O"),
    "a header of structures": bent_header("pdq", dtype="i4,f8"),
    "a header that is no expression": bent_header("pdq", dtype="(("),
    "a size beyond memory": bent_header("pdq", shape=[2**40, 2**20]),
    "a size below nothing": bent_header("pdq", shape=[-1, 32]),
    "an unknown coding": bent_header("pdq", coding="pickle"),
    "a length beyond the end": bent_header("pdq", length=10**9),
}


def test_each_is_refused_in_one_sentence_and_leaves_nothing(made: Path, tmp_path: Path, score) -> None:
    from pipelines.options import Options
    from pipelines.sharing import bring_fingerprints
    from verify.errors import TamperedError

    options = Options(case=tmp_path / "case")
    bring_fingerprints(options, made / "out.jsonl")
    for name, make in TRICKS.items():
        with score.case(name):
            path = tmp_path / "theirs.jsonl"
            path.write_bytes(make(made))
            with pytest.raises(TamperedError) as caught:
                bring_fingerprints(options, path)
            assert "refused" in caught.value.message and "\n" not in caught.value.message
            assert len(caught.value.message) < 500
    assert not list(tmp_path.rglob("harm"))
    found = audit(tmp_path / "case")
    assert found.sound, found.faults
    code, out, _ = run("check", made / "b.mp4", "--case", tmp_path / "case")
    assert code == 0, out


def test_seeded_mutants_are_refused_or_harmless(made: Path, tmp_path: Path, score) -> None:
    """Bytes of good fingerprints flipped: what comes in all the same must not stop a later check."""
    from pipelines.options import Options
    from pipelines.sharing import bring_fingerprints
    from verify.errors import FirstseenError

    chance, options, came = random.Random(6), Options(case=tmp_path / "case"), 0
    for number in range(60):
        lines = lines_of(made)
        lines[1]["id"] = f"{number:032x}"
        at = chance.randrange(len(lines[1]["fingerprints"]))
        blob = bytearray(base64.b64decode(lines[1]["fingerprints"][at]))
        for _ in range(chance.choice([1, 3, 20])):
            blob[chance.randrange(len(blob))] = chance.randrange(256)
        lines[1]["fingerprints"][at] = base64.b64encode(bytes(blob)).decode()
        path = tmp_path / "mutant.jsonl"
        path.write_bytes(as_file(lines))
        with score.case(f"mutant {number}"):
            try:
                came += bool(bring_fingerprints(options, path)["clips"])
            except FirstseenError as error:
                assert "\n" not in error.message
    assert 0 < came < 60
    code, _, err = run("check", made / "a.mp4", "--case", tmp_path / "case")
    assert code == 0, err


def test_control_what_is_whole_comes_in_and_is_found(made: Path, tmp_path: Path) -> None:
    code, out, err = run("import", made / "out.jsonl", "--case", tmp_path / "case", "--json")
    assert code == 0, err
    assert json.loads(out)["clips"] == 1
    code, out, err = run("check", made / "a.mp4", "--case", tmp_path / "case")
    assert code == 0, err
    assert "known by its fingerprints only" in (next((tmp_path / "case").glob("items/*/report.html"))).read_text()


def test_control_numpy_alone_reads_a_header_it_should_not() -> None:
    with pytest.raises(SyntaxError):  # numpy parses what a stranger wrote as an expression of the language
        np.dtype("(2,,)i4")
    assert np.dtype("i4,f8").names


def test_the_forms_that_are_learned_are_those_of_real_clips(made: Path) -> None:
    from pipelines.sampling import forms

    prints = prints_of(made)
    assert set(prints) == set(forms())
    assert {name: why_foreign(one, forms()[name]) for name, one in prints.items()} == dict.fromkeys(prints, "")


def test_a_file_of_fingerprints_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    """What a worker's child wrote is foreign as well."""
    path = tmp_path / "fingerprints.npz"
    np.savez_compressed(path, index=np.frombuffer(b"[]", np.uint8), harm=np.zeros(600 << 20, np.uint8))
    with pytest.raises(ValueError, match="more than"):
        load(path)
