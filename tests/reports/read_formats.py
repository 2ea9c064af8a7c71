"""All report formats by name, and what a reader sees of their bytes."""

from __future__ import annotations

import io

import pypdf

import verify.reports
from verify.catalog import offer
from verify.reports.base import Format

FORMATS = {f.name: f for f in offer(verify.reports, Format).found}
READABLE = sorted(FORMATS.keys() - {"mediareview"})


def words(form: Format, data: bytes) -> str:
    if form.name == "pdf":
        return "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages)
    return data.decode("utf-8").replace("<wbr>", "")
