"""Where else a person can look: links made for one clip. Rule: nothing is asked of anyone here."""

from __future__ import annotations

from verify.records.cases import Case, OutsideLink
from verify.search import links
from verify.search.base import Link, Picture

FRAMES = "A frame of this clip"
THUMBNAIL = "The post's public preview picture"
PLACE = "The claimed place and time"
POST = "Kept copies of the post"


def outside_links(case: Case) -> tuple[OutsideLink, ...]:
    """Return the searches for a clip's frames, its post's preview picture and address, and the claimed place.

    A frame of ours is not on the web: those links open the service, and the reader gives it the picture.
    """
    found = _about(FRAMES, links.picture_links(Picture(name="keyframe"))) if _has_frames(case) else []
    preview = Picture(name="preview", url=_preview(case))
    if preview.public:
        found += _about(THUMBNAIL, links.picture_links(preview))
    if case.item.post and case.item.post.url.startswith(("http://", "https://")):
        found += _about(POST, links.address_links(case.item.post.url))
    claim = case.claim
    if claim and claim.where and claim.when:
        found += _about(PLACE, links.place_links(claim.where, claim.when))
    return tuple(found)


def _has_frames(case: Case) -> bool:
    return bool(case.examination and case.examination.keyframes)


def _preview(case: Case) -> str:
    stated = case.item.info.get("thumbnail")
    return stated if isinstance(stated, str) else ""


def _about(about: str, found: tuple[Link, ...]) -> list[OutsideLink]:
    return [OutsideLink(about=about, service=f.service, url=f.url, words=f.words, ready=f.ready) for f in found]
