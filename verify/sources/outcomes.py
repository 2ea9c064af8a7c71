"""Turns what went wrong in a fetch into one sentence and an advice. Rule: say which wall it is, and what to do.

yt-dlp states most walls only in English prose, so words are read where no exception class or HTTP status tells.
"""

from __future__ import annotations

import errno
import re
import urllib.parse
from collections.abc import Iterable
from typing import Any

from verify.errors import (
    DiskFullError,
    FirstseenError,
    NetworkError,
    NotAccessibleError,
    NotFoundError,
    NotVideoError,
    RefusedAddressError,
    SourceError,
)
from verify.sources.egress import Guard
from verify.text import one_line

BY_HAND = "If you have the file, tie it to its post: firstseen check FILE --post {url}"
_AGAIN = "Check the address and the connection, then try again."

# Walls as yt-dlp's extractors word them; the first that fits decides.
_WALLS: tuple[tuple[str, type[SourceError], str], ...] = (
    (r"\bdrm\b", NotAccessibleError, "is protected against copying (DRM)"),
    (r"geo.?(restrict|block)|in your (country|region|location)|not available from your location",
     NotAccessibleError, "is blocked in this region"),
    (r"(live event|premieres?).{0,30}(will begin|starts?|in \d)|not currently live|is offline", NotVideoError,
     "is a live stream that is not on air"),
    (r"ip (address )?is blocked|blocked from accessing", NotAccessibleError, "is blocked for this network"),
    (r"\bage\b.{0,30}(restrict|confirm|verif|limit|inappropriate)|confirm your age|nsfw", NotAccessibleError,
     "is behind an age check"),
    (r"\bprivate\b|protected (tweet|account)|not authorized to view", NotAccessibleError, "is private"),
    (r"log.?in|sign in|cookies|registered users|authenticat|account credentials|members.only|subscri|paywall|premium",
     NotAccessibleError, "needs a login"),
    (r"(has been|was|been) (removed|deleted|terminated|withdrawn)|no longer (available|exist)|does(n't| not) exist"
     r"|not found|suspended|account.{0,20}terminated|removed by|deleted by", NotFoundError, "is gone"),
    (r"(video|post|content|tweet|media|page).{0,20} (is )?(not |un)available", NotFoundError,
     "is not available (any more)"),
    (r"unsupported url|no video|no media|not a video|there'?s no video|no formats|could be found in this tweet"
     r"|is not a valid url|extension .* is unusual|unable to extract", NotVideoError,
     "carries no video that can be found"),
)  # fmt: skip
_NAMES: dict[str, tuple[type[SourceError], str]] = {
    "GeoRestrictedError": (NotAccessibleError, "is blocked in this region"),
    "UnsupportedError": (NotVideoError, "carries no video that can be found"),
    "UserNotLive": (NotVideoError, "is a live stream that is not on air"),
    "NotMedia": (NotVideoError, "carries no video: what it sends is text or a picture"),
    "OtherProtocol": (
        NotAccessibleError,
        "is sent by a protocol that the network guard cannot watch (RTMP or the like)",
    ),
    "LiveStream": (NotAccessibleError, "is a live stream"),
}
_STATUS: dict[int, tuple[type[SourceError], str]] = {
    401: (NotAccessibleError, "needs a login (HTTP 401)"),
    403: (NotAccessibleError, "refuses access (HTTP 403): private, blocked in this region, or closed to programs"),
    404: (NotFoundError, "is not there (HTTP 404)"),
    407: (NetworkError, "cannot be reached: the proxy wants a password (HTTP 407)"),
    410: (NotFoundError, "is gone (HTTP 410)"),
    429: (NetworkError, "cannot be fetched now: the site says too many requests (HTTP 429)"),
    451: (NotAccessibleError, "is blocked for legal reasons (HTTP 451)"),
}
_NETWORK_NAMES = {
    "TransportError", "IncompleteRead", "SSLError", "CertificateVerifyError", "ProxyError", "ContentTooShortError",
    "TimeoutError", "ConnectionError", "ConnectionResetError", "RemoteDisconnected", "RequestError",
}  # fmt: skip
_SURER = (DiskFullError, RefusedAddressError, NetworkError, NotAccessibleError, NotFoundError, NotVideoError)


