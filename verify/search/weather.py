"""Weather of a place and hour from Open-Meteo's reanalysis archive. Rule: a model on a grid of about 10 km, so weak."""

from __future__ import annotations

from typing import ClassVar

from verify.records.claims import Place
from verify.records.times import TimeBounds
from verify.search.base import Link, PlaceSearch, span


class Weather(PlaceSearch):
    """Cloud, rain, visibility, wind and temperature by the hour, in UTC."""

    name: ClassVar[str] = "Open-Meteo weather archive"
    order: ClassVar[int] = 10

    def link(self, place: Place, when: TimeBounds) -> Link | None:
        """Return the link for the days of `when`."""
        ends = span(when)
        if ends is None:
            return None
        url = (
            "https://archive-api.open-meteo.com/v1/archive"
            f"?latitude={place.latitude:.4f}&longitude={place.longitude:.4f}"
            f"&start_date={ends[0]:%Y-%m-%d}&end_date={ends[1]:%Y-%m-%d}"
            "&hourly=temperature_2m,cloud_cover,precipitation,visibility,wind_speed_10m,wind_direction_10m&timezone=UTC"
        )
        return Link(service=self.name, url=url, words="hourly weather as a model gives it (UTC), weak evidence")
