"""The child process that runs yt-dlp: `python -m verify.sources.downloader`, a JSON job on stdin, JSON lines on stdout.

Rule: what comes is kept as received. Every chosen stream is one file under our own name; nothing is merged, fixed or
renamed by yt-dlp. Where a browser could not play what came, a working copy is made beside it (`remux.py`).

A process, not a thread: a blocked socket, an endless decompression or a stuck script engine can only be ended from
outside, and limits on memory and file size can only be set for a whole process (measured in the facts: yt-dlp alone
writes 2 GB of an endless body past its own --max-filesize, and never ends on one byte each half second).
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

from verify.sources import kinds, remux
from verify.sources.ytdlp import MAX_ENTRIES, Quiet, downloader, failure

MAX_THUMBNAILS = 4  # the best ones first; platforms offer dozens of sizes of one picture
MAX_SUBTITLES = 20
# What goes through an HTTP proxy, and so through the guard; rtmp and mms would call programs that go round it.
GUARDED = ("http", "m3u8", "ism", "f4m")
_SECRETS = {"cookies", "cookie", "authorization", "proxy-authorization"}


class Talk:
    """JSON lines to the parent. The real stdout belongs to it; whatever yt-dlp prints goes nowhere."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last = 0.0

    def say(self, event: str, **data: object) -> None:
        """Write one line."""
        self._out.write(json.dumps({"event": event, **data}, default=str) + "\n")
        self._out.flush()

    def progress(self, done: float, total: float | None, words: str) -> None:
        """Write a progress line, at most five a second."""
        if (now := time.monotonic()) - self._last >= 0.2:
            self._last = now
            self.say("progress", bytes=done, total=total, words=words)


class Job:
    """One address: extract, then fetch each video it names."""

    def __init__(self, job: dict[str, Any], talk: Talk) -> None:
        self.job = job
        self.folder = Path(job["folder"])
        self.talk = talk
        self.log = Quiet()
        self.ydl = downloader(job, self.log)
        self.ydl.add_progress_hook(self._hook)
        self.number = 0

    def run(self) -> None:
        """Do the job; every outcome is a line."""
        found = self.ydl.extract_info(self.job["target"], download=False)
        videos = list(_videos(found))
        for info in videos:
            self.number += 1
            self._item(info)
        count = (found or {}).get("playlist_count") or 0
        more = count if isinstance(count, int) and count > MAX_ENTRIES else 0
        self.talk.say("end", failed=self.ydl.failed, videos=len(videos), more=more, redirected=self._last_address())

    def _last_address(self) -> str:
        return str(self.ydl.answers[-1]["url"]) if self.ydl.answers else ""

    def _hook(self, status: dict[str, Any]) -> None:
        total = status.get("total_bytes") or status.get("total_bytes_estimate")
        self.talk.progress(status.get("downloaded_bytes") or 0, total, "downloading")

    def _item(self, info: dict[str, Any]) -> None:
        if (info.get("is_live") or info.get("live_status") in {"is_live", "is_upcoming"}) and not self.job["live"]:
            self.ydl.failed.append({"names": ["LiveStream"], "status": None, "errno": None, "message": "live stream"})
            return
        before = len(self.ydl.failed)
        streams = [self._stream(info, one) for one in info.get("requested_formats") or [info]]
        if any(one is None for one in streams):
            if len(self.ydl.failed) == before:
                self.ydl.failed.append(failure(None, f"no data came for {info.get('id')}"))
            self.talk.say("broken", number=self.number, id=info.get("id"))
            return
        files = [one for one in streams if one is not None]
        problems = self._working_copy(files)
        files += self._thumbnails(info) + self._subtitles(info)
        files += self._manifests()
        files.append(self._info(info))
        self.talk.say("item", files=files, problems=problems, number=self.number, warnings=self.log.warnings[-20:])

    def _stream(self, info: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any] | None:
        kind = "audio" if chosen.get("vcodec") == "none" else "video"
        path = self.folder / f"{self.number:03d}-{kind}"
        merged = {**info, **chosen, "is_live": False}  # native: the segments that the playlist names now
        merged.pop("requested_formats", None)
        protocol = str(merged.get("protocol") or "")
        if not protocol.startswith(GUARDED):
            words = f"protocol {protocol[:20]}"
            self.ydl.failed.append({"names": ["OtherProtocol"], "status": None, "errno": None, "message": words})
            return None
        with _errors(self.ydl):
            self.talk.say("fetching")  # from here to the end of it the least rate holds; not while ffmpeg works
            try:
                done, _ = self.ydl.dl(str(path), merged)
            finally:
                self.talk.say("fetched")
            if done and path.is_file() and path.stat().st_size:
                head = kinds.head_of(path)
                found = kinds.ending(head)
                if found in kinds.IMAGES or (not found and kinds.is_text(head)):
                    self.ydl.failed.append(
                        {"names": ["NotMedia"], "status": None, "errno": None, "message": "no media"}
                    )
                    return None
                name = _name(info, chosen, found or "." + str(chosen.get("ext") or "bin"))
                final = path.with_suffix(Path(name).suffix)
                path.rename(final)
                return {"path": final.name, "role": "evidentiary copy", "name": name, "kind": kind, "ending": found}
        return None

    def _working_copy(self, files: list[dict[str, Any]]) -> list[dict[str, str]]:
        media = [one for one in files if one["ending"]]
        if not media or (len(media) == 1 and media[0]["ending"] in kinds.PLAYABLE):
            return []
        inputs = [self.folder / one["path"] for one in media]
        try:
            made, words = remux.playable(inputs, self.folder / f"{self.number:03d}-working", self.job["ffmpeg"])
        except remux.RemuxError as error:
            return [{"part": "working copy", "reason": str(error)}]
        name = f"{Path(media[0]['name']).stem}-working{made.suffix}"
        made_from = [one["path"] for one in media]
        files.append(
            {"path": made.name, "role": "working copy", "name": name, "made_from": made_from, "made_by": words}
        )
        return []

    def _thumbnails(self, info: dict[str, Any]) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = []
        seen: set[str] = set()
        for one in reversed(info.get("thumbnails") or []):
            url = str(one.get("url") or "")
            if not url or url in seen or len(kept) >= MAX_THUMBNAILS or len(seen) >= 3 * MAX_THUMBNAILS:
                continue
            seen.add(url)
            path = self.folder / f"{self.number:03d}-thumbnail-{len(kept)}"
            with _errors(self.ydl), contextlib.closing(self.ydl.urlopen(url)) as answer:
                path.write_bytes(answer.read(20 * 1024 * 1024))  # larger is no thumbnail
                found = kinds.ending(kinds.head_of(path))
                if found in kinds.IMAGES:
                    final = path.with_suffix(found)
                    path.rename(final)
                    kept.append({"path": final.name, "role": "thumbnail", "name": f"thumbnail{found}", "url": url})
        return kept

    def _subtitles(self, info: dict[str, Any]) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = []
        for number, (language, one) in enumerate(list((info.get("requested_subtitles") or {}).items())[:MAX_SUBTITLES]):
            end = str(one.get("ext") or "txt")
            end = end if end.isalnum() and len(end) <= 5 else "txt"
            path = self.folder / f"{self.number:03d}-subtitles-{number}.{end}"
            with _errors(self.ydl):
                if one.get("data") is not None:
                    path.write_text(str(one["data"]), encoding="utf-8")
                elif not self.ydl.dl(str(path), {**one, "http_headers": info.get("http_headers")}, subtitle=True)[0]:
                    continue
                kept.append({"path": path.name, "role": "subtitles", "name": f"{_word(language)}.{end}"})
        return kept

    def _manifests(self) -> list[dict[str, Any]]:
        """Keep the playlists that named the segments, as they came; each with the item that needed it."""
        kept: list[dict[str, Any]] = []
        for number, (url, body) in enumerate(self.ydl.manifests.items()):
            end = ".mpd" if body.lstrip()[:1] == b"<" else ".m3u8"
            path = self.folder / f"{self.number:03d}-manifest-{number}{end}"
            path.write_bytes(body)
            kept.append({"path": path.name, "role": "info", "name": f"manifest-{number}{end}", "made_by": url})
        self.ydl.manifests.clear()
        return kept

    def _info(self, info: dict[str, Any]) -> dict[str, Any]:
        path = self.folder / f"{self.number:03d}-info.json"
        full = {**info, "firstseen_requests": self.ydl.answers, "firstseen_warnings": self.log.warnings}
        with path.open("w", encoding="utf-8") as out:
            json.dump(_plain(full), out, indent=1)  # ASCII with escapes: a title may hold half a character
        return {"path": path.name, "role": "info", "name": "info.json"}


