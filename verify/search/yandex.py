"""Yandex Images. Rule: the link only; often the best for places and faces in Russia and Ukraine."""

from __future__ import annotations

from typing import ClassVar

from verify.search.base import Link, Picture, PictureSearch, quoted


class Yandex(PictureSearch):
    """Yandex's picture search (yandex.ru where yandex.com is blocked)."""

    name: ClassVar[str] = "Yandex"
    order: ClassVar[int] = 20

    def link(self, picture: Picture) -> Link:
        """Return the search, or the page where a picture is dropped."""
        if url := picture.public:
            address = f"https://yandex.com/images/search?rpt=imageview&url={quoted(url)}"
            return Link(service=self.name, url=address, words="search")
        return Link(service=self.name, url="https://yandex.com/images/", words="use the camera button", ready=False)
