"""Examining a file opens that file and nothing else: no other file, no connection, whatever addresses stand in it.

What is looked at are the system calls (strace) of a process that examines every file with the network there, so that
only our own rules stand in the way, not the isolation; a canary server listens, and sibling files wait to be read.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hostile.disguised_containers_test import OTHERS, TEXTS
from hostile.made_media import draw, png

FULL = os.environ.get("FIRSTSEEN_FULL") == "1"
pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace to see what is opened")

_EXAMINE = """
import sys
from pathlib import Path
from verify import examine
from verify.errors import FirstseenError
from verify.settings import Settings
examine.warm_up()
Path("/begin-here").exists()
for name in sys.argv[2:]:
    try:
        examine.examine(Path(name), Path(sys.argv[1]), Settings())
        print("record", name)
    except FirstseenError as error:
        print("words", name)
"""
_FOLLOW = """
import sys, av, c2pa
from pathlib import Path
Path("/begin-here").exists()
for name in sys.argv[2:]:
    try:
        with av.open(name) as found:
            next(found.decode(video=0))
    except (av.FFmpegError, ValueError, StopIteration, IndexError):
        pass
    try:
        c2pa.Reader(name).close()
    except c2pa.C2paError:
        pass
"""


class Canary(ThreadingHTTPServer):
    """Notes every request."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Heard)
        self.heard: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _Heard(BaseHTTPRequestHandler):
    server: Canary

    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        self.send_error(404)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def canary():
    server = Canary()
    yield server
    server.shutdown()
    server.server_close()


XMP = (
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<rdf:Description xmlns:dcterms='http://purl.org/dc/terms/' dcterms:provenance='{0}/manifest.c2pa'"
    " xmlns:xmpMM='http://ns.adobe.com/xap/1.0/mm/' xmpMM:ManageUI='{0}/manage'/></rdf:RDF></x:xmpmeta>"
)
DOCTYPE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file://{1}'><!ENTITY b SYSTEM '{0}/dtd'>]>"


def files_with_addresses(folder: Path, where: str) -> list[Path]:
    """Write files that name the canary server and the sibling files, in every way that formats know."""
    sibling = draw(folder / "sibling.mp4", level=90)
    for name in ("other.mp4", "x.mp4", "x.ts"):
        shutil.copyfile(sibling, folder / name)
    made = []

    def keep(name: str, data: bytes) -> None:
        path = folder / f"in-{name}"
        path.write_bytes(data.replace(b"http://127.0.0.1:9", where.encode()))
        made.append(path)

    for name, text in TEXTS.items():
        keep(name, text.encode("latin-1", "replace"))
    for name, make in OTHERS.items():
        keep(name, make())
    clip = draw(folder / "seed.mp4", options={"movflags": "faststart"}).read_bytes()
    (folder / "seed.mp4").unlink()
    xmp = (DOCTYPE + XMP).format(where, sibling).encode()
    uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # where XMP lies in an MP4 (XMP specification, part 3)
    keep("xmp.mp4", clip + struct.pack(">I4s", 24 + len(xmp), b"uuid") + uuid + xmp)
    c2pa = bytes.fromhex("d8fec3d61b0e483c92975828877ec481") + bytes(4) + b"manifest\0" + bytes(8) + where.encode()
    keep("c2pa.mp4", clip[:28] + struct.pack(">I4s", 8 + len(c2pa), b"uuid") + c2pa + clip[28:])
    for kind, body in (
        (b"url ", where.encode() + b"/dref.mp4\0"),
        (b"alis", b"\0" * 20 + bytes(str(sibling), "utf-8")),
    ):
        at = clip.index(b"url \0\0\0\x01")  # the data reference: elsewhere, not in this file
        entry = struct.pack(">I4sI", 12 + len(body), kind, 0) + body
        keep(f"reference {kind.decode().strip()}.mov", grown(clip, at - 4, 12, entry))
    text = f"XML:com.adobe.xmp\0\0\0\0\0{xmp.decode()}".encode()
    chunk = struct.pack(">I", len(text)) + b"iTXt" + text + bytes(4)
    keep("xmp.png", png(8, 8)[:33] + chunk + png(8, 8)[33:])
    app1 = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    jpeg = folder / "seed.jpg"
    from PIL import Image

    Image.effect_noise((64, 48), 50).save(jpeg)
    keep("xmp.jpg", b"\xff\xd8\xff\xe1" + struct.pack(">H", len(app1) + 2) + app1 + jpeg.read_bytes()[2:])
    keep("bait.mkv", draw(folder / "seed.mkv").read_bytes() + f"{where}/x".encode())
    for one in ("seed.jpg", "seed.mkv"):
        (folder / one).unlink()
    return made


def grown(data: bytes, at: int, length: int, new: bytes) -> bytes:
    """Return an MP4 with the bytes at `at` replaced, the boxes around them resized (its media offsets are wrong)."""
    found = bytearray(data[:at] + new + data[at + length :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        place = data.index(box) - 4
        struct.pack_into(">I", found, place, struct.unpack_from(">I", data, place)[0] + len(new) - length)
    return bytes(found)


def seen(script: str, out: Path, files: list[Path]) -> tuple[list[str], list[str], str]:
    """Run `script` under strace; return what it opened, and where it connected to, once it had begun, and its words."""
    log = out.parent / f"{out.name}.log"
    command = ["strace", "-f", "-qq", "-s", "4096", "-e", "trace=openat,open,connect,execve,faccessat2,stat,newfstatat"]
    done = subprocess.run(
        [*command, "-o", str(log), sys.executable, "-c", script, str(out), *map(str, files)],
        capture_output=True,
        text=True,
        timeout=500,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = log.read_text(encoding="utf-8", errors="replace").partition("/begin-here")[2].splitlines()
    opened = [m[1] for line in lines if (m := re.search(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]*)".*= \d+$', line))]
    connected = [line for line in lines if "connect(" in line and "AF_INET" in line]
    return opened, connected, done.stdout


SYSTEM = ("/usr/", "/lib", "/proc/", "/sys/", "/dev/", "/etc/ld", "/etc/mime", "/etc/locale", "/etc/localtime", "/opt/")


def test_nothing_but_the_file_is_opened_and_nobody_is_asked(canary: Canary, tmp_path: Path, score) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    where = f"http://127.0.0.1:{canary.server_address[1]}"
    files = files_with_addresses(folder, where)
    out.mkdir()
    opened, connected, words = seen(_EXAMINE, out, files)
    assert len(words.splitlines()) == len(files)
    ours = (str(out), str(Path(sys.prefix)), str(Path(sys.base_prefix)), str(Path(__file__).resolve().parents[2]))
    for path in files:
        with score.case(path.name):
            assert str(path) in opened
    foreign = {p for p in opened if not p.startswith((*SYSTEM, *ours)) and p not in set(map(str, files))}
    assert {p for p in foreign if Path(p).is_file()} == set()
    assert connected == []
    assert canary.heard == []


def test_control_libraries_alone_read_the_sibling_and_ask_the_server(canary: Canary, tmp_path: Path) -> None:
    pytest.importorskip("c2pa", reason="the library that asks is the extra `credentials`")
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    files = files_with_addresses(folder, f"http://127.0.0.1:{canary.server_address[1]}")
    opened, connected, _ = seen(_FOLLOW, out, [p for p in files if p.name in {"in-concat.mp4", "in-xmp.jpg"}])
    assert str(folder / "other.mp4") in opened
    assert connected and canary.heard
