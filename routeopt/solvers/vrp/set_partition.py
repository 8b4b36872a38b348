"""Set partitioning: among routes seen so far, the cheapest that together serve every stop once.

Good plans share good routes, and the best mix of them is a plan that no search may have seen. The choice is
exact over the pool, by the CP-SAT solver of OR-Tools, which begins with the incumbent.
Source: Balinski & Quandt, "On an integer program for a delivery problem", Operations Research 12 (1964).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.features import FEATURES
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.extra import require_ortools
from routeopt.solvers.vrp.beginning import appraise, refuse_unsupported
from routeopt.solvers.vrp.route_pool import RoutePool
from routeopt.solvers.waiting import HEARTBEAT

if TYPE_CHECKING:
    from routeopt.solvers.vrp.partition_model import Partition


@dataclass(frozen=True)
class SetPartition:
    """Choose the best routes among those seen so far.

    It needs an incumbent, and the routes that other links of its chain have seen. An iteration is a better
    choice; the search ends when none is left. With `threads` above 1, which choice comes first may vary.

    Parameters
    ----------
    routes : int
        Routes to choose from, those seen last; more take longer.

    Raises
    ------
    RouteoptError
        OR-Tools is not installed.
    ProblemError
        A parameter is not what it may be.
    """

    routes: int = 10_000

    name: ClassVar[str] = "set_partition"
    wants_pool: ClassVar[bool] = True
    supports: ClassVar[frozenset[str]] = frozenset(FEATURES) - {"fixed_edges"}

    def __post_init__(self) -> None:
        require_ortools(self.name)
        if self.routes < 1:
            raise ProblemError(f"set_partition.routes must be 1 or more, not {self.routes}")

    def __call__(
        self,
        instance: Instance,
        start: Routes | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,
        threads: int,
        pool: RoutePool | None = None,
    ) -> Iterator[Incumbent]:
        """Yield the start, then ever better choices from the pool and heartbeats.

        Raises
        ------
        UnsupportedError
            The instance uses an attribute that is not in `supports`.
        """
        refuse_unsupported(instance, self.supports, self.name)
        from routeopt.solvers.vrp.partition_model import Partition

        known = appraise(instance, start, stop, self.name)
        yield known
        if pool is None or start is None or known.answer is None or stop.reached(0):
            return
        pool.add(start)
        partition = Partition(instance, pool.routes()[: self.routes], start, stop)
        runner = ThreadPoolExecutor(1)
        future = runner.submit(partition.run, int(rng.integers(2**31)), threads)
        runner.shutdown(wait=False)
        try:
            waiting = True
            while waiting:
                waiting = bool(wait([future], HEARTBEAT).not_done)
                known = _better(instance, known, partition, stop)
                yield known._replace(seconds=stop.seconds(), iterations=partition.iterations)
                if stop.reached(partition.iterations):
                    partition.cancel()
            future.result()
        finally:
            partition.cancel()
            wait([future])


def _better(instance: Instance, known: Incumbent, partition: Partition, stop: StopSignal) -> Incumbent:
    """Return the latest choice if, recomputed, it is better than what is known."""
    if partition.latest is None or partition.latest is known.answer:
        return known
    found = appraise(instance, partition.latest, stop, known.source)
    return known if found.objective >= known.objective else found
