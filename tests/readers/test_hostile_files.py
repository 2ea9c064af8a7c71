"""Every reader over real fuzzer files, in a child that can be killed: a problem, never a crash, a hang or a request."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

# The whole folder in one child would hide which file did it; a child each would take minutes: so a child for a share
# of the files, which tells each file before it begins, and what it cost when it is done.
CHILD = """
import json, pathlib, sys, time
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        print(json.dumps({"request": str(arguments)}), flush=True)
        raise OSError("no request is allowed")
sys.addaudithook(refuse)
import resource
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
import verify.readers
from verify import catalog
from verify.readers.base import Reader, Reading
from verify.readers.opening import UNFORESEEN
from verify.tagnames import NAMES
readers = [r for r in catalog.offer(verify.readers, Reader).found if r.name != "exiftool"]
every = ("mp4", "heic", "jpeg", "png", "tiff", "webp", "avi", "mkv", "mpegts")
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    for reader in readers:
        for container in every:
            if not reader.handles(container):
                continue
            print(json.dumps({"begins": [path.name, reader.name, container]}), flush=True)
            begun = time.process_time()
            reading = reader.read(path, container)
            assert isinstance(reading, Reading)
            assert all(t.name in NAMES and t.reader == reader.name for t in reading.tags)
            assert not any(UNFORESEEN in p.reason for p in reading.problems), reading.problems
            json.dumps(reading.extra)
            print(json.dumps({"done": [path.name, reader.name, container, time.process_time() - begun]}), flush=True)
"""
SHARES = 2
SECONDS = 100


@pytest.mark.parametrize("share", range(SHARES))
def test_no_reader_dies_hangs_or_asks(shared, share):
    files = sorted(p for p in (shared / "bad").iterdir() if p.suffix != ".csv")[share::SHARES]
    assert len(files) > 80
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", CHILD, *map(str, files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        out, err = child.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        out, err = child.communicate()
        pytest.fail(f"held for {SECONDS} s by {out.splitlines()[-1]}")
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    died = signal.Signals(-child.returncode).name if child.returncode < 0 else err[-400:]
    assert child.returncode == 0, f"{died} at {lines[-1]}"
    assert not [line for line in lines if "request" in line]
    slow = [line["done"] for line in lines if "done" in line and line["done"][3] > 3]
    assert not slow
