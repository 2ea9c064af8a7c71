"""The names that metadata readers give to what they find. Rule: two readers that mean one thing use one name.

A reader emits a Tag only under a name of `NAMES`; the value has the form stated there, so that readers can be
compared and checks need no knowledge of file formats. docs/metadata.md prints this table.
"""

from __future__ import annotations

from typing import Final

NOT_SET: Final = "not set"
"""Value of a time or position that the file has room for and leaves empty (0, 1904-01-01, 0°N 0°E)."""

NAMES: Final[dict[str, str]] = {
    # Device and software
    "make": "maker of the device",
    "model": "model of the device",
    "serial number": "serial number of the body, the lens or a hash of one; identifies one piece of equipment",
    "lens": "lens",
    "software": "software or firmware that the device or program names itself",
    "firmware": "firmware version of a camera",
    "device name": "name that a person or maker gave to the device",
    "system version": "version of the operating system of a phone (Android)",
    # Times: ISO 8601; with `Z` or an offset where the file states one, bare where it states none
    "recording time": "when recording began or the shutter opened, as the device noted it",
    "creation time": "creation time in the header of the container; end of recording or export on many devices",
    "modification time": "when the file's metadata were last written",
    "digitized time": "when the picture became data (EXIF DateTimeDigitized)",
    "track creation time": "creation time in the header of one track",
    "track modification time": "modification time in the header of one track",
    "gps time": "time by the satellites (UTC)",
    "processing date": "day, or second, in which a platform says it processed the file",
    "metadata time": "when XMP or other metadata were written",
    "source time": "when the material was made that this file was edited from, as an editor noted it",
    "zone offset": "offset of the device's clock from UTC",
    # Place: `latitude, longitude` in decimal degrees, north and east positive (WGS 84)
    "gps": "position, decimal degrees: latitude, longitude",
    "gps altitude": "height in metres, as the device notes it",
    "gps direction": "direction the camera pointed to, degrees clockwise from north",
    "place name": "place in words",
    # Picture and sound
    "rotation": "degrees clockwise by which the picture must be turned to stand upright: 0, 90, 180 or 270",
    "orientation": "EXIF orientation, 1 to 8",
    "mirrored": "axis across which the picture must be flipped",
    "size": "width x height in pixels, as stored",
    "duration": "seconds",
    "frame rate": "frames a second at which the device says it captured",
    "shutter": "seconds the shutter stood open for one picture",
    "aperture": "f-number of the lens, as set for one picture",
    "sensitivity": "ISO sensitivity, as set for one picture",
    "flash": "whether a flash was fired: `fired` or `not fired`",
    "timecode": "hours:minutes:seconds:frames of the first frame (`;` before the frames: drop frame)",
    "track name": "name of a track",
    "language": "language of a track or text",
    # Who wrote the file
    "major brand": "the file type's first name (ftyp), four characters with blanks kept",
    "minor version": "the file type's minor version",
    "compatible brands": "brands the file type claims, in its order, joined by commas",
    "former brand": "brand of a file this one was copied from, kept as a tag by the copier",
    "handler": "name of the program part that wrote a track: inherited by copies, so it speaks of an ancestor",
    "compressor": "name of the encoder, written beside the codec",
    "codec": "four characters of the codec",
    "encoder": "program that wrote the file or the stream: speaks of the last writer",
    "encoder settings": "settings text that x264 or x265 leave in the first frame",
    "encoder restart": "second of the picture track at which an encoder began anew",
    "edit list": "which part of a track is shown, in seconds",
    "box order": "order of the top-level boxes",
    "container fingerprint": "name of the form that a chain of programs gives to its files, whatever they show",
    "layout": "how the file is laid out: index first or last, fragmented, streaming index",
    "device box": "a box that only one maker or program writes",
    "platform box": "a box that only one platform writes",
    # What the file says of itself
    "title": "title",
    "author": "author, artist or owner",
    "copyright": "copyright notice",
    "description": "description",
    "comment": "comment",
    "keywords": "keywords",
    "instructions": "special instructions (IPTC), in which platforms leave marks",
    "coded pictures": "hash of the pictures as they lie coded in the file: the same in copies not encoded again",
    "content identifier": "identifier that ties a still to its clip (Apple)",
    "attachment": "file carried inside the file",
    "text": "free text under a key that has no name here",
    # Edits
    "creator tool": "program that made the first version (XMP)",
    "history": "one step of an editor's history (XMP)",
    "source file": "file or document this one was made from (XMP)",
    "document id": "identifier of the document (XMP)",
    # Content credentials (C2PA)
    "credentials": "state of the content credentials: trusted issuer; intact, unknown signer; "
    "intact, certificate run out; broken",
    "credentials issuer": "who signed the content credentials, as the certificate says",
    "credentials time": "time in the signature's time stamp",
    "credentials claim generator": "program that wrote the content credentials",
    "credentials code": "one result of the validation, as the C2PA specification names it",
    "credentials address": "where the file says its credentials lie; never fetched",
    "credentials action": "one action that the credentials state",
    "credentials box": "a C2PA box is present in the file",
}
