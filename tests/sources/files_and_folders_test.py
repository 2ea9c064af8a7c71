"""Local material: a file, a folder, a list; and everything that is none of them, in one sentence each."""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from verify.errors import FirstseenError, NotFoundError, NotVideoError, SourceError, UnreadableMediaError, UsageError
from verify.sources.file import pictures_in, videos_in
from verify.sources.listing import expand

MP4 = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64


def test_a_file_is_copied_and_its_original_left_alone(fetch: Any, tmp_path: Path) -> None:
    path = tmp_path / "Clip of 1 April – ночь.MP4"
    path.write_bytes(MP4)
    os.utime(path, (1_648_781_460, 1_648_781_460))
    before = path.stat()
    ((arrival, files),) = fetch.kept(str(path))
    assert files == {f"evidentiary copy/{path.name}": MP4}
    assert arrival.files[0].path.suffix == ".mp4" and arrival.files[0].path.name.isascii()
    assert arrival.post is None
    assert arrival.info["file_system_time"] == "2022-04-01T02:51:00+00:00"
    assert "weak" in arrival.info["file_system_time_note"]
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns, before.st_size) == (after.st_ino, after.st_mtime_ns, after.st_size)
    arrival.files[0].path.write_bytes(b"changed")
    assert path.read_bytes() == MP4  # the copy shares nothing that can be written through


def test_a_folder_gives_its_videos_in_order_and_nothing_from_outside(fetch: Any, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    outside = tmp_path / "outside"
    for place in (folder / "b", folder / ".hidden", outside):
        place.mkdir(parents=True)
    (outside / "secret.mp4").write_bytes(MP4)
    (folder / "z.mp4").write_bytes(MP4)
    (folder / "b" / "noname").write_bytes(MP4)  # a video by its bytes
    (folder / "b" / "a.webm").write_bytes(b"\x1a\x45\xdf\xa3webm")
    (folder / "notes.txt").write_text("words")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / ".hidden" / "x.mp4").write_bytes(MP4)
    (folder / "link.mp4").symlink_to(outside / "secret.mp4")
    (folder / "dir").symlink_to(outside)
    os.mkfifo(folder / "pipe.mp4")
    names = [arrival.files[0].name for arrival in fetch(str(folder))]
    assert names == ["a.webm", "noname", "z.mp4"]
    assert videos_in(folder) == [folder / "b" / "a.webm", folder / "b" / "noname", folder / "z.mp4"]


