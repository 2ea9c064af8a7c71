"""Google Lens. Rule: the link only; result pages are for people."""

from __future__ import annotations

from typing import ClassVar

from verify.search.base import Link, Picture, PictureSearch, quoted


class Lens(PictureSearch):
    """Google's picture search; the older searchbyimage address is gone (404)."""

    name: ClassVar[str] = "Google Lens"
    order: ClassVar[int] = 10

    def link(self, picture: Picture) -> Link:
        """Return the search, or the page where a picture is dropped."""
        if url := picture.public:
            return Link(service=self.name, url=f"https://lens.google.com/uploadbyurl?url={quoted(url)}", words="search")
        return Link(service=self.name, url="https://lens.google.com/", words="drop the picture there", ready=False)
