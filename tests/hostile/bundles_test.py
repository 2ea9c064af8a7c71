"""Bundles that were built to do harm: each is refused before it does, and leaves nothing behind."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

import pytest

from archive.made_up import Came
from hostile.forged_bundles import TRICKS
from verify.archive import bag
from verify.archive.bag import unpack_bag
from verify.archive.bundle import take_in, write_bundle
from verify.archive.store import CaseFolder
from verify.errors import DiskFullError, TamperedError


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("good")
    (folder / "clip.mp4").write_bytes(b"a clip" * 100)
    with CaseFolder(folder / "case") as case:
        case.add_item("clip.mp4", [Came(path=folder / "clip.mp4")])
        return write_bundle(case, folder / "good.zip").path.read_bytes()


def everything(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*")}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_is_refused_and_leaves_nothing(trick: str, good: bytes, tmp_path: Path) -> None:
    with CaseFolder(tmp_path / "case") as case:
        entries, before = case.custody().entries, everything(tmp_path)
        bundle = tmp_path / "bundle.zip"
        bundle.write_bytes(TRICKS[trick](good))
        with pytest.raises(TamperedError, match="refused") as caught:
            take_in(case, bundle)
        assert len(caught.value.message) < 600
        assert case.custody().entries == entries
        assert everything(tmp_path) == before | {"bundle.zip"}
    assert not Path("/tmp/firstseen-harm").exists()


def test_the_bundle_that_the_tricks_were_made_of_comes_in(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "good.zip").write_bytes(good)
    with CaseFolder(tmp_path / "case") as case:
        assert len(take_in(case, tmp_path / "good.zip").items) == 1


def test_control_the_standard_way_of_unpacking_takes_most_of_them(good: bytes, tmp_path: Path) -> None:
    taken = []
    for number, (trick, make) in enumerate(TRICKS.items()):
        bundle = tmp_path / f"{number}.zip"
        bundle.write_bytes(make(good))
        try:
            with zipfile.ZipFile(bundle) as archive:
                archive.extractall(tmp_path / str(number))
            taken.append(trick)
        except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError):
            continue
    print(f"zipfile.extractall takes {len(taken)} of {len(TRICKS)}")
    assert len(taken) > len(TRICKS) // 2


def test_a_list_of_a_million_files_is_refused_before_it_is_read(tmp_path: Path, good: bytes) -> None:
    for form in ("claimed", "claimed in 64 bits"):
        data = bytearray(good)
        at = data.rfind(b"PK\x05\x06")
        if form == "claimed":
            struct.pack_into("<L", data, at + 12, 400_000_000)
        else:
            record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, 0)
            locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
            data[at:at] = record + locator
        (tmp_path / "many.zip").write_bytes(bytes(data))
        with pytest.raises(TamperedError, match="more than"):
            unpack_bag(tmp_path / "many.zip", tmp_path / "out")


def test_a_bundle_that_does_not_fit_is_said_before_anything_is_written(
    tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.zip").write_bytes(good)
    monkeypatch.setattr(bag.shutil, "disk_usage", lambda path: os.terminal_size((0, 0)) and type("U", (), {"free": 10}))
    with pytest.raises(DiskFullError, match="unpacks to"):
        unpack_bag(tmp_path / "good.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()
