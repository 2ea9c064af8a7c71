"""Reads a still picture. Rule: its size is known before a pixel is decoded.

Pillow reads JPEG, PNG, WebP, TIFF and BMP, and HEIC and AVIF through pillow-heif; each only as what its magic bytes
said it is, upright by its EXIF orientation.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps

from verify.descriptors.base import Gray
from verify.errors import LimitError, UnreadableMediaError
from verify.media.sniff import Kind
from verify.records.media import Problem
from verify.settings import Settings

_READERS = {  # Pillow's plug-ins by the sniffed kind
    "jpeg": ["JPEG"],
    "png": ["PNG"],
    "webp": ["WEBP"],
    "tiff": ["TIFF"],
    "bmp": ["BMP"],
    "heic": ["HEIF"],
    "avif": ["AVIF", "HEIF"],
}


def read(path: Path, kind: Kind, settings: Settings, name: str) -> tuple[Gray, list[Problem]]:
    """Return the picture upright in blue, green, red, and what was wrong with it.

    Raises LimitError for more pixels than the settings allow, UnreadableMediaError for a picture that is broken.
    """
    if kind.container in {"heic", "avif"}:
        import pillow_heif

        pillow_heif.register_heif_opener()
        pillow_heif.options.DECODE_THREADS = 1
    Image.MAX_IMAGE_PIXELS = settings.max_pixels
    problems: list[Problem] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd EXIF; what matters is said below
        try:
            with Image.open(path, formats=_READERS[kind.container]) as image:
                _check_size(image.size, settings, name)
                pixels = _load(image, problems)
        except Image.DecompressionBombError as error:
            raise LimitError(f"{name} has more pixels than are examined.", "") from error
        except (LimitError, MemoryError):
            raise
        except Exception as error:  # broken pictures raise anything, from OSError to KeyError; it is named below
            reason = str(error).split(str(path))[0].strip(" '\"") or type(error).__name__
            raise UnreadableMediaError(
                f"The {kind.words} {name} cannot be read: {reason}.", "Save or download it again."
            ) from error
    return pixels, problems


def _check_size(size: tuple[int, int], settings: Settings, name: str) -> None:
    width, height = size
    if max(size) > 4 * settings.max_side or width * height > settings.max_pixels:
        raise LimitError(
            f"{name} is {width} x {height} pixels, more than is examined.",
            "Raise max_pixels in the settings if that is really its size.",
        )


def _load(image: Image.Image, problems: list[Problem]) -> Gray:
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
        problems.append(Problem(part="picture", reason="The picture ends early; the rest of it is missing."))
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        image.load()
    try:
        upright = ImageOps.exif_transpose(image)
    except Exception as error:  # noqa: BLE001 - broken EXIF raises anything; the picture itself is fine
        problems.append(Problem(part="orientation", reason=f"The orientation cannot be read: {error}."))
        upright = image
    pixels = np.asarray((upright or image).convert("RGB"))
    return np.ascontiguousarray(pixels[:, :, ::-1])
