"""TinEye. Rule: the link only; it alone sorts by the oldest copy it has seen."""

from __future__ import annotations

from typing import ClassVar

from verify.search.base import Link, Picture, PictureSearch, quoted


class TinEye(PictureSearch):
    """Finds exact copies, also cropped and resized ones; sort by oldest there."""

    name: ClassVar[str] = "TinEye"
    order: ClassVar[int] = 40

    def link(self, picture: Picture) -> Link:
        """Return the search, or the page where a picture is dropped."""
        if url := picture.public:
            address = f"https://www.tineye.com/search?url={quoted(url)}"
            return Link(service=self.name, url=address, words="search; sort by oldest")
        words = "upload the picture there, then sort by oldest"
        return Link(service=self.name, url="https://www.tineye.com/", words=words, ready=False)