def test_a_folder_of_links_says_that_they_are_not_followed(fetch: Any, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(MP4)
    folder = tmp_path / "links"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (folder / name).symlink_to(tmp_path / "clip.mp4")
    with pytest.raises(NotVideoError, match="2 links to videos: links are not followed"):
        list(fetch(str(folder)))


def test_a_folder_of_stills_says_how_they_are_checked(fetch: Any, tmp_path: Path) -> None:
    (tmp_path / "a b.jpeg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "noname").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a b.jpeg")
    assert pictures_in(tmp_path) == [tmp_path / "a b.jpeg", tmp_path / "noname"]
    with pytest.raises(NotVideoError, match="2 still pictures or GIFs were left out") as refused:
        list(fetch(str(tmp_path)))
    assert f"firstseen check '{tmp_path / 'a b.jpeg'}'" in refused.value.advice


def test_a_case_inside_a_folder_is_not_brought_in_again(tmp_path: Path) -> None:
    case = tmp_path / "case"
    (case / "originals").mkdir(parents=True)
    for path in (tmp_path / "clip.mp4", case / "originals" / "clip.mp4"):
        path.write_bytes(bytes(4) + b"ftypisom" + bytes(64))
    assert len(videos_in(tmp_path)) == 2
    for name in ("custody.jsonl", "library.sqlite"):
        (case / name).touch()
    assert videos_in(tmp_path) == [tmp_path / "clip.mp4"]
    assert videos_in(case) == [case / "originals" / "clip.mp4"]


def test_one_empty_file_of_a_folder_is_told_after_the_others(fetch: Any, tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.mp4").write_bytes(b"")
    (tmp_path / "f" / "b.mp4").write_bytes(MP4)
    staging = tmp_path / "s"
    staging.mkdir()
    from verify.sources.arrive import arrive

    arrived = []
    with pytest.raises(UnreadableMediaError, match=r"a\.mp4 is empty"):
        for one in arrive(str(tmp_path / "f"), staging, fetch.settings, lambda *_: None):
            arrived.append(one.files[0].name)
    assert arrived == ["b.mp4"]


@pytest.mark.parametrize(
    ("name", "make", "kind", "words"),
    [
        ("missing.mp4", None, NotFoundError, "There is no file or folder"),
        ("empty.mp4", lambda p: p.write_bytes(b""), UnreadableMediaError, "is empty"),
        ("folder", lambda p: p.mkdir(), NotVideoError, "holds no video"),
        ("pipe.mp4", os.mkfifo, NotVideoError, "is not a file"),
        ("sock.mp4", lambda p: socket.socket(socket.AF_UNIX).bind(str(p)), NotVideoError, "is not a file"),
        ("dangling.mp4", lambda p: p.symlink_to("nowhere"), NotFoundError, "There is no file"),
        ("a\x1b]0;X\x07\u202e.mp4", None, NotFoundError, "There is no file"),
        ("x" * 5000, None, NotFoundError, "There is no file"),
        ("nul\x00.mp4", None, NotFoundError, "There is no file"),
        ("example.org/video.mp4", None, NotFoundError, "There is no file"),
    ],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_what_is_no_video_file_is_told_in_one_sentence(
    fetch: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    make: Any,
    kind: type[FirstseenError],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if make:
        make(Path(name))
    with pytest.raises(kind, match=words) as caught:
        fetch(name)
    assert (
        "\x1b" not in caught.value.message and "\u202e" not in caught.value.message and "\n" not in caught.value.message
    )
    assert fetch.left() == []


def test_an_address_without_its_scheme_is_pointed_out(fetch: Any) -> None:
    with pytest.raises(NotFoundError) as caught:
        fetch("example.org/video.mp4")
    assert "https://example.org/video.mp4" in caught.value.advice


def test_a_file_that_may_not_be_read_says_so(fetch: Any, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "locked.mp4"
    path.write_bytes(MP4)
    path.chmod(0)
    with pytest.raises(SourceError, match="permission denied"):
        fetch(str(path))


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, fetch: Any) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    from verify.errors import DiskFullError
    from verify.sources import file as room

    def fill(*_: object) -> None:
        with full.open("wb", buffering=0) as device:
            device.write(b"x")

    (tmp_path / "a.mp4").write_bytes(MP4 * 100_000)
    staging = tmp_path / "staging"
    staging.mkdir()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(DiskFullError, match="no room"):
        patch.setattr(room, "_bytes", fill)
        list(room.FileSource().fetch(str(tmp_path / "a.mp4"), staging, fetch.settings, lambda *_: None))
    assert list(staging.iterdir()) == []


def test_a_list_is_read_from_stdin_and_from_text_files_once_each(tmp_path: Path) -> None:
    (tmp_path / "beside.mp4").write_bytes(MP4)
    (tmp_path / "list.txt").write_text("\ufeffbeside.mp4\n\n# a comment\nhttps://x.com/a/status/1\n", encoding="utf-8")
    stdin = io.StringIO("https://x.com/a/status/1\n  spaced.mp4  \n#no\n")
    found = list(expand(["first.mp4", "-", str(tmp_path / "list.txt")], stdin))
    assert found == ["first.mp4", "https://x.com/a/status/1", "spaced.mp4", str(tmp_path / "beside.mp4")]


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "names nothing"), (b"# only\n", "names nothing"), (b"\xff\xfe\x00", "plain text")]
)
def test_a_list_that_is_none_says_so(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=words):
        list(expand([str(path)], io.StringIO()))


def test_a_list_that_is_not_there_stays_a_target(tmp_path: Path) -> None:
    assert list(expand(["nothing.txt"], io.StringIO())) == ["nothing.txt"]


@pytest.mark.parametrize("family", ["videos", "bad"])
def test_every_real_file_arrives_as_it_is(shared: Path, tmp_path: Path, fetch: Any, family: str) -> None:
    files = sorted(p for p in (shared / family).rglob("*") if p.is_file() and p.stat().st_size)[:12]
    for path in files:
        ((_, kept),) = fetch.kept(str(path))
        assert list(kept.values()) == [path.read_bytes()]
