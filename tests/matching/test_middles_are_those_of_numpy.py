"""Medians and quantiles are, to the last bit, those of numpy: matches must not change by a faster way to them."""

from __future__ import annotations

import numpy as np
import pytest

from verify.matching.middles import median, quantile


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_medians_and_quantiles_are_those_of_numpy_to_the_bit(kind: type[np.floating]) -> None:
    rng = np.random.default_rng(3)
    for count in range(1, 130):
        values = (rng.normal(size=count) * 10.0 ** rng.uniform(-3, 3)).astype(kind)
        values[: count // 3] = values[0]  # some are alike
        assert median(values).tobytes() == np.median(values).tobytes()
        for share in (0.75, 0.8, 0.9):
            assert quantile(values, share).tobytes() == np.quantile(values, share).tobytes()
