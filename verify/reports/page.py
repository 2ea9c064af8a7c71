"""A self-contained page: one template engine, one policy, pictures inside. Rule: nothing leaves, nothing runs unhashed.

Every value a template prints passes `verify.text.visible` (bidi and control characters are shown) and then the
engine's HTML escaping; the policy in the page's head allows the page's own script and style by SHA-256 only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from verify.reports import drawing, wording
from verify.reports.base import Pictures
from verify.text import one_line, visible

PAGES = Path(__file__).parent / "pages"

# A report is attached to mails and stories: about 3 MB as base64 is what every mail server still takes.
PICTURE_BUDGET = 2_100_000

# What the archive names its files: nothing in it can be a scheme, a query or a step upwards.
_PLAIN_PATH = re.compile(r"(?!.*\.\.)(?:originals|items)/[A-Za-z0-9][A-Za-z0-9._/-]*")
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


@dataclass(kw_only=True)
class Album:
    """Gives pictures as data URIs until `budget` bytes are spent; counts what was missing or left out."""

    pictures: Pictures
    budget: int = PICTURE_BUDGET
    spent: int = 0
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def uri(self, path: str) -> Markup | None:
        """Return the picture at `path` as a data URI, or None (then `missing` or `left_out` names it)."""
        data = self.pictures(path) if path else None
        kind = media_type(data) if data else ""
        if not data or not kind:
            self.missing.append(path)
            return None
        if self.spent + len(data) > self.budget:
            self.left_out.append(path)
            return None
        self.spent += len(data)
        # Base64 has no character that HTML gives a meaning to.
        return Markup(f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}")  # noqa: S704

    def near(self, path: str) -> Markup | None:
        """Return the picture as `uri` does, or its address beside the page where the budget is spent.

        Only for a page that lies where the paths of its pictures start. None where there is no such picture.
        """
        inside = self.uri(path)
        if inside is not None or path not in self.left_out or not in_case(path):
            return inside
        return Markup(path)  # noqa: S704 - `in_case`: no character that HTML gives a meaning to


def in_case(path: str) -> str:
    """Return `path` if it is one the archive gives (letters, digits, dots, dashes, slashes), else nothing."""
    return path if _PLAIN_PATH.fullmatch(path) else ""


def media_type(data: bytes) -> str:
    """Return the media type of picture bytes by their first bytes, or nothing: only JPEG, PNG, GIF and WebP."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")


def web_link(url: str) -> str:
    """Return `url` if it is an http(s) address, else nothing: links never carry `javascript:` or `file:`."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    hidden = re.search(r"[\x00-\x20\x7f]", url.strip())
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc and not hidden else ""


def in_pieces(text: str, length: int = 16) -> Markup:
    """Return a long word that may break after every `length` characters, where no style sheet can allow it."""
    pieces = [visible(text[i : i + length]) for i in range(0, len(text), length)]
    return Markup("<wbr>").join(pieces)


def json_for_script(value: Any) -> Markup:  # noqa: ANN401 - anything JSON can carry
    r"""Return `value` as JSON that is safe inside a script element: `<`, `>`, `&`, U+2028 and U+2029 as `\u00XX`."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - the five characters that could end the element are gone


def _finalize(value: Any) -> Any:  # noqa: ANN401 - every printed value passes here
    if isinstance(value, Markup):
        return value
    return visible(value) if isinstance(value, str) else value


@cache
def environment() -> Environment:
    """Return the one template engine of the reports: autoescape always, unknown names are errors."""
    engine = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters.update(web_link=web_link, one_line=one_line, json_for_script=json_for_script, in_pieces=in_pieces)
    engine.globals.update(say=wording, draw=drawing, zip=zip)
    return engine


@cache
def _part(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page: its own style and script by hash, pictures inside, the clip beside.

    `file:` stands beside `'self'` because a page opened from disk has no origin that `'self'` could name.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}" if script else "script-src 'none'",
            f"style-src {_hash(style)}",
            "img-src data: 'self' file:",
            "media-src data: blob: 'self' file:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def render(template: str, styles: tuple[str, ...], scripts: tuple[str, ...], **values: Any) -> bytes:  # noqa: ANN401
    """Return the page of `template` with the named style and script files inlined and allowed by hash."""
    style = "\n".join(_part(name) for name in styles)
    script = "\n".join(_part(name) for name in scripts)
    page = (
        environment()
        .get_template(template)
        .render(
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            **values,
        )
    )
    # A lone surrogate cannot be written as UTF-8; `visible` shows them, this is for what a template itself holds.
    return page.encode("utf-8", errors="replace")
