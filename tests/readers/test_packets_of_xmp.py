"""XMP: what editors say of themselves and their sources, and packets that attack the parser."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.readers import xmp
from verify.readers.collect import Collector

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" '
    'xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/"'
)


def packet(attributes="", inside=""):
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>'
        f"<rdf:Description {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def read(raw):
    out = Collector("packets")
    xmp.tags(raw, "uuid", 100, out)
    return {t.name: t.value for t in out.tags}, [t for t in out.tags], "; ".join(p.reason for p in out.problems)


def test_properties_as_attributes_and_as_elements_are_the_same():
    as_attribute = read(packet('tiff:Make="Apple" xmp:CreateDate="2022-04-01T05:12:00+03:00"'))[0]
    as_element = read(
        packet(inside="<tiff:Make>Apple</tiff:Make><xmp:CreateDate>2022-04-01T05:12:00+03:00</xmp:CreateDate>")
    )[0]
    assert as_attribute == as_element == {"make": "Apple", "digitized time": "2022-04-01T05:12:00+03:00"}


@pytest.mark.parametrize(
    ("latitude", "longitude", "shown"),
    [
        ("50,36.2160N", "36,34.8540E", "50.603600, 36.580900"),
        ("50,36,13N", "36,34,51E", "50.603611, 36.580833"),
        ("33,52.1S", "151,12.5W", "-33.868333, -151.208333"),
    ],
)
def test_positions_in_the_forms_of_xmp(latitude, longitude, shown):
    found = read(packet(f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}"'))[0]
    assert found["gps"] == shown


def test_history_and_sources_of_an_edit():
    inside = (
        '<xmpMM:History><rdf:Seq><rdf:li stEvt:action="created" stEvt:when="2022-04-01T09:00:00Z" '
        'stEvt:softwareAgent="Adobe Premiere Pro"/><rdf:li stEvt:action="saved" stEvt:when="2022-04-01T10:00:00Z" '
        'stEvt:softwareAgent="Adobe Premiere Pro"/></rdf:Seq></xmpMM:History>'
        '<xmpMM:DerivedFrom stRef:filePath="old_strike_2019.mp4"/>'
    )
    _, tags, problems = read(packet(inside=inside))
    history = [t.value for t in tags if t.name == "history"]
    assert history == [
        "created, 2022-04-01T09:00:00Z, Adobe Premiere Pro",
        "saved, 2022-04-01T10:00:00Z, Adobe Premiere Pro",
    ]
    assert [t.value for t in tags if t.name == "source file"] == ["old_strike_2019.mp4"]
    assert not problems


def test_entities_are_refused_before_they_grow():
    bomb = (
        b'<!DOCTYPE x [<!ENTITY a "'
        + b"A" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
        + b"]>"
        + packet('tiff:Make="&j;"')
    )
    begun = time.process_time()
    found, _, problems = read(bomb)
    assert time.process_time() - begun < 1
    assert "entities" in problems
    assert not found


def test_an_outside_entity_is_refused_and_nothing_is_asked(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    raw = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>'.encode() + packet(inside="<tiff:Make>&s;</tiff:Make>")
    found, _, problems = read(raw)
    assert "entities" in problems
    assert "SECRET" not in str(found)


def test_a_packet_nested_ten_thousand_deep_stops():
    _, _, problems = read(packet(inside="<a>" * 10_000))
    assert "nested deeper" in problems


def test_a_torn_packet_keeps_what_stood_before():
    found, _, problems = read(packet('tiff:Make="Apple"')[:-30])
    assert found["make"] == "Apple"
    assert "not well formed" in problems


def test_an_address_of_credentials_elsewhere_is_shown_and_one_in_the_file_is_not():
    assert (
        read(packet('dcterms:provenance="https://example.org/m"'))[0]["credentials address"] == "https://example.org/m"
    )
    assert "credentials address" not in read(packet('dcterms:provenance="self#jumbf=/c2pa/x"'))[0]


@given(st.binary(max_size=300))
def test_any_bytes_end(raw):
    read(raw)


@pytest.mark.parametrize(
    ("leaf", "path"),
    [
        ("posixProjectPath", "/Users/ann/Desktop/strike/edit.prproj"),
        ("uncProjectPath", "\\\\?\\C:\\Users\\ann\\edit.prproj"),
        ("fullPath", "C:\\Users\\ann\\titles.aep"),
    ],
)
def test_the_project_of_an_editor_is_a_source(leaf, path):
    """Premiere and After Effects leave the path of the project on the editor's machine."""
    space = 'xmlns:creatorAtom="http://ns.adobe.com/creatorAtom/1.0/"'
    inside = f'<creatorAtom:macAtom {space} creatorAtom:{leaf}="{path}" creatorAtom:applicationCode="1347449455"/>'
    assert read(packet(inside=inside))[0]["source file"] == path
