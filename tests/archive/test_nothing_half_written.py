"""What cannot be kept is one clear sentence, and the case is as it was before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.made_up import Came, examination, fingerprint
from verify.archive import durable
from verify.archive.audit import audit
from verify.archive.store import CaseFolder
from verify.errors import ArchiveError, FirstseenError, NotFoundError, TamperedError
from verify.records.media import Post


def everything(case: CaseFolder) -> set[str]:
    return {p.relative_to(case.path).as_posix() for p in case.path.rglob("*")}


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_link(path: Path) -> None:
    path.with_suffix(".real").write_bytes(b"elsewhere")
    path.symlink_to(path.with_suffix(".real"))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: None, NotFoundError),
        (Path.mkdir, FirstseenError),
        pytest.param(make_pipe, TamperedError, marks=pytest.mark.skipif(os.name == "nt", reason="no pipes")),
        pytest.param(make_link, TamperedError, marks=pytest.mark.skipif(os.name == "nt", reason="needs rights")),
    ],
)
def test_what_is_no_file(case: CaseFolder, clip, tmp_path: Path, make, error: type[FirstseenError]) -> None:
    bad = tmp_path / "bad.mp4"
    make(bad)
    before, entries = everything(case), case.custody().entries
    with pytest.raises(error, match=r"bad\.mp4") as caught:
        case.add_item("two", [clip(), Came(path=bad, name="bad.mp4")])  # the good one before it is not kept either
    assert "\n" not in caught.value.message
    assert everything(case) == before
    assert case.custody().entries == entries
    assert case.items() == []


def test_a_file_that_grows_while_it_is_read(case: CaseFolder, clip, monkeypatch: pytest.MonkeyPatch) -> None:
    came = clip(b"x" * 10)
    real = durable.opened

    def growing(path: Path):
        found = real(path)
        with came.path.open("ab") as file:
            file.write(b"more")
        return found

    size = durable.size(came.path)
    monkeypatch.setattr(durable, "size", lambda path: size)
    monkeypatch.setattr(durable, "opened", growing)
    before = everything(case)
    item = case.add_item("growing", [came])  # grew before it was opened: then it is that file
    assert item.media.size == 14
    monkeypatch.setattr(durable.os, "fstat", lambda handle: os.stat_result((0o100644, *[0] * 5, 3, *[0] * 3)))
    with pytest.raises(ArchiveError, match="changed while it was being read"):
        case.add_item("growing", [clip(b"y" * 99, "other.mp4")])
    monkeypatch.undo()
    assert {p for p in everything(case) - before if p.startswith("originals/") and len(p) > 15} == {item.media.path}


def test_a_path_where_no_case_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "case"):
        with pytest.raises(ArchiveError) as caught:
            CaseFolder(path)
        assert str(path) in caught.value.message
    with pytest.raises(NotFoundError):
        CaseFolder(tmp_path / "nothing", write=False)
    assert not (tmp_path / "nothing").exists()
    with pytest.raises(NotFoundError):
        audit(tmp_path / "nothing")


def test_text_that_utf8_cannot_carry_is_kept_as_what_it_is(case: CaseFolder, clip) -> None:
    post = Post(url="https://example.org/1", platform="X", text="half an emoji \ud83d")
    item = case.add_item("clip \udcff.mp4", [clip()], post=post, info={"title": "\udcff", "list": ["\ud83d", 1.5]})
    assert case.item(item.id) == item
    assert item.post is not None
    assert item.post.text == "half an emoji \\ud83d"
    assert item.info == {"title": "\\udcff", "list": ["\\ud83d", 1.5]}
    case.close()
    assert audit(case.path).faults == ()


def test_an_original_altered_after_it_was_kept_is_not_handed_out(case: CaseFolder, clip) -> None:
    sha256 = case.add_item("clip.mp4", [clip()]).media.sha256
    path = case.media_path(sha256)
    path.chmod(0o644)
    path.write_bytes(b"A clip")
    with pytest.raises(TamperedError, match="altered"):
        case.media_path(sha256)
    path.unlink()
    with pytest.raises(TamperedError, match="gone"):
        case.media_path(sha256)
    with pytest.raises(KeyError):
        case.media_path("0" * 64)


def test_known_bytes_need_no_second_look_and_show_the_first_ones_pictures(
    case: CaseFolder, clip, tmp_path: Path
) -> None:
    first = case.add_item("clip.mp4", [clip()])
    sha256 = first.media.sha256
    assert not case.examined(sha256, {"pdq": 1})
    seen = case.save_examination(
        first, examination(sha256, tmp_path), tmp_path, [fingerprint(1)], ran={"pdq": 1, "sound": 2}
    )
    assert case.examined(sha256, {"pdq": 1, "sound": 2})  # no sound in it is an answer too
    assert not case.examined(sha256, {"pdq": 2})
    second = case.add_item("again.mp4", [clip()])
    assert case.picture(second, "keyframes/000.jpg") == case.picture(first, "keyframes/000.jpg") is not None
    assert case.picture(second, "keyframes/999.jpg") is None
    again = case.save_examination(
        first, examination(sha256, tmp_path, 1), tmp_path, [fingerprint(1, version=2)], ran={"pdq": 2}
    )
    assert again.examination.keyframes[0].path == "keyframes-2/000.jpg"
    assert case.examined(sha256, {"pdq": 2})
    assert case.read(f"items/{first.id}/{seen.examination.keyframes[0].path}")
    case.library.remove(sha256, "a mistake")
    assert not case.examined(sha256, {"pdq": 2})  # looking again is what brings it back


@pytest.mark.parametrize("path", ["../outside.jpg", "/etc/hostname"])
def test_a_keyframe_that_lies_elsewhere_is_not_copied(case: CaseFolder, clip, tmp_path: Path, path: str) -> None:
    from dataclasses import replace

    (tmp_path / "outside.jpg").write_bytes(b"secret")
    item = case.add_item("clip.mp4", [clip()])
    found = examination(item.media.sha256, tmp_path / "out", 1)
    found = replace(found, keyframes=(replace(found.keyframes[0], path=path),))
    with pytest.raises(ValueError, match="leaves the folder"):
        case.save_examination(item, found, tmp_path / "out")
    assert case.examination(item.media.sha256) is None


def test_an_examination_that_was_edited_is_not_believed(case: CaseFolder, clip, tmp_path: Path) -> None:
    item = case.add_item("clip.mp4", [clip()])
    case.save_examination(item, examination(item.media.sha256, tmp_path), tmp_path)
    path = case.item_folder(item.id) / "examination.json"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"30.0", b"31.0"))
    with pytest.raises(TamperedError, match=r"examination\.json was altered"):
        case.examination(item.media.sha256)
