"""Plans of one instance that anneal side by side, each by threads of its own.

Where every stop is ruined thousands of times, more of it gains less than a second plan does, of which the
better one counts. Late, when the plans are cold enough to tell which will be better, all go on from the best.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routeopt.problems.instance import Routes
from routeopt.solvers.vrp.ils.engine import Engine


class Plans:
    """The engines of one site, asked as if they were one."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = engines

    @property
    def stops(self) -> int:
        """Number of stops."""
        return self._engines[0].stops

    @property
    def parts(self) -> int:
        """Parts of a round, of all plans."""
        return sum(engine.parts for engine in self._engines)

    @property
    def parts_each(self) -> int:
        """Parts that a thread works on in a round, one after the other."""
        return max(engine.parts_each for engine in self._engines)

    @property
    def iterations(self) -> int:
        """Iterations so far."""
        return sum(engine.iterations for engine in self._engines)

    @property
    def best_cost(self) -> int:
        """Cost of the best plan so far."""
        return self._leader().best_cost

    def begin_round(
        self, temperature: float, seconds: float, iterations: float, flag: NDArray[np.uint8]
    ) -> None:
        """Set all threads to work; each plan gets its share of the iterations."""
        for engine in self._engines:
            engine.begin_round(temperature, seconds, iterations / len(self._engines), flag)

    def end_round(self, seconds: float, over: bool) -> bool:
        """Wait for all plans, up to so many seconds for each; return whether they are done."""
        return all(engine.end_round(seconds, over) for engine in self._engines)

    def unite(self) -> None:
        """Let all plans go on from the best one."""
        leader = self._leader()
        for engine in self._engines:
            if engine is not leader:
                engine.take_over(leader)

    def return_to_best(self) -> None:
        """Let each plan go on from its best."""
        for engine in self._engines:
            engine.return_to_best()

    def best(self) -> Routes:
        """Return the best plan in the instance's nodes."""
        return self._leader().best()

    def objective(self, routes: Routes) -> float:
        """Return the cost of a plan in the user's units, recomputed in float64."""
        return self._engines[0].objective(routes)

    def close(self) -> None:
        """Let the threads end."""
        for engine in self._engines:
            engine.close()

    def _leader(self) -> Engine:
        return min(self._engines, key=lambda engine: engine.best_cost)
