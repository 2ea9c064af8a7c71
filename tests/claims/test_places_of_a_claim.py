"""What a person writes as a place: points in every notation, names in every script, and what is assumed is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify import coordinates
from verify.claims.gazetteer import LEAST_RADIUS, assumed_radius
from verify.claims.parse import where
from verify.claims.spelling import transcribed
from verify.errors import UsageError


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("50.6036,36.5809", 50.6036, 36.5809),
        ("50.6036, 36.5809", 50.6036, 36.5809),
        ("50.583951832489056, 36.5932806164212", 50.583951832489056, 36.5932806164212),
        ("-33.86 151.20", -33.86, 151.20),
        ("50°36′5.60″N 36°39′33.16″E", 50 + 36 / 60 + 5.6 / 3600, 36 + 39 / 60 + 33.16 / 3600),
        ("36°39′33.16″E 50°36′5.60″N", 50 + 36 / 60 + 5.6 / 3600, 36 + 39 / 60 + 33.16 / 3600),
        ("50°36'5.60\"N, 36°39'33.16\"E", 50 + 36 / 60 + 5.6 / 3600, 36 + 39 / 60 + 33.16 / 3600),
        ("33°52′S 151°12′W", -33 - 52 / 60, -151 - 12 / 60),
        ("N50 36.5 E36 39", 50 + 36.5 / 60, 36.65),
        ("50 36 5.6 N, 36 39 33 E", 50 + 36 / 60 + 5.6 / 3600, 36 + 39 / 60 + 33 / 3600),
    ],
)
def test_points_in_each_notation(text, latitude, longitude):
    place = where(text)
    assert (place.latitude, place.longitude) == pytest.approx((latitude, longitude), abs=1e-9)
    assert place.basis.startswith("given coordinates")


def test_a_radius_behind_the_point_in_metres_and_kilometres():
    assert where("50.6036,36.5809,800").radius == 800
    assert where("50.6036,36.5809, 2 km").radius == 2000
    assert where("50.6036,36.5809,2km", radius=50.0).radius == 50


def test_a_radius_that_is_not_stated_is_assumed_and_said():
    coarse, fine = where("50.60,36.59"), where("50.603612,36.580911")
    assert coarse.radius == pytest.approx(556, abs=1)
    assert fine.radius == 500
    assert "assumed from their last digit" in coarse.basis


def test_the_zone_of_a_bare_point_is_the_nearest_places_and_said():
    place = where("50.6036,36.5809")
    assert place.zone == "Europe/Moscow"
    assert "Europe/Moscow of the nearest place, Belgorod" in place.basis
    assert where("-45,-130").zone == ""


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        (
            "51.1910,35.2710",
            {"Europe/Moscow", "Europe/Kyiv"},
        ),  # Sudzha, in Russia: the nearest larger town is in Ukraine
        ("50.42,35.55", {"Europe/Moscow", "Europe/Kyiv"}),  # between Kozinka in Russia and Velyka Pysarivka in Ukraine
        ("31.28,34.24", {"Asia/Gaza", "Africa/Cairo", "Asia/Jerusalem"}),  # Rafah
        ("50.30,36.20", {"Europe/Moscow", "Europe/Kyiv"}),
    ],
)
def test_a_point_near_a_border_of_zones_keeps_each_and_says_so(text, zones):
    place = where(text)
    assert {place.zone, *place.zones} == zones
    assert "not sure: " in place.basis


def test_a_point_far_from_a_border_has_one_zone():
    assert where("50.6036,36.5809").zones == () and where("64.15,-21.94").zones == ()


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Slov'yansk", "Slovyansk"),  # Nikopol, 277 km away, once bore the name with its apostrophe
        ("Slov’yansk", "Slovyansk"),
        ("Слов'янськ", "Slovyansk"),
        ("Слов’янськ", "Slovyansk"),
        ("Kup'yansk", "Kupyansk"),
        ("Kup’yansk", "Kupyansk"),
        ("Kupʼyansk", "Kupyansk"),
        ("Куп'янськ", "Kupyansk"),
        ("Купʼянськ", "Kupyansk"),
        ("Sana`a", "Sanaa"),
        ("Sana‘a", "Sanaa"),
        ("Артёмовск", "Bakhmut"),
        ("Артемовск", "Bakhmut"),
        ("АРТЁМОВСК", "Bakhmut"),
        ("Орел", "Orël"),
    ],
)
def test_apostrophes_and_yo_do_not_part_a_name(text, taken):
    assert where(text).name == taken


def test_what_only_an_apostrophe_parts_is_listed():
    assert [other.split(",")[0] for other in where("Slov'yansk").others] == ["Nikopol"]
    assert [other.split(",")[0] for other in where("Слов'янськ").others] == ["Nikopol"]
    assert any(other.startswith("Artemovsk, Russia") for other in where("Артёмовск").others)


@pytest.mark.parametrize(
    ("cyrillic", "latin", "same"),
    [
        ("Слов'янськ", "Slovyansk", True),
        ("Слов'янськ", "Nikopol", False),
        ("Горлівка", "Horlivka", True),
        ("Горловка", "Horlivka", True),
        ("Харьков", "Kharkiv", True),
        ("Щёлково", "Shchelkovo", True),
        ("Рубежное", "Rubizhne", True),
        ("Рубежное", "Mesker-Yurt", False),
        ("Красноармейск", "Pokrovsk", False),
        ("Slovyansk", "Slovyansk", False),  # no Cyrillic name
        ("", "", False),
    ],
)
def test_a_cyrillic_name_is_told_from_another_towns(cyrillic, latin, same):
    assert transcribed(cyrillic, latin) is same


def test_a_name_of_marks_alone_is_no_name():
    with pytest.raises(UsageError, match="no name"):
        where("'’")


def test_the_zone_of_a_comparable_namesake_stays_possible():
    """Volchansk is a town of 10,000 people in the Urals, and what Russians call Vovchansk in Ukraine."""
    place = where("Volchansk")
    assert {place.zone, *place.zones} == {"Asia/Yekaterinburg", "Europe/Kyiv"}
    assert where("Paris").zones == (), "Paris in Texas has not a tenth of its people"
    assert where("Vovchansk, Ukraine").zones == ()


def test_a_region_is_that_of_its_chief_town():
    place = where("Sudzha, Kursk Oblast")
    assert (place.name, place.country) == ("Sudzha", "Russia")
    assert "Kursk Oblast is taken as the region in which Kursk, Russia, lies" in place.basis
    with pytest.raises(UsageError, match="No place named"):
        where("Sudzha, Belgorod Oblast")


@pytest.mark.parametrize(
    "name", ["Belgorod", "belgorod", "Белгород", "БЕЛГОРОД", "Бєлгород", "Biełgorod", "ベルゴロド", "بيلغورود"]
)
def test_one_place_in_many_scripts(name):
    place = where(name)
    assert (place.name, place.country, place.zone) == ("Belgorod", "Russia", "Europe/Moscow")
    assert coordinates.distance((place.latitude, place.longitude), (50.6, 36.58)) < 1500
    assert "GeoNames" in place.basis


def test_a_name_of_many_places_takes_the_largest_and_lists_the_others():
    place = where("Springfield")
    assert "34 places are called so" in place.basis or "places are called so" in place.basis
    assert any("Springfield, IL, United States" in other for other in place.others)
    assert len(place.others) == 33  # all but the one taken: a position beside any of them questions nothing


def test_a_name_that_is_only_another_spelling_says_what_was_asked():
    """`Volna, Russia` became `Krasnaya Zarya`, a village elsewhere, and no report said that it had been asked for."""
    place = where("Volna, Russia")
    assert (place.name, place.asked) == ("Krasnaya Zarya", "Volna, Russia")
    assert where("Belgorod").asked == "" and where("Белгород").asked == "Белгород"


def test_a_smaller_place_that_bears_the_name_itself_is_not_called_the_one_with_most_people():
    """Tokmok in Kyrgyzstan has 71,000 people, Tokmak in Ukraine 30,000."""
    place = where("Tokmak")
    assert place.country == "Ukraine"
    assert "bears the name itself" in place.basis


def test_a_country_or_a_state_behind_a_comma_decides():
    assert where("Springfield, Illinois").latitude == pytest.approx(39.80, abs=0.05)
    assert where("Málaga, Colombia").country == "Colombia"
    assert where("Malaga").country == "Spain", "accents do not part a name"
    assert where("Belgorod, RU").country == "Russia"


def test_a_city_that_shares_its_name_with_a_country_or_state_is_the_city():
    assert where("Singapore").zone == "Asia/Singapore"
    assert where("New York").zone == "America/New_York"
    assert where("Lebanon, Tennessee").zone == "America/Chicago"


def test_a_village_is_found_too():
    assert where("Soldeu").country == "Andorra"


def test_the_radius_of_a_named_place_follows_its_people():
    assert where("Belgorod").radius == pytest.approx(assumed_radius(345_289), rel=0.1)
    assert assumed_radius(600) == LEAST_RADIUS
    assert "assumed from" in where("Belgorod").basis
    assert where("Belgorod", radius=9000).radius == 9000


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("0,0", "know no place"),
        ("91,10", "not a point on the globe"),
        ("50,181", "not a point on the globe"),
        ("50.6", "not a point on the globe"),
        ("50.6,36.5,0", "cannot be tested"),
        ("50.6,36.5,5000km", "cannot be tested"),
        ("Syria", "whole country"),
        ("Texas", "country or state"),
        ("Lebanon", "country or state"),
        ("Nowhereville", "No place named"),
        ("Paris, Mars", "neither a country nor a state"),
        ("Kyiv, Україна", "neither a country nor a state"),
        ("Kyiv, Nowhereville Oblast", "neither a country nor a state"),
        ("Belgorod, France", "No place named"),
        (", Russia", "no name"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_advice(text, words):
    with pytest.raises(UsageError) as refused:
        where(text)
    assert words in refused.value.message
    assert refused.value.advice


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_is_written_is_read_back(latitude, longitude):
    assert coordinates.pair(coordinates.written(latitude, longitude)) == pytest.approx((latitude, longitude), abs=1e-6)


@given(st.text(max_size=30))
def test_any_text_is_a_pair_or_none(text):
    found = coordinates.pair(text)
    assert found is None or coordinates.valid(*found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+32.0929+034.8620+028.516/", (32.0929, 34.8620, 28.516)),
        ("+51.4169-000.0806/", (51.4169, -0.0806, None)),
        ("+5036.093+03639.553/", (50.60155, 36.6592166, None)),
        ("-335205+1511230/", (-33.8680555, 151.2083333, None)),
        ("+40.6358-111.8084+1401.960CRSWGS_84/", (40.6358, -111.8084, 1401.96)),
        ("+51.5932-0.2431/", (51.5932, -0.2431, None)),
        ("+40.6800-74.5000/", (40.68, -74.5, None)),
        ("+5036.093+36.65/", None),
        ("+91.0000+000.0000/", None),
        ("50.6,36.6", None),
        ("", None),
    ],
)
def test_iso_6709(text, found):
    read = coordinates.iso6709(text)
    assert read == (pytest.approx(found, abs=1e-6) if found else None) or (
        read and found and read[:2] == pytest.approx(found[:2], abs=1e-6) and read[2] == found[2]
    )


def test_distances_on_the_sphere():
    # Belgorod to Kharkiv: 72.6 km on the ellipsoid (Vincenty), within 0.6 % on the sphere.
    assert coordinates.distance((50.60343, 36.58091), (49.98081, 36.25272)) == pytest.approx(73_100, rel=0.01)
    assert coordinates.distance((0, 179.5), (0, -179.5)) == pytest.approx(111_195, rel=0.001)
