"""What the families share around their kernels: first individuals, population size, restarts.

A family's engine derives from :class:`Engine` and adds the kernel. The driver in
:mod:`routeopt.solvers.vrp.hgs` calls ``step`` until it is time to stop and reads ``best``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Routes
from routeopt.solvers.vrp.hgs.parameters import HGSParameters
from routeopt.solvers.vrp.hgs.population import Breeding, clear, new_champion, new_population

IDLE, GIVEN, SEARCH, REPAIR = 0, 1, 2, 3  #: stages; GIVEN: the child awaits its search

LIFE = np.dtype(
    [
        ("stage", np.int64),
        ("searched", np.int64),  # individuals so far
        ("stalled", np.int64),  # individuals since the last new best answer
    ]
)

_SAMPLE = 16  # first individuals at least, and those whose time tells how many generations to expect
_LEAST, _MOST = 5, 25  # survivors of a subpopulation
_FIRST_SHARE = 0.1  # of all individuals to come, at most, that are first ones: their search takes longest
_ROOM = 8  # slots beyond both full subpopulations


class Engine(ABC):
    """One search: a population, the individual at work, and a kernel that goes on with both.

    Parameters
    ----------
    stops, most_routes : int
    excesses : int
        Kinds of excess that are penalised.
    parameters : HGSParameters
    directed : bool
        A route driven backwards is another route.
    starts : sequence of (n,) int32
        Giant tours of the first individuals.
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        stops: int,
        most_routes: int,
        excesses: int,
        parameters: HGSParameters,
        directed: bool,
        starts: Sequence[NDArray[np.int32]],
        rng: np.random.Generator,
    ) -> None:
        self._parameters, self._directed, self._rng = parameters, directed, rng
        self._starts = list(starts)
        self._guest: NDArray[np.int32] | None = None
        self.life = np.zeros(1, LIFE)
        self._born = 0  # individuals searched when this population began
        self.settled = False
        self.breeding = self._breeding(_MOST)
        slots = 2 * (self.breeding.least + self.breeding.brood) + _ROOM
        self.population = new_population(stops, most_routes, slots, excesses)
        self.champion = new_champion(stops, most_routes)
        self._first = _SAMPLE

    @property
    def iterations(self) -> int:
        """Individuals that have been searched."""
        return int(self.life[0]["searched"])

    def settle(self, generations: float) -> None:
        """Choose the population size for this many individuals to come, and keep it.

        The fewer individuals a stop, the smaller the population that gets the most out of them.
        """
        stops = self.population.tours.shape[1]
        least = self._parameters.population or int(min(_MOST, _LEAST - 0.5 + (generations / stops) ** 0.6))
        self.breeding = self._breeding(least)
        first = max(_SAMPLE, 3 * self.breeding.least) - self.iterations
        self._first = self.iterations + max(1, int(min(first, _FIRST_SHARE * generations)))
        self.settled = True

    def _breeding(self, least: int) -> Breeding:
        brood = int(least * (1 + 0.6 * max(0, least - _LEAST) / (_MOST - _LEAST)))
        return Breeding(least, brood, self._parameters.elite, self._parameters.close, self._directed)

    def step(self, flag: NDArray[np.uint8], iterations: int, work: int) -> int:
        """Go on for about this much work, up to this many individuals in all, or until the flag is set.

        Returns the work done. How the work is portioned does not change the outcome.
        """
        life = self.life[0]
        growing = life["searched"] - self._born < self._first
        if life["stage"] == IDLE and (growing or self._guest is not None):
            self.give(self._next_tour())
            life["stage"] = GIVEN
        used = self.evolve(flag, min(iterations, self.iterations + 1) if growing else iterations, work)
        if life["stalled"] >= self._parameters.patience and life["stage"] == IDLE:
            clear(self.population)
            life["stalled"] = 0
            self._born = self.iterations
        return used

    def invite(self, tour: NDArray[np.int32]) -> None:
        """Let a giant tour from elsewhere be searched next."""
        self._guest = tour.copy()

    def _next_tour(self) -> NDArray[np.int32]:
        """Return the guest, a start, or another first individual."""
        if self._guest is not None:
            tour, self._guest = self._guest, None
        elif self._starts:
            tour = self._starts.pop(0)
        else:
            tour = self.first_tour(self._rng)
        return tour

    @property
    def restarted(self) -> bool:
        """Whether the present population is not the first."""
        return self._born > 0

    @abstractmethod
    def first_tour(self, rng: np.random.Generator) -> NDArray[np.int32]:
        """Return the giant tour of another first individual."""

    @abstractmethod
    def give(self, tour: NDArray[np.int32]) -> None:
        """Make this giant tour the child that is searched next."""

    @abstractmethod
    def evolve(self, flag: NDArray[np.uint8], searched: int, work: int) -> int:
        """Call the kernel; return the work done."""

    @abstractmethod
    def best(self) -> Routes:
        """Return the best feasible answer; only asked for when there is one."""

    @abstractmethod
    def objective(self, routes: Routes) -> float:
        """Return the cost of a feasible answer in the user's units, recomputed in float64."""
