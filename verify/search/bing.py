"""Bing Visual Search. Rule: the link only."""

from __future__ import annotations

from typing import ClassVar

from verify.search.base import Link, Picture, PictureSearch, quoted


class Bing(PictureSearch):
    """Microsoft's picture search."""

    name: ClassVar[str] = "Bing"
    order: ClassVar[int] = 30

    def link(self, picture: Picture) -> Link:
        """Return the search, or the page where a picture is dropped."""
        if url := picture.public:
            address = f"https://www.bing.com/images/searchbyimage?cbir=ssbi&imgurl={quoted(url)}"
            return Link(service=self.name, url=address, words="search")
        return Link(
            service=self.name, url="https://www.bing.com/visualsearch", words="drop the picture there", ready=False
        )
