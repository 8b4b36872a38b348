"""Where problems come from: made by chance, or stated by someone. A generator gives batches of them as tensors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from tensordict import TensorDict

from routeopt.data.generators.batches import BASIC, mixed_batch
from routeopt.data.generators.options import check, number, one_of, whole
from routeopt.data.generators.pools import SPREADS, pool_batch, street_pool
from routeopt.data.generators.routefinder import VARIANTS
from routeopt.data.readers import read
from routeopt.data.readers.routefinder import read_all
from routeopt.envs import rules
from routeopt.envs.tensors import stack, tensors
from routeopt.problems.instance import Instance
from routeopt.problems.network import Network
from routeopt.problems.vrp import VRP


class Generator(ABC):
    """What an environment takes its problems from.

    Parameters
    ----------
    seed : int, optional
        The same seed gives the same batches in the same order.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.rng = np.random.default_rng(seed)

    @abstractmethod
    def batch(self, size: int) -> Instance:
        """Return the next problems, stacked."""

    def __call__(self, batch_size: int | Sequence[int]) -> TensorDict:
        """Return the next problems as tensors."""
        return tensors(self.batch(batch_size if isinstance(batch_size, int) else prod(batch_size)))


class Mixed(Generator):
    """Problems of the variants of RouteFinder, each of any of them (Berto et al. 2025).

    Parameters
    ----------
    stops : int, or pair of int
        Number of stops, or the least and the greatest; each problem then has its own.
    variants : sequence of str
        Names of :data:`routeopt.data.generators.routefinder.VARIANTS`, by default the 16 with one depot and
        without mixed backhauls. Where some have several depots, a batch has those of one kind.
    seed : int, optional
        The same seed gives the same batches in the same order.
    """

    def __init__(
        self, stops: int | tuple[int, int] = 50, variants: Sequence[str] = BASIC, *, seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.stops = (stops, stops) if isinstance(stops, int) else stops
        check(whole("stops", self.stops[0], 1), whole("stops", self.stops[1], self.stops[0]))
        single = tuple(name for name in variants if "MD" not in VARIANTS.get(name, ()))
        several = tuple(name for name in variants if name not in single)
        self.kinds = [kind for kind in (single, several) if kind]
        self._share = np.array([len(kind) for kind in self.kinds]) / max(len(variants), 1)
        mixed_batch(np.random.default_rng(0), np.ones(1, int), self.kinds[0] if self.kinds else ())

    def batch(self, size: int) -> Instance:
        """Return the next problems, stacked."""
        kind = self.kinds[self.rng.choice(len(self.kinds), p=self._share)]
        return mixed_batch(self.rng, self.rng.integers(*self.stops, size, endpoint=True), kind)


class Stated(Generator):
    """Given problems, drawn by chance.

    A batch holds none twice as long as there are enough. ``every()`` returns all in their order.

    Parameters
    ----------
    problems : sequence of VRP, str or Path
        Problems, or files as :func:`routeopt.read` takes them; of a ``.npz`` with many problems all are taken.
    seed : int, optional
        The same seed gives the same batches in the same order.

    Raises
    ------
    UnsupportedError
        A problem uses attributes that the environment does not have.
    ProblemError
        A stop cannot be served at all, or the problems differ in the number of depots.
    """

    def __init__(self, problems: Sequence[VRP | str | Path], *, seed: int | None = None) -> None:
        super().__init__(seed)
        stated = [problem for stated in problems for problem in _problems(stated)]
        self._all = stack([problem.instance() for problem in stated])
        _check_servable(stated, self.every())

    def batch(self, size: int) -> Instance:
        """Return problems by chance, stacked."""
        count = len(self._all.x)
        chosen = self.rng.choice(count, size, replace=size > count)
        fields: dict[str, Any] = self._all._asdict()
        return Instance(**{name: field[chosen] for name, field in fields.items()})

    def every(self) -> TensorDict:
        """Return all problems as tensors, in their order."""
        return tensors(self._all)


def _problems(stated: VRP | str | Path) -> list[VRP]:
    if isinstance(stated, VRP):
        return [stated]
    return read_all(stated) if str(stated).endswith(".npz") else [read(stated)]


def _check_servable(problems: Sequence[VRP], td: TensorDict) -> None:
    td.update(rules.homes(td))
    served = rules.servable(td).any(-2).numpy()
    check(
        *(
            f"problem {row} '{problem.name}': no vehicle can serve stop '{problem.names[node]}', even on a route of "
            "its own; take the stop away or loosen its bounds"
            for row, problem in enumerate(problems)
            for node in range(len(problem.depots), len(problem.names))
            if not served[row, node]
        )
    )


class Streets(Generator):
    """Problems between points on streets, with matrices of distance and duration (after RRNCO, Son et al. 2025).

    Legs differ by direction, and time windows run by the durations. Distances, durations and coordinates are
    scaled to 0 … 1 in each problem.

    Parameters
    ----------
    networks : sequence of Network or str
        Streets with coordinates in degrees, or names of those that come with routeopt; each problem lies in any.
    stops : int
        Number of stops.
    points : int
        Points drawn on each network, between which all legs are computed once; problems are made of them.
    spread : {"uniform", "cluster", "clusters", "mixed"}
        How the points of a problem lie: anywhere, around one centre, around five, or half and half.
    timed : float
        Share of the problems that have time windows.
    seed : int, optional
        The same seed gives the same batches in the same order.
    """

    def __init__(
        self,
        networks: Sequence[Network | str] = ("helsinki",),
        stops: int = 50,
        *,
        points: int = 1000,
        spread: str = "uniform",
        timed: float = 0.5,
        seed: int | None = None,
    ) -> None:
        super().__init__(seed)
        check(
            whole("stops", stops, 1),
            None if len(networks) else "networks: there are none; name one or more",
            whole("points", points, stops + 1) if isinstance(stops, int) else None,
            one_of("spread", spread, SPREADS),
            number("timed", timed, 0.0, 1.0),
        )
        self.stops, self.spread, self.timed = stops, spread, timed
        self.pools = [street_pool(self.rng, network, points) for network in networks]
        check(
            *(
                f"network {k}: only {len(pool.places)} of its points reach each other, but a problem has {stops + 1}"
                for k, pool in enumerate(self.pools)
                if len(pool.places) <= stops
            )
        )

    def batch(self, size: int) -> Instance:
        """Return the next problems, stacked."""
        place = self.rng.integers(len(self.pools), size=size)
        timed = self.rng.random(size) < self.timed
        rows = [np.flatnonzero(place == number) for number in range(len(self.pools))]
        return Instance.join(
            [
                pool_batch(self.rng, pool, self.stops, timed[at], self.spread)
                for pool, at in zip(self.pools, rows, strict=True)
                if len(at)
            ],
            [at for at in rows if len(at)],
        )