def _videos(found: dict[str, Any] | None) -> Any:  # noqa: ANN401 - a generator of yt-dlp's dicts
    if not found:
        return
    if "entries" in found:
        for entry in found["entries"] or ():
            yield from _videos(entry)
    else:
        yield found


@contextlib.contextmanager
def _errors(ydl: Any) -> Any:  # noqa: ANN401
    try:
        yield
    except Exception as error:  # noqa: BLE001 - yt-dlp raises anything on foreign input; each becomes a reason
        ydl.failed.append(failure(error, str(error)))


def _plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401
    """Return `value` as JSON types, whole but for cookies and credentials."""
    if isinstance(value, dict) and depth < 30:
        return {str(k): _plain(v, depth + 1) for k, v in value.items() if str(k).lower() not in _SECRETS}
    if isinstance(value, (list, tuple, set)) and depth < 30:
        return [_plain(v, depth + 1) for v in value]
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return str(value)
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _word(text: object) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in str(text))[:60] or "unnamed"


def _name(info: dict[str, Any], chosen: dict[str, Any], end: str) -> str:
    parts = (info.get("extractor_key") or "web", info.get("id") or "unnamed", chosen.get("format_id") or "0")
    clean = end if end[1:].isalnum() and len(end) <= 6 else ".bin"
    return "-".join(_word(p) for p in parts) + clean


def limit(job: dict[str, Any]) -> None:
    """Bound this process where the system can: memory, file size, no core dump; and die with the parent (Linux)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (job["max_download"], job["max_download"]))
        if sys.platform == "linux":  # DATA, not AS: a script engine reserves terabytes of addresses and uses none
            resource.setrlimit(resource.RLIMIT_DATA, (job["memory"], job["memory"]))
    if sys.platform == "linux":
        import ctypes
        import signal

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def main() -> None:
    """Read the job, run it, and always end with a line."""
    job = json.loads(sys.stdin.readline())
    talk = Talk(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open for the life of the process
    os.dup2(nowhere.fileno(), 1)
    limit(job)
    try:
        Job(job, talk).run()
    except Exception as error:  # noqa: BLE001 - the parent turns every end of this process into one sentence
        shown = failure(error, str(error))
        talk.say("end", failed=[shown], videos=0, more=0, redirected="", trace=traceback.format_exc()[-4000:])


if __name__ == "__main__":
    main()