def explain(url: str, failures: Iterable[dict[str, Any]], guard: Guard) -> FirstseenError:
    """Return the error for an address that gave nothing.

    `failures` are dicts of `names` (exception classes down the causes), `status`, `errno` and `message`.
    """
    listed = list(failures)
    shown = one_line(url, 200)
    if any(one.get("errno") in {errno.ENOSPC, errno.EDQUOT} or "No space left" in one["message"] for one in listed):
        return DiskFullError(f"There is no room on the disk for {shown}.", "Free some space, then run it again.")
    if guard.refusals:
        refused = guard.refusals[0]
        host = one_line(refused.host, 80)
        return RefusedAddressError(
            f"{shown} leads to {host}:{refused.port}, which is not fetched: {refused.reason}.",
            f'If you trust that host, allow it in the settings: allow_hosts = ["{host}:{refused.port}"].',
        )
    if guard.failures and "slowly" in guard.failures[-1]:
        return NetworkError(f"{shown} sends too slowly to be fetched.", "Try again later, or raise rate_window.")
    if guard.failures and all(one.get("status") in {None, 502} for one in listed):
        words = f"{shown} cannot be fetched: {named_once(url, guard.failures[-1])}."
        return NetworkError(words, advice(NetworkError, words, url))  # 502 is the guard's own
    for one in listed:
        found = classify(one)
        if found is not None:
            kind, words = found
            return kind(f"{shown} {words}.", advice(kind, words, url))
    said = clean(listed[0]["message"]) if listed else ""
    reason = f": {said}" if said else " and no reason was given"
    return SourceError(f"{shown} could not be fetched{reason.rstrip('.')}.", BY_HAND.format(url=shown))


def named_once(url: str, said: str) -> str:
    """Return what the guard said of a host, `it` for the one that `url` names already; another one keeps its name."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return said
    if not host:
        return said
    return said.replace(f"the name {host} is", "its server's name is").replace(f"{host}:{port} does", "it does")


def classify(one: dict[str, Any]) -> tuple[type[SourceError], str] | None:
    """Return (error class, words after the address) for one failure, or None when nothing is known of it."""
    names = set(one.get("names") or ())
    status = one.get("status")
    words = clean(str(one.get("message") or ""))
    for name, outcome in _NAMES.items():
        if name in names:
            return outcome
    if status in {404, 410}:
        return _STATUS[status]
    for pattern, kind, said in _WALLS:
        if re.search(pattern, words, re.IGNORECASE) and not (status and kind is NotVideoError):
            return kind, said
    if isinstance(status, int) and status >= 400:
        other = (NetworkError, f"cannot be fetched now: the site answers with an error (HTTP {status})")
        return _STATUS.get(status, other)
    return _broken(names, words, one.get("errno"))


# What yt-dlp says, by where it notices, of a body that ends before its stated length.
_CUT_SHORT = re.compile(r"more expected|Downloaded \d+ bytes, expected \d+ bytes")


def _broken(names: set[str], words: str, code: object) -> tuple[type[SourceError], str] | None:
    """Return the outcome for a connection that broke, or None when it did not."""
    if code == errno.EFBIG:
        return NetworkError, "is larger than this run allows (max_download in the settings)"
    if names & {"SSLError", "CertificateVerifyError"}:
        return NetworkError, "cannot be fetched safely: its TLS certificate does not hold"
    if "too large to be read" in words:
        return NetworkError, "cannot be fetched: the page is far larger than a page can be"
    if "redirect loop" in words:
        return NetworkError, "cannot be fetched: it redirects in a circle"
    if "timed out" in words or "TimeoutError" in names:
        return NetworkError, "cannot be fetched: it does not answer in time"
    if "RemoteDisconnected" in words or "Connection aborted" in words or "Connection reset" in words:
        return NetworkError, "cannot be fetched: it breaks the connection off"
    if names & _NETWORK_NAMES or _CUT_SHORT.search(words):
        return NetworkError, f"cannot be fetched: {words.rstrip('.') or 'the connection broke'}"
    return None


def advice(kind: type[SourceError], words: str, url: str) -> str:
    """Return what to do next after an outcome."""
    by_hand = BY_HAND.format(url=one_line(url, 200))
    if "live stream" in words:
        return "Wait until it is over, or allow live streams in the settings (live = true)."
    if kind is NotVideoError:
        return "Give the address of the post that holds the video, or save the file by hand. " + by_hand
    if kind is NetworkError:
        return f"{_AGAIN} {by_hand}"
    return by_hand


def clean(message: str) -> str:
    """Return a yt-dlp message without its prefix, its trailer for bug reports, colours and control characters."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", message)
    text = re.sub(r"^(ERROR:\s*)?(\[[\w:+.-]+\]\s*)?", "", text.strip())
    text = re.split(r"; please report this issue|\. Confirm you are on the latest|\(caused by", text)[0]
    return one_line(text, 240)
