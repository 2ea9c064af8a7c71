"""SunCalc: where the sun stood. Rule: the page shows the place's own local time; ours is written in UTC beside it."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verify.records.claims import Place
from verify.records.times import TimeBounds
from verify.search.base import Link, PlaceSearch, span


class Sun(PlaceSearch):
    """Direction and height of the sun over a map."""

    name: ClassVar[str] = "SunCalc"
    order: ClassVar[int] = 50

    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link for the middle of `when` in the place's own time; None where its zone is not known."""
        ends = span(when)
        if ends is None or not place.zone:
            return None
        try:
            local = (ends[0] + (ends[1] - ends[0]) / 2).astimezone(ZoneInfo(place.zone))
        except (ZoneInfoNotFoundError, ValueError):
            return None
        at = f"{local:%Y.%m.%d/%H:%M}"
        url = f"https://www.suncalc.org/#/{place.latitude:.5f},{place.longitude:.5f},14/{at}/1/3"
        return Link(service=self.name, url=url, words=f"the sun at {local:%H:%M} local time ({place.zone})")
