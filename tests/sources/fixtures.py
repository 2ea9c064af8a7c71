"""The made site with clips drawn for it, running; also for tests of other folders that fetch."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from sources.made_site import Site
from verify.settings import Settings
from verify.sources import browser
from verify.sources.arrive import arrive
from verify.sources.base import Arrival
from verify.sources.devtools import BrowserError
from verify.sources.egress import Guard


def draw(
    path: Path, *args: str, seconds: float = 1.0, picture: bool = True, sound: bool = True, rate: int = 10
) -> Path:
    """Draw a small clip with ffmpeg's own test sources."""
    inputs: list[str] = []
    if picture:
        inputs += ["-f", "lavfi", "-i", f"testsrc=size=160x120:rate={rate}:duration={seconds}"]
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-nostdin", "-loglevel", "error", "-y", *inputs, *args, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with clip.mp4, small.mp4, second.mp4, and an HLS stream with separate sound."""
    root = tmp_path_factory.mktemp("clips")
    h264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast")
    draw(root / "clip.mp4", *h264, "-c:a", "aac", seconds=2)
    draw(root / "second.mp4", *h264, "-an", sound=False)
    draw(root / "third.mp4", *h264, "-an", sound=False, rate=5)
    hls = ("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-hls_segment_filename")
    draw(root / "v.m3u8", *h264, "-g", "10", *hls, str(root / "v%d.ts"), seconds=3, sound=False)
    draw(root / "a.m3u8", "-c:a", "aac", *hls, str(root / "a%d.ts"), seconds=3, picture=False)
    (root / "master.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:4\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="snd",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="a.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=300000,CODECS="avc1.42c00b",RESOLUTION=160x120,AUDIO="snd"\nv.m3u8\n',
        encoding="utf-8",
    )
    return root


@pytest.fixture(scope="session")
def site(clips: Path) -> Iterator[Site]:
    """Return the running server."""
    draw(clips / "thumb.jpg", "-frames:v", "1", sound=False)
    server, other = Site(clips), Site(clips)
    server.forbidden = other.port
    server.other = other  # type: ignore[attr-defined]
    yield server
    for one in (server, other):
        one.shutdown()
        one.server_close()


@pytest.fixture(scope="session")
def settings(site: Site) -> Settings:
    """Return settings that let the test server through, with short limits."""
    return replace(
        Settings(),
        allow_hosts=(f"127.0.0.1:{site.port}",),
        max_download=8_000_000,
        download_seconds=60.0,
        rate_window=20.0,
        browser_sandbox=_sandbox_works(),
    )


def _sandbox_works() -> bool:
    """Return whether Chromium's own sandbox starts here; in many containers it cannot, and the tests do without."""
    if not browser.find_browser():
        return True
    try:
        with Guard(Settings()) as guard:
            browser.look("about:blank", guard, seconds=30)
    except BrowserError:
        return False
    return True


class Fetcher:
    """Fetches a target into a fresh folder, and keeps what is left there."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root, self.settings, self.count = root, settings, 0

    def __call__(self, target: str, **changes: Any) -> list[Arrival]:
        return [arrival for arrival, _ in self.kept(target, **changes)]

    def kept(self, target: str, **changes: Any) -> list[tuple[Arrival, dict[str, bytes]]]:
        """Return arrivals with the bytes of their files by role and name, read before the source sweeps them."""
        self.count += 1
        staging = self.root / str(self.count)
        staging.mkdir()
        found = []
        for arrival in arrive(target, staging, replace(self.settings, **changes), lambda *_: None):
            found.append((arrival, {f"{f.role}/{f.name}": f.path.read_bytes() for f in arrival.files}))
        return found

    def each(self, target: str, **changes: Any) -> Iterator[Arrival]:
        """Yield arrivals one by one, as the source does."""
        self.count += 1
        staging = self.root / str(self.count)
        staging.mkdir()
        yield from arrive(target, staging, replace(self.settings, **changes), lambda *_: None)

    def left(self) -> list[Path]:
        """Return what the last fetch left in its staging folder."""
        return sorted((self.root / str(self.count)).rglob("*"))


@pytest.fixture
def fetch(tmp_path: Path, settings: Settings) -> Fetcher:
    """Return a function that fetches a target."""
    return Fetcher(tmp_path, settings)
