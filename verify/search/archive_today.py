"""archive.today. Rule: the link only; its pages stand behind a test for humans, which is never solved by a program."""

from __future__ import annotations

from typing import ClassVar

from verify.search.base import AddressSearch, Link, whole


class ArchiveToday(AddressSearch):
    """Copies of a page that people have saved there."""

    name: ClassVar[str] = "archive.today"
    order: ClassVar[int] = 20

    def link(self, url: str) -> Link:
        """Return the list of its copies of `url`."""
        return Link(
            service=self.name, url=f"https://archive.ph/{whole(url)}", words="copies people saved, with their times"
        )
