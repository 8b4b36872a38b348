"""Which problems labels are made for: kinds of the generators, sizes between two bounds, options by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from routeopt.data.generators import KINDS, generate, solomon, xset
from routeopt.data.generators.options import check, one_of, whole
from routeopt.problems.vrp import VRP

# Options that differ from problem to problem, each value as likely. RouteFinder's variants differ by themselves.
DRAWN: dict[str, dict[str, tuple[Any, ...]]] = {
    "x": {"depot": xset.DEPOTS, "customers": xset.CUSTOMERS, "demand": xset.DEMANDS},
    "vrptw": {"customers": solomon.CUSTOMERS, "horizon": solomon.HORIZONS, "density": (0.25, 0.5, 0.75, 1.0)},
}


@dataclass(frozen=True)
class Mixture:
    """An endless sequence of problems, each of which follows from its number alone.

    Parameters
    ----------
    kinds : tuple of str
        Names from ``KINDS`` of :mod:`routeopt.data.generators`, with equal chances; one named twice comes
        twice as often.
    fewest, most : int
        Bounds of the number of stops, both included; every size between them is as likely.
    seed : int
        Of the whole sequence.

    Raises
    ------
    ProblemError
        With one message for each kind that is not known and each bound that is not allowed.
    """

    kinds: tuple[str, ...]
    fewest: int
    most: int
    seed: int = 0

    def __post_init__(self) -> None:
        check(
            *(one_of("kind", kind, KINDS) for kind in dict.fromkeys(self.kinds)),
            None if self.kinds else f"kinds: name one or more of {', '.join(KINDS)}",
            whole("fewest stops", self.fewest, 1),
            whole("most stops", self.most, self.fewest),
            whole("seed", self.seed, 0),
        )

    def problem(self, number: int) -> tuple[str, int, VRP]:
        """Return the kind, the generator's seed and the problem of a number, from 0."""
        rng = np.random.default_rng([self.seed, number])
        kind = self.kinds[rng.integers(len(self.kinds))]
        stops = int(rng.integers(self.fewest, self.most + 1))
        seed = int(rng.integers(1 << 62))
        drawn = DRAWN.get(kind, {})
        options = {name: values[rng.integers(len(values))] for name, values in drawn.items()}
        return kind, seed, generate(kind, stops, seed=seed, **options)
