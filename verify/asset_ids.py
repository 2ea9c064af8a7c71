"""Times inside the ids that services give to files and posts. Rule: an id dates the file or post, never the recording.

ByteDance's services (TikTok, Douyin) name each clip by a letter, 11 characters of storage and an xid: 20 characters of
base 32 (`0-9a-v`), whose first four bytes are the second it was made in, UTC, since 1970 (github.com/rs/xid). The id
stands in the file's comment (`vid:v0f044gc0000...`) and is the name under which TikTok's app saves a clip.

Measured: 16 ids that public code holds beside the number or date of their post (13 clips of 2022 to 2026 on TikTok, one
of 2019 on Douyin, two that one program names). In 14 the id is of 2 s after to 11 minutes before the post; in those
two of 23 and 32 days after it: a file may be made anew. So the pictures were with the service by then, and not more.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_FORM = re.compile(r"v[0-9a-f]{5}[0-9a-z]{2}0000(?P<xid>[0-9a-v]{20})(?![0-9a-z])")
_DIGITS = "0123456789abcdefghijklmnopqrstuv"  # base 32, "extended hex" alphabet of RFC 4648
_FIRST = datetime(2016, 9, 1, tzinfo=UTC)  # Douyin opened in September 2016
_X_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, UTC)  # 1288834974657 ms, Twitter's snowflake service
_BITS_AFTER_SECONDS = 68  # an xid has 96 bits: 32 of seconds first; its 20 characters hold 100


def bytedance(text: str) -> datetime | None:
    """Return the second (UTC) in which ByteDance's service made the id in `text`, None where there is no such id.

    An id that would be of before September 2016 is none: the form is met by chance.
    """
    found = _FORM.search(text)
    if found is None:
        return None
    number = 0
    for digit in found["xid"]:
        number = number * 32 + _DIGITS.index(digit)
    made = datetime.fromtimestamp(number >> _BITS_AFTER_SECONDS, UTC)
    return made if made >= _FIRST else None


def of_x(number: int) -> datetime:
    """Return the millisecond (UTC) in an id of X, below 2 to the 63rd: `(id >> 22) + 1288834974657`."""
    return _X_EPOCH + timedelta(milliseconds=number >> 22)


def of_tiktok(number: int) -> datetime:
    """Return the second (UTC) in an id of TikTok or Douyin, below 2 to the 64th: `id >> 32`, up to a minute off."""
    return datetime.fromtimestamp(number >> 32, UTC)
