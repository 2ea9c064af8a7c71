"""The Wayback Machine: a link always; asked by name (`--ask wayback`), the first capture of the post's address.

Rule: a capture proves that the address answered by then. It does not prove that the video was there.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, ClassVar

from verify.errors import NetworkError
from verify.records.media import Post, Problem
from verify.records.times import TimeBounds, moment
from verify.search.base import AddressSearch, Answer, Asked, Link, quoted, whole
from verify.settings import MIB, Settings
from verify.sources.egress import Guard
from verify.sources.fetch import Exchange, get
from verify.sources.posts import platform_of
from verify.text import one_line

HOME = "https://web.archive.org"
SECONDS = 60.0  # the index is slow; a minute is what its own pages wait
_LIMITS = (
    "A capture shows that the address answered by then, not that this video was in the page: open the capture and look."
    " The archive may hold captures it does not list, and addresses of one post differ."
)


class WaybackLink(AddressSearch):
    """All captures of an address."""

    name: ClassVar[str] = "Wayback Machine"
    order: ClassVar[int] = 10

    def link(self, url: str) -> Link:
        """Return the calendar of captures."""
        return Link(service=self.name, url=f"{HOME}/web/*/{whole(url)}", words="captures of this address, by date")


class Wayback(Asked):
    """The capture index (CDX) of the Wayback Machine, or of an archive that answers in its form at `home`."""

    name: ClassVar[str] = "wayback"

    def ask(self, post: Post, settings: Settings) -> Answer:
        """Return the earliest capture with status 200 among the post's known addresses, as a not-after bound.

        Raises NetworkError when no address could be asked, RefusedAddressError from the guard.
        """
        home = settings.wayback.rstrip("/")
        found: list[tuple[datetime, str]] = []
        problems: list[Problem] = []
        raw: list[bytes] = []
        addresses = platform_of(post.url).addresses(post.url)
        with Guard(settings) as guard:
            for address in addresses:
                try:
                    answer = _question(home, address, guard)
                    raw.append(answer.came)
                    found += _captures(answer)
                except NetworkError as error:
                    problems.append(Problem(part="wayback", reason=error.message))
        if len(problems) == len(addresses):
            raise NetworkError(problems[0].reason, "Ask again later; the archive is often busy.")
        asked = _query(home, addresses[0])
        if not found:
            words = f"The Wayback Machine lists no capture of {one_line(post.url, 200)}."
            return Answer(
                service=self.name,
                asked=asked,
                sentence=words,
                limits=_LIMITS,
                raw=b"\n".join(raw),
                problems=tuple(problems),
            )
        at, original = min(found)
        link = f"{home}/web/{at:%Y%m%d%H%M%S}/{original}"
        bounds = TimeBounds(
            not_before=None,
            not_after=moment(at, "").not_after,
            precision="second",
            zone="utc",
            basis=f"Wayback Machine: first listed capture of the post's address, {link}",
        )
        return Answer(
            service=self.name,
            asked=asked,
            dates=(bounds,),
            sentence=f"The Wayback Machine first captured the post's address at {at:%Y-%m-%d %H:%M:%S} UTC.",
            link=link,
            limits=_LIMITS,
            raw=b"\n".join(raw),
            problems=tuple(problems),
        )


def _query(home: str, address: str) -> str:
    fields = "timestamp,original,statuscode,digest"
    return f"{home}/cdx/search/cdx?url={quoted(address)}&output=json&fl={fields}&filter=statuscode:200&limit=1"


def _question(home: str, address: str, guard: Guard) -> Exchange:
    answer = get(_query(home, address), guard, limit=MIB, seconds=SECONDS, accept="application/json")[-1]
    if answer.status != 200:
        words = one_line(answer.body.decode("utf-8", "replace"), 80)
        raise NetworkError(f"The Wayback Machine answered with HTTP {answer.status} ({words or 'no words'}).")
    return answer


def _captures(answer: Exchange) -> list[tuple[datetime, str]]:
    """Return (time, captured address) of each row. Raises NetworkError for what is not the index's form."""
    try:
        rows: Any = json.loads(answer.body or b"[]")
        if not isinstance(rows, list):
            raise ValueError("no list")
        if not rows:
            return []
        names = rows[0]
        when, what = names.index("timestamp"), names.index("original")
        return [(_time(row[when]), str(row[what])) for row in rows[1:]]
    except (ValueError, IndexError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise NetworkError("The Wayback Machine gave an answer that is not its index's form.") from error


def _time(text: str) -> datetime:
    if not re.fullmatch(r"\d{14}", text):
        raise ValueError("no 14-digit time")
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
