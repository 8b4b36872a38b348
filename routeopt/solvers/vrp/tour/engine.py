"""One search for a short tour: the arrays the kernels work on, and the best tour in the instance's nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Instance, Integers, Routes
from routeopt.solvers.random import random_state
from routeopt.solvers.vrp.tour.chain import search
from routeopt.solvers.vrp.tour.greedy import greedy_tour
from routeopt.solvers.vrp.tour.ground import Places
from routeopt.solvers.vrp.tour.layout import Numbers, new_tour, new_trial, tour_length

_BREADTH = (8, 4, 2)  # choices at each level of a move
_OPEN = 3  # legs out from which on a move must close to one tour at every level


class TourEngine:
    """The search of one instance.

    Parameters
    ----------
    instance : Instance
    start : Routes, optional
        The tour to begin with, its routes one after the other, if it serves every stop; else a greedy one.
    neighbours : int
        Stops that each stop is tried beside.
    heat : float
        Mean leg lengths by which a kick may lengthen the tour in the beginning.
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        instance: Instance,
        start: Routes | None,
        neighbours: int,
        heat: float,
        rng: np.random.Generator,
    ) -> None:
        places = Places(instance)
        self._places = places.nodes
        self._ground = places.ground(neighbours)
        order = _numbers(start, places.nodes)
        self._tour = new_tour(greedy_tour(places) if order is None else order)
        self._trial = new_trial(_BREADTH, _OPEN)
        self._state = random_state(rng)
        self._now = self._tour.state[0]
        self._now["length"] = tour_length(self._ground, self._tour)
        self._heat = heat * self._now["length"] / len(places.nodes)

    def step(self, flag: NDArray[np.uint8], kicks: int, horizon: float, work: int) -> int:
        """Go on for about this much work, up to this many kicks in all, or until the flag is set.

        Returns the work done. The tour may become longer until `horizon` kicks are done. How the work is
        portioned does not change the outcome.
        """
        return search(
            self._ground, self._tour, self._trial, self._state, flag, kicks, horizon, self._heat, work
        )

    @property
    def kicks(self) -> int:
        """Kicks that are finished."""
        return int(self._now["kicks"])

    @property
    def length(self) -> int:
        """Length of the best tour in whole units."""
        return int(self._now["shortest"] if self._settled else self._now["length"] + self._now["change"])

    def nodes(self) -> Integers:
        """Return the nodes in the order of the best tour."""
        order = self._tour.order.copy()
        if self._settled and self._now["shortest"] < self._now["length"]:
            order = self._tour.best
        elif self._now["kicked"]:
            log = self._tour.log[: self._now["logged"]][::-1]
            order[log[:, 0]] = log[:, 1]
        return self._places[order]

    @property
    def _settled(self) -> bool:
        """Whether the first tour has come to rest."""
        return bool(self._now["kicks"] > 0 or self._now["kicked"])


def _numbers(start: Routes | None, nodes: Integers) -> Numbers | None:
    """Return the start as one tour of numbers, or None if it does not serve every stop once."""
    if start is None:
        return None
    number = np.zeros(int(nodes.max()) + 1, np.int64)
    number[nodes] = np.arange(len(nodes))
    depot = number[nodes[np.argmin(nodes)]]
    order = np.insert(number[start.visits], 0, depot).astype(np.int32)
    return order if np.array_equal(np.sort(order), np.arange(len(nodes))) else None
