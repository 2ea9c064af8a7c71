"""All links for a picture, a place or an address, as a verifier tries them. Rule: making a link requests nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

import verify.search
from verify.catalog import offer
from verify.errors import UsageError
from verify.records.claims import Place
from verify.records.media import Post
from verify.records.times import TimeBounds
from verify.search.base import AddressSearch, Answer, Asked, Link, Picture, PictureSearch, PlaceSearch
from verify.settings import Settings


@cache
def _services(kind: type[Any]) -> tuple[Any, ...]:
    return tuple(sorted(offer(verify.search, kind).found, key=lambda one: getattr(one, "order", 50)))


def picture_links(picture: Picture) -> tuple[Link, ...]:
    """Return the reverse image searches for one still."""
    return tuple(one.link(picture) for one in _services(PictureSearch))


def place_links(place: Place, when: TimeBounds) -> tuple[Link, ...]:
    """Return map, weather, fires, satellites and sun for a place and time, as far as both are given."""
    return tuple(link for one in _services(PlaceSearch) if (link := one.link(place, when)) is not None)


def address_links(url: str) -> tuple[Link, ...]:
    """Return the archives' lists of copies of a web address."""
    return tuple(one.link(url) for one in _services(AddressSearch))


def askable() -> tuple[str, ...]:
    """Return the names that `--ask` takes."""
    return tuple(one.name for one in _services(Asked))


def ask(name: str, post: Post, settings: Settings) -> Answer:
    """Ask the service `name` about the post's address.

    Raises UsageError for an unknown name, NetworkError and RefusedAddressError from the network.
    """
    for one in _services(Asked):
        if one.name == name:
            answer: Answer = one.ask(post, settings)
            return answer
    raise UsageError(f"There is no service named {name!r} to ask.", f"Known: {', '.join(askable())}.")
