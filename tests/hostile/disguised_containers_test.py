"""Files that are not what they are called: each is taken for what its bytes are, and no other file is opened for it.

The controls show that the libraries below us do follow such files.
"""

from __future__ import annotations

import gzip
import io
import os
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from hostile.made_media import draw, sing
from verify.errors import UnreadableMediaError
from verify.worker import Workers

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
GONE = "http://127.0.0.1:9"
MP4_HEAD = b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00"

TEXTS = {
    "concat.mp4": "ffconcat version 1.0\nfile other.mp4\n",
    "concat-late.mp4": "\ufeff\n\nffconcat version 1.0\nfile other.mp4\n",
    "concat-absolute.mp4": "ffconcat version 1.0\nfile /etc/passwd\nduration 1\n",
    "list.mp4": f"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\n{GONE}/x.ts\n#EXT-X-ENDLIST\n",
    "local.mp4": "#EXTM3U\n#EXTINF:2,\nother.mp4\n#EXT-X-ENDLIST\n",
    "sub.ts": "#EXTM3U\n#EXTINF:2,\nsubfile,,start,0,end,0,,:/etc/passwd\n#EXT-X-ENDLIST\n",
    "data.ts": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="file:///etc/passwd"\n#EXTINF:2,\ndata:video/mp4;base64,AAAA\n',
    "session.mp4": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
    "manifest.mp4": f'<?xml version="1.0"?><MPD><BaseURL>{GONE}/</BaseURL></MPD>',
    "smooth.mp4": '<?xml version="1.0"?><SmoothStreamingMedia><StreamIndex Url="x"/></SmoothStreamingMedia>',
    "page.mp4": "<!DOCTYPE html><html><body>404 not found</body></html>",
    "smil.mp4": "<smil><body><video src='other.mp4'/></body></smil>",
    "list.xspf": "<?xml version='1.0'?><playlist><trackList><track><location>other.mp4</location></track></trackList>",
    "list.asx.mp4": "<asx version='3.0'><entry><ref href='other.mp4'/></entry></asx>",
    "list.pls": "[playlist]\nFile1=other.mp4\nNumberOfEntries=1\n",
    "list.m3u": "other.mp4\n/etc/passwd\n",
    "reference.mov": "[Reference]\nRef1=http://127.0.0.1:9/x.asf\n",
    "drawing.mp4": "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
    "meta.mp4": ";FFMETADATA1\ntitle=x\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=y\n",
    "titles.srt": "1\n00:00:00,000 --> 00:00:02,000\n<font face='file:///etc/passwd'>x</font>\n",
    "titles.vtt.mp4": "WEBVTT\n\n00:00.000 --> 00:02.000\nx\n",
    "titles.ass": "[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: x.ttf\n",
    "frames.sub": "{0}{25}x\n{26}{50}y\n",
    "cue.mp4": 'FILE "other.mp4" MP4\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    "script.avs": 'AviSource("other.mp4")\n',
    "script.mp4": "#!/bin/sh\ntouch harm\n",
    "json.mp4": '{"url": "file:///etc/passwd"}',
    "plain.mp4": "This is not a video.",
    "wide.mp4": "This is not a video either.".encode("utf-16").decode("latin-1"),
    "zeros.mp4": "\0" * 4096,
    "pickle.mp4": "\x80\x04\x95\x1c\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94",
    "x.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    "rtsp.ram": "rtsp://127.0.0.1:9/x.rm\n",
}


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x.mp4"), io.BytesIO())
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.mp4", b"harm")
    return out.getvalue()


