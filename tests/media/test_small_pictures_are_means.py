"""What a tiny picture shows of a large one: all of it, so that a sharp edge that trembles does not blink."""

import numpy as np
import pytest

from verify.media.pictures import means


def averaged(plane, wide, high):
    """The mean of each of wide x high equal parts, by sums of repeated pixels: exact whatever the sizes."""
    lines = np.repeat(plane.astype(float), high, axis=0).reshape(high, plane.shape[0], plane.shape[1]).mean(axis=1)
    return np.repeat(lines, wide, axis=1).reshape(high, wide, plane.shape[1]).mean(axis=2)


@pytest.mark.parametrize("size", [(640, 480), (480, 850), (1920, 1080), (320, 240), (100, 70)])
def test_every_cell_is_the_mean_of_what_it_shows(size):
    wide, high = size
    blocks = np.random.default_rng(1).integers(0, 2, (high // 8 + 1, wide // 8 + 1), np.uint8) * 255
    plane = np.kron(blocks, np.ones((8, 8), np.uint8))[:high, :wide]  # sharp edges, many of them within a cell
    assert np.abs(means(plane, 32, 24) - averaged(plane, 32, 24)).mean() < 3


def test_a_fine_pattern_that_moves_by_a_pixel_stays_the_same():
    pattern = (np.indices((480, 640)).sum(axis=0) % 2 * 255).astype(np.uint8)
    still, moved = means(pattern, 32, 24), means(np.roll(pattern, 1, axis=1), 32, 24)
    assert np.abs(still.astype(int) - moved).max() <= 1


def test_sixteen_bits_stay_sixteen():
    plane = np.full((480, 640), 900, np.uint16)
    assert means(plane, 32, 24).dtype == np.uint16
    assert (means(plane, 32, 24) == 900).all()
