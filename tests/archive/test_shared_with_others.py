"""A case, or one item of it, as one file that others can check; and such a file from others taken in."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.made_up import Came, examination, fingerprint
from verify.archive.audit import audit
from verify.archive.bag import unpack_bag
from verify.archive.bundle import audit_bundle, take_in, write_bundle
from verify.archive.keys import create_key
from verify.archive.store import CaseFolder
from verify.errors import TamperedError
from verify.records.media import Post
from verify.records.times import moment


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A signed case of another newsroom: two items, one of them with a post that must not leave with the other."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    with CaseFolder(folder / "case", by="them@there", key=create_key(folder / "key", "Their newsroom")) as case:
        for number, target in enumerate(("https://example.org/secret-source", "https://example.org/public")):
            source = folder / f"{number}.mp4"
            source.write_bytes(f"clip {number}".encode() * 100)
            post = Post(url=target, platform="X", dates=(moment(datetime(2022, 4, 1, tzinfo=UTC), "its id"),))
            item = case.add_item(target, [Came(path=source, name=source.name)], post=post)
            case.save_examination(item, examination(item.media.sha256, folder), folder, [fingerprint(number)])
            case.save_report(item.id, "report.html", target.encode())
        case.note("not acquired", "https://example.org/another-secret", {"reason": "gone"})
    return folder / "case"


def bundle_of(case: Path, to: Path, *numbers: int) -> Path:
    with CaseFolder(case, by="them@there") as opened:
        items = [opened.items()[n].id for n in numbers]
        return write_bundle(opened, to, items).path


def test_a_whole_case_checks_with_standard_tools_and_with_our_audit(theirs: Path, tmp_path: Path) -> None:
    path = bundle_of(theirs, tmp_path / "whole.zip")
    bag = unpack_bag(path, tmp_path / "unpacked")
    if shutil.which("sha256sum"):
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "--quiet", "-c", manifest], cwd=bag, check=True)
    found = audit(bag)
    assert found.faults == ()
    assert found.items == 2
    assert found.signed == found.entries  # the entry about the bundle itself came after
    assert (bag / "data" / "items" / next(iter((theirs / "items").iterdir())).name / "report.html").is_file()
    assert audit_bundle(path, tmp_path / "scratch").head == found.head
    assert not (tmp_path / "scratch").exists()


def test_bagit_python_finds_the_bag_valid(theirs: Path, tmp_path: Path) -> None:
    bagit = pytest.importorskip("bagit", reason="bagit-python is not installed")
    bag = unpack_bag(bundle_of(theirs, tmp_path / "whole.zip"), tmp_path / "unpacked")
    assert bagit.Bag(str(bag)).validate()


def test_one_item_leaves_without_a_word_about_the_others(theirs: Path, tmp_path: Path) -> None:
    path = bundle_of(theirs, tmp_path / "one.zip", 1)
    bag = unpack_bag(path, tmp_path / "unpacked")
    for file in bag.rglob("*"):
        assert not file.is_file() or b"secret" not in file.read_bytes(), file
    found = audit(bag)
    assert found.faults == ()
    assert found.items == 1
    assert any("left out of this bundle" in sentence for sentence in found.unproved)


def test_a_second_look_leaves_with_what_was_seen_at_the_first(theirs: Path, tmp_path: Path) -> None:
    with CaseFolder(theirs) as case:
        first = case.items()[0]
        again = case.add_item("again", [Came(path=case.media_path(first.media.sha256))])
        bundle = write_bundle(case, tmp_path / "again.zip", [again.id])
    bag = unpack_bag(bundle.path, tmp_path / "unpacked")
    assert (bag / "data" / "items" / first.id / "examination.json").is_file()
    assert audit(bag).faults == ()
    keyframe = bag / "data" / "items" / first.id / "keyframes" / "000.jpg"
    keyframe.chmod(0o644)
    keyframe.write_bytes(b"another")
    assert [f.where for f in audit(bag).faults] == [f"items/{first.id}/keyframes/000.jpg"]


@pytest.mark.parametrize("part", ["originals", "items", "custody.jsonl", "keys"])
def test_an_edited_bundle_is_found_even_when_its_manifests_were_written_anew(
    theirs: Path, tmp_path: Path, part: str
) -> None:
    bag = unpack_bag(bundle_of(theirs, tmp_path / "whole.zip"), tmp_path / "unpacked")
    path = bag / "data" / part
    victim = path if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())[0]
    victim.chmod(0o644)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    assert not audit(bag).sound


def test_what_others_send_becomes_items_of_ours_and_their_word_stays_their_word(
    theirs: Path, tmp_path: Path, case: CaseFolder
) -> None:
    path = bundle_of(theirs, tmp_path / "one.zip", 1)
    taken = take_in(case, path)
    (item,) = taken.items
    assert item.post is not None
    assert item.post.stated_by_user
    assert all(d.basis.startswith("the sender of the bundle says") for d in item.post.dates)
    assert item.acquired is not None
    assert item.acquired.not_before is not None
    assert item.acquired.not_before.year >= 2026
    assert item.info["bundle"]["head"] == taken.audit.head
    assert {f.role for f in item.files} == {"evidentiary copy", "info", "report"}
    assert not case.examined(item.media.sha256, {})  # others' looking is not ours
    case.close()
    assert audit(case.path).faults == ()


def test_a_bundle_that_its_own_log_contradicts_is_refused(theirs: Path, tmp_path: Path, case: CaseFolder) -> None:
    original = next(p for p in (theirs / "originals").rglob("*") if p.is_file())
    original.chmod(0o644)
    original.write_bytes(b"other bytes")
    with CaseFolder(theirs) as opened, pytest.raises(TamperedError, match="not as it was kept"):
        write_bundle(opened, tmp_path / "whole.zip")
    assert not (tmp_path / "whole.zip").exists()


def test_a_bundle_signed_by_another_key_than_the_one_we_were_given_is_refused(
    theirs: Path, tmp_path: Path, case: CaseFolder
) -> None:
    path = bundle_of(theirs, tmp_path / "one.zip", 1)
    other = create_key(tmp_path / "other", "Somebody")
    with pytest.raises(TamperedError, match="not one you gave"):
        take_in(case, path, keys=[other.public.pem])
    assert case.items() == []


def test_a_bundle_is_never_overwritten(theirs: Path, tmp_path: Path) -> None:
    bundle_of(theirs, tmp_path / "whole.zip")
    with pytest.raises(TamperedError, match="there already"):
        bundle_of(theirs, tmp_path / "whole.zip")
