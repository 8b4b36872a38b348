"""The bound of the linear relaxation as a link of a chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.plan import begun, known
from routeopt.solvers.waiting import made


@dataclass(frozen=True)
class Bound:
    """Say what no admission is worth more than, by the linear relaxation over all paths.

    What flows say of delays and hops, and entries of flow tables, are left out there, so the bound holds but may be far
    away where they matter.
    """

    constructs: ClassVar[bool] = True

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the start with the bound beside it, and heartbeats before."""
        present = known(instance, start, stop, "bound")
        plan = yield from made(lambda: begun(instance, start, stop), present, stop)
        if plan is not None:
            yield present._replace(seconds=stop.seconds(), bound=plan.bound)
