"""Google Fact Check Explorer, by picture. Rule: the link only."""

from __future__ import annotations

from typing import ClassVar

from verify.search.base import Link, Picture, PictureSearch, quoted


class FactCheck(PictureSearch):
    """Fact checks in which a picture appears."""

    name: ClassVar[str] = "Fact Check Explorer"
    order: ClassVar[int] = 50

    def link(self, picture: Picture) -> Link:
        """Return the search, or the page where a picture is dropped."""
        home = "https://toolbox.google.com/factcheck/explorer"
        if url := picture.public:
            address = f"{home}/search/image_url:{quoted(url)};hl="
            return Link(service=self.name, url=address, words="fact checks with this picture")
        return Link(service=self.name, url=home, words="choose the picture search there", ready=False)
