"""From float64 to the whole numbers that OR-Tools counts in: no overflow, and no bound that gives way.

Values that a power of ten makes whole stay exact. Others are multiplied by the largest power of two that the
range allows, so that numbers which are whole already stay so; what counts against a bound is rounded up,
the bound down. What is feasible inside is feasible outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import EPS, Floats
from routeopt.solvers.vrp.integers import whole_factor

Whole = NDArray[np.int64]


class Scale(NamedTuple):
    """Whole units in one unit of the instance, and the most that is ever added up."""

    factor: float
    total: int

    def up(self, values: Floats) -> Whole:
        """Return what counts against a bound."""
        return self._clipped(np.ceil(self._scaled(values)))

    def down(self, bounds: Floats | float) -> Whole:
        """Return bounds; one that is beyond everything becomes the total."""
        return self._clipped(np.floor(self._scaled(np.asarray(bounds) + 0.5 * EPS)))

    def near(self, values: Floats) -> Whole:
        """Return costs."""
        return self._clipped(np.rint(self._scaled(values)))

    def _scaled(self, values: Floats) -> Floats:
        """Return the values in whole units, freed from what float64 alone adds to a whole number."""
        scaled = np.asarray(values, np.float64) * self.factor
        with np.errstate(invalid="ignore"):  # inf
            whole = np.rint(scaled)
            return np.where(np.abs(scaled - whole) <= 4 * np.spacing(np.abs(scaled)), whole, scaled)

    def _clipped(self, scaled: Floats) -> Whole:
        limit = self.total + 1.0
        return np.clip(scaled, -limit, limit).astype(np.int64)


def scale_of(values: Sequence[Floats | float], total: float, most: float) -> Scale:
    """Return the scale of values of one kind.

    Parameters
    ----------
    values : sequence of arrays
        Everything that is counted; infinite entries are ignored.
    total : float
        A bound on what is ever added up.
    most : float
        Largest whole number that this may become.
    """
    known = np.concatenate([np.ravel(part) for part in values])
    known = np.abs(known[np.isfinite(known)])
    factor = whole_factor(known, np.inf)
    if factor is None or total * factor > most:
        factor = 2.0 ** np.floor(np.log2(most / max(total, 1.0)))
    return Scale(float(factor), int(np.ceil(total * factor)))