OTHERS: dict[str, Callable[[], bytes]] = {
    "zip.mp4": _zip,
    "tar.mp4": _tar,
    "gzip.mp4": lambda: gzip.compress(b"x" * 100_000),
    "rar.mp4": lambda: b"Rar!\x1a\x07\x01\x00" + bytes(60),
    "seven.mp4": lambda: b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(60),
    "pdf.mp4": lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/URI/URI(http://127.0.0.1:9/)>>>>endobj",
    "program.mp4": lambda: b"\x7fELF\x02\x01\x01" + bytes(60),
    "windows.mp4": lambda: b"MZ\x90\x00" + bytes(60),
    "database.mp4": lambda: b"SQLite format 3\x00" + bytes(100),
    "image.iso": lambda: bytes(32769) + b"CD001" + bytes(100),
    "picture.psd.mp4": lambda: b"8BPS\x00\x01" + bytes(60),
    "font.mp4": lambda: b"\x00\x01\x00\x00\x00\x10" + bytes(60),
    "class.mp4": lambda: b"\xca\xfe\xba\xbe" + bytes(60),
    "noise.mp4": lambda: bytes((i * 7919 + 13) % 251 for i in range(9000)),
    "playlist after a head.mp4": lambda: MP4_HEAD + b"#EXTM3U\n#EXTINF:1,\nother.mp4\n",
    "concat after a head.mp4": lambda: MP4_HEAD + b"ffconcat version 1.0\nfile other.mp4\n",
    "playlist in a box.mp4": lambda: MP4_HEAD + struct.pack(">I4s", 36, b"mdat") + b"#EXTM3U\n#EXTINF:1,\nother.mp4\n",
    "tag before a playlist.mp3": lambda: b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"#EXTM3U\nother.mp4\n",
    "avi of titles.avi": lambda: b"RIFF\x40\x00\x00\x00AVI GAB2\x00\x02\x00" + b"#EXTM3U\n#EXTINF:1,\nother.mp4\n",
    "concat behind sync bytes.ts": lambda: b"".join(b"G" + b"\nfile other.mp4\n".ljust(187) for _ in range(8)),
}


@pytest.mark.parametrize("name", [*TEXTS, *OTHERS])
def test_what_is_no_media_is_named_and_not_followed(workers: Workers, tmp_path: Path, name: str) -> None:
    draw(tmp_path / "other.mp4")
    draw(tmp_path / "x.mp4")
    (tmp_path / name).write_bytes(TEXTS[name].encode("latin-1", "replace") if name in TEXTS else OTHERS[name]())
    with pytest.raises(UnreadableMediaError) as caught:
        workers.examine(tmp_path / name, tmp_path / "out", name)
    assert name in caught.value.message and caught.value.message.endswith(".")
    assert not list(tmp_path.glob("out/**/*.jpg"))
    assert not (tmp_path / "harm").exists()


def test_control_plain_pyav_plays_the_file_that_a_concat_names(tmp_path: Path) -> None:
    draw(tmp_path / "other.mp4")
    (tmp_path / "concat.mp4").write_text(TEXTS["concat.mp4"], encoding="ascii")
    with av.open(str(tmp_path / "concat.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12


def made_files(folder: Path) -> dict[str, Path]:
    """Return one real file of each kind, by the container it is."""
    from PIL import Image

    found = {
        "mp4": draw(folder / "a.mp4"),
        "mov": draw(folder / "a.mov"),
        "mkv": draw(folder / "a.mkv"),
        "webm": draw(folder / "a.webm", codec="libvpx"),
        "avi": draw(folder / "a.avi", codec="mpeg4"),
        "mpegts": draw(folder / "a.ts", codec="mpeg2video"),
        "flv": draw(folder / "a.flv", codec="flv1"),
        "3gp": draw(folder / "a.3gp", codec="mpeg4"),
        "gif": draw(folder / "a.gif", codec="gif"),
        "ogg": sing(folder / "a.ogg", "libopus", rate=48_000),
        "flac": sing(folder / "a.flac", "flac"),
        "mp3": sing(folder / "a.mp3", "libmp3lame"),
        "wav": sing(folder / "a.wav", "pcm_s16le"),
    }
    picture = Image.effect_noise((64, 48), 60).convert("RGB")
    for container, ending in {"jpeg": "jpg", "png": "png", "tiff": "tiff", "webp": "webp", "bmp": "bmp"}.items():
        found[container] = folder / f"b.{ending}"
        picture.save(found[container])
    draw(folder / "c.apng", codec="apng")
    found["apng"] = folder / "c.apng"
    return found


def test_the_ending_decides_nothing(workers: Workers, tmp_path: Path, score) -> None:
    """Every kind under the endings of the others: the same container, the same number of frames."""
    files = made_files(tmp_path)
    endings = [".mp4", ".jpg", ".m3u8", ".zip", ".txt", ".gif", ".mkv", ".html"]
    for container, path in files.items():
        first = workers.examine(path, tmp_path / "out", path.name)
        assert first.container == ("png" if container == "apng" else container)
        for ending in endings if FULL else endings[:2]:
            other = tmp_path / f"disguised{ending}"
            other.write_bytes(path.read_bytes())
            with score.case(f"{container} as {ending}"):
                found = workers.examine(other, tmp_path / "out", other.name)
                assert (found.container, found.frames_decoded) == (first.container, first.frames_decoded)
                assert found.duration == first.duration


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "device", "null", "socket", "missing", "empty", "loop"])
def test_what_is_no_plain_file_is_refused_at_once(workers: Workers, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "clip.mp4"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(draw(tmp_path / "other.mp4"))
    elif kind == "loop":
        path.symlink_to(path)
    elif kind in {"device", "null"}:
        path = Path("/dev/zero" if kind == "device" else "/dev/null")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            os.chdir(tmp_path)
            one.bind("clip.mp4")
            assert stat.S_ISSOCK(path.stat().st_mode)
    elif kind == "empty":
        path.touch()
    workers.run("verify.examine:nothing", {}, tmp_path / "start")
    begun = time.monotonic()
    with pytest.raises(UnreadableMediaError) as caught:
        workers.examine(path, tmp_path / "out", path.name)
    assert time.monotonic() - begun < 60
    assert path.name in caught.value.message


def test_control_a_pipe_hangs_plain_pyav(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "clip.mp4")
    script = f"import av; av.open({str(tmp_path / 'clip.mp4')!r}, timeout=1)"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", script], timeout=4, check=False)


NAMES = [
    b"-rf.mp4", b"--version", b"line\nbreak.mp4", b"tab\tbell\x07.mp4", b"\x1b]0;owned\x07.mp4",
    b"quote'\"`$(touch harm).mp4",
    "\u202egpj.4pm".encode(), "\u2028\u2029.mp4".encode(), b"\xff\xfe not text.mp4", b" .mp4", b"%n%s%x.mp4",
    b"http:x.mp4", b"concat:a|b.mp4", b"file:x.mp4", b"x" * 250 + b".mp4", "\U0001f4a9\u0301.mp4".encode(), b"a:b.mp4",
    b"data:,x.mp4", b"subfile,,start,0,end,9,,:x.mp4", b"%d-%03d.mp4", b"~.mp4", b"*.mp4", b"[1].mp4",
]  # fmt: skip


def test_names_that_mean_something_elsewhere(workers: Workers, tmp_path: Path, score) -> None:
    """Each through the worker; the name of the record stays what it was, and nothing is run or opened for it."""
    clip = draw(tmp_path / "seed.mp4").read_bytes()
    folder = tmp_path / "names"
    folder.mkdir()
    for raw in NAMES:
        path = folder / os.fsdecode(raw)
        path.write_bytes(clip)
        with score.case(repr(raw)):
            assert workers.examine(path, tmp_path / "out", path.name).frames_decoded == 12
        path.unlink()
    assert [p.name for p in tmp_path.rglob("harm")] == []


def test_names_and_odd_files_through_the_command(tmp_path: Path, score) -> None:
    """A folder of hostile names beside a pipe, a link out and a folder called like a clip: one run, no harm."""
    from hostile.real_command import run
    from verify.archive.store import CaseFolder

    folder = tmp_path / "in"
    folder.mkdir()
    clip = draw(tmp_path / "seed.mp4").read_bytes()
    names = [os.fsdecode(raw) for raw in (NAMES if FULL else NAMES[2:12:2]) if raw.endswith(b".mp4")]
    for number, name in enumerate(names):
        (folder / name).write_bytes(clip + bytes([number]))
    os.mkfifo(folder / "pipe.mp4")
    (folder / "link.mp4").symlink_to("/etc/passwd")
    (folder / "folder.mp4").mkdir()
    (folder / "none.mp4").write_text(TEXTS["concat.mp4"])
    code, out, err = run("dedup", folder, "--case", tmp_path / "case", seconds=400)
    assert code == 3, err
    with CaseFolder(tmp_path / "case", write=False) as case:
        kept = {item.media.name for item in case.items()}
    for name in names:
        with score.case(repr(name)):
            assert name.encode("utf-8", "backslashreplace").decode() in kept
    assert len(kept) == len(names) + 1  # and the one that is none
    said = out + err
    assert not {c for c in said if (ord(c) < 32 and c != "\n") or c in "\u202e\u2028\u2029"}
    assert not list(tmp_path.rglob("harm"))
    html = next((tmp_path / "case").glob("dedup.html")).read_text(encoding="utf-8")
    assert "\x1b" not in html and "\u202e" not in html
