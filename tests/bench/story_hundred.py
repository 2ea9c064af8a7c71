"""A hundred posts from a local server with nobody touching them, and how fast the page opens."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from story_posts import run_story


class Platform:
    """Posts on 127.0.0.1, each a page with one video, as a platform's page states it (`og:video`)."""

    def __init__(self, files: list[Path]) -> None:
        served = {f"/{n}.mp4": file for n, file in enumerate(files, 1)}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                own = self.path.split("?")[0]
                kind, body = "video/mp4", served[own].read_bytes() if own in served else b""
                if own.startswith("/post/") and f"/{own[6:]}.mp4" in served:
                    words = f'<meta property="og:video" content="/{own[6:]}.mp4"><title>Post {own[6:]}</title>'
                    kind, body = "text/html", f"<!doctype html>{words}<p>Seen this morning".encode()
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def hundred(videos: Path, scratch: Path, count: int, again: bool) -> None:
    """Run a story of `count` posts with nobody touching it, then open its page; print what it took."""
    scratch.mkdir(parents=True, exist_ok=True)
    sources = sorted(p for p in videos.iterdir() if p.suffix not in {".json", ".csv"})
    files = []
    for n in range(count):
        out = scratch / f"{n:03d}.mp4"
        if not out.is_file():  # six seconds of each; the second time round smaller, and mirrored: copies
            look = "scale=-2:360,fps=25" if n < len(sources) else "scale=-2:240,fps=25,hflip"
            command = ["ffmpeg", "-v", "error", "-y", "-i", str(sources[n % len(sources)]), "-t", "6", "-vf", look]
            subprocess.run([*command, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac",
                            "-ac", "2", str(out)], check=False)  # fmt: skip
        files += [out] if out.is_file() and out.stat().st_size else []
    platform = Platform(files)
    story = scratch / "story.html"
    links = "".join(
        f'<p>Video {n}: <iframe src="http://{platform.host}/post/{n}"></iframe>' for n in range(1, len(files) + 1)
    )
    story.write_text(f"<!doctype html><meta charset=utf-8><h1>A hundred posts</h1>{links}")
    case = scratch / "case"
    made = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    if again or not list(case.glob("story-*.json")):
        run_story(story, None, case, "--allow-host", platform.host)
    took, used = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - made.ru_utime - made.ru_stime  # making the clips left out
    page = next(p for p in case.glob("story-*.html") if ".block" not in p.name)
    counts = json.loads(page.with_suffix(".json").read_text())["counts"]
    print(f"{counts['posts']} posts, {counts['fetched']} fetched, {counts['clips']} clips, {counts['recordings']} "
          f"recordings: {took:.0f} s, {cpu:.0f} CPU s; page {page.stat().st_size / 1e6:.1f} MB")  # fmt: skip
    opened(page)


def opened(page: Path) -> None:
    """Open a page in Chromium three times; print how long until something is on screen, and until all is loaded."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "reports"))
    from real_browser import Browser

    browser = Browser()
    asked = """(() => { const n = performance.getEntriesByType('navigation')[0];
        const p = performance.getEntriesByName('first-contentful-paint')[0];
        return [p ? p.startTime : -1, n.domContentLoadedEventEnd, n.loadEventEnd]; })()"""
    try:
        browser.size(1280, 900)
        for _ in range(3):
            begun = time.monotonic()
            browser.open(page, wait=0)
            whole = time.monotonic() - begun
            time.sleep(0.3)
            paint, parsed, loaded = browser.ask(asked)
            print(f"    opened in {whole:.2f} s: on screen {paint:.0f}, parsed {parsed:.0f}, loaded {loaded:.0f} ms")
    finally:
        browser.close()
