"""Servers that mean ill: each fetch ends within its limits, with the right error, nothing left, nothing too large."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sources import fixtures
from verify.errors import FirstseenError, NetworkError, NotVideoError
from verify.settings import Settings
from verify.sources.egress import Guard
from verify.sources.fetch import get

clips, site, settings, fetch = fixtures.clips, fixtures.site, fixtures.settings, fixtures.fetch

# Path, error, words. The slow ones run with a short window; the others are quick by themselves, so that a busy machine
# does not turn them into slow ones. Every one must end within WORST.
ROWS = [
    ("/endless.mp4", NetworkError, "more than 8,000,000 bytes"),
    ("/endless-page", NetworkError, "more than 8,000,000 bytes|too large"),
    ("/slow.mp4", NetworkError, "under 1024 bytes a second|too slowly"),
    ("/slow-page", NetworkError, "too slowly|bytes a second"),
    ("/silent", NetworkError, "cannot be fetched"),
    ("/bomb", NetworkError, "far larger than a page"),
    ("/bomb.mp4", NetworkError, "larger than this run allows|more than"),
    ("/short.mp4", NetworkError, "more expected|expected [0-9]+ bytes"),
    ("/loop", NetworkError, "in a circle"),
    ("/garbage", NetworkError, "cannot be fetched"),
    ("/endless-live.m3u8", FirstseenError, "live stream"),
]
SLOW = {"/slow.mp4", "/slow-page", "/silent"}
WORST = 110.0  # seconds, on a machine with ten other things to do; alone, each takes 1 to 6


class Peak(threading.Thread):
    """Looks at the largest folder size seen while a fetch runs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.most, self.over = folder, 0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            total = 0
            for path in self.folder.rglob("*"):
                with contextlib.suppress(OSError):
                    total += path.lstat().st_size
            self.most = max(self.most, total)


@pytest.mark.parametrize(("path", "kind", "words"), ROWS, ids=[row[0] for row in ROWS])
def test_a_hostile_server(fetch: Any, site: Any, path: str, kind: type[FirstseenError], words: str) -> None:
    window = 3.0 if path in SLOW else 20.0
    peak = Peak(fetch.root)
    peak.start()
    began = time.monotonic()
    with pytest.raises(kind, match=words) as caught:
        fetch(site.url(path), page=False, download_seconds=100.0, rate_window=window)
    peak.over.set()
    assert time.monotonic() - began < WORST
    assert "\n" not in caught.value.message and "Traceback" not in caught.value.message
    assert fetch.left() == []
    assert peak.most < 2 * fetch.settings.max_download


def test_control_yt_dlp_alone_takes_more_than_the_limit(site: Any, tmp_path: Path) -> None:
    """The same endless body without the watch: its own limit looks only at a length that the server need not give."""
    program = Path(sys.executable).with_name("yt-dlp")
    command = [sys.executable, "-m", "yt_dlp"] if not program.exists() else [str(program)]
    command += ["--ignore-config", "--no-plugin-dirs", "--max-filesize", "5M", "--proxy", "", "-q"]
    command += ["-o", str(tmp_path / "x.mp4"), site.url("/endless.mp4")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        until = time.monotonic() + 30
        size = 0
        while time.monotonic() < until and size <= 20_000_000 and child.poll() is None:
            size = max((p.stat().st_size for p in tmp_path.iterdir()), default=0)
            time.sleep(0.05)
        child.kill()
    assert size > 20_000_000


def test_our_own_fetch_is_bounded_as_well(site: Any, settings: Settings) -> None:
    with Guard(replace(settings, max_download=1 << 30, rate_window=3.0)) as guard:
        endless = get(site.url("/endless.mp4"), guard, limit=100_000, seconds=20)[-1]
        assert len(endless.came) == 100_000 and "cut after" in endless.truncated
        began = time.monotonic()
        slow = get(site.url("/slow.mp4"), guard, limit=100_000, seconds=20)[-1]
        assert "slowly" in slow.truncated and time.monotonic() - began < 18
        bomb = get(site.url("/bomb"), guard, limit=1_000_000, seconds=20)[-1]
        assert len(bomb.body) <= 32 * 1024 * 1024
        with pytest.raises(NetworkError, match="circle"):
            get(site.url("/loop"), guard, limit=1000, seconds=20)


def test_a_killed_parent_takes_the_download_with_it(site: Any, tmp_path: Path) -> None:
    """SIGKILL leaves no child behind that goes on downloading."""
    if sys.platform != "linux":
        pytest.skip("PDEATHSIG is Linux's own")
    script = (
        "import sys; from pathlib import Path; from verify.settings import Settings;"
        "from verify.sources.arrive import arrive;"
        f"s = Settings(allow_hosts=('127.0.0.1',), page=False, max_download=1 << 40, rate_window=1000.0);"
        f"list(arrive({site.url('/drip.mp4')!r}, Path({str(tmp_path)!r}), s, lambda *_: print('x', flush=True)))"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline()  # the download has begun
        children = _below(parent.pid)
        assert children  # control: there is a child to leave behind
        os.kill(parent.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while any(_alive(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(_alive(pid) for pid in children)


def _below(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            fields = status.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(status.parent.name))
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_picture_is_not_taken_for_a_video(fetch: Any, site: Any) -> None:
    with pytest.raises(NotVideoError):
        fetch(site.url("/thumb.jpg"), page=False)
