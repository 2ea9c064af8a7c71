"""Whether a picture carries enough to know a clip by. Rule: a dark street is a picture, a black frame is not.

Black frames, one colour, fades and title cards are shared by clips that have nothing in common; hashing them makes
copies of strangers. Two signs are used, both on a picture of 80 by 60: how much of it is flat, and how many levels
of brightness it has beyond its background. Measured in
tests/bench/check_informative.py: 83 of 90 made cards and all flat pictures are caught, and of 644 real frames 19, all
of them black, cards or empty sky.
"""

from __future__ import annotations

import cv2
import numpy as np

from verify.descriptors.base import Gray
from verify.media.pictures import quick

WIDTH, HEIGHT = 80, 60
FLAT_STEP = 3  # levels between neighbours below which a place is flat (coding noise of one colour stays below)
BUSY_SHARE = 0.02  # at least this share of the picture must not be flat
FEW_LEVELS = 10  # brightness levels (of 32) that each hold at least 0.5 % of the picture
CARD_SHARE = 0.9  # of the picture in the two commonest levels; dark real scenes with lamps stay at 0.85 and below


_AROUND = np.ones((3, 3), np.uint8)


def is_informative(gray: Gray) -> bool:
    """Return False for black, one-colour and card-like pictures."""
    small = np.asarray(quick(gray, WIDTH, HEIGHT, 2), np.uint8)
    steps = cv2.subtract(cv2.dilate(small, _AROUND), cv2.erode(small, _AROUND))
    if np.count_nonzero(steps > FLAT_STEP) < BUSY_SHARE * small.size:
        return False
    counts = np.sort(np.bincount((small >> 3).ravel(), minlength=32))[::-1]
    levels = int(np.count_nonzero(counts >= 0.005 * small.size))
    return not (levels <= FEW_LEVELS and counts[:2].sum() >= CARD_SHARE * small.size)
