"""Greedy admission: flows in an order that a rule gives, each on the shortest path that is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.flow_instance import FlowInstance, FlowPaths
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.search import Incumbent, StopSignal
from routeopt.solvers.flows.relaxation import distances
from routeopt.solvers.flows.shortest import admit_one_by_one


def worth(instance: FlowInstance, paths: FlowPaths) -> int:
    """Return what the admitted flows are worth together."""
    return int(instance.weight[paths.admitted()].sum())


def _by_weight(instance: FlowInstance, hops: Floats) -> Floats:  # noqa: ARG001 - as all rules
    return instance.weight.astype(np.float64)


def _by_density(instance: FlowInstance, hops: Floats) -> Floats:  # noqa: ARG001 - as all rules
    return instance.weight / instance.bandwidth


def _by_volume(instance: FlowInstance, hops: Floats) -> Floats:
    return np.asarray(instance.weight / (instance.bandwidth * hops))


RULES: dict[str, Callable[[FlowInstance, Floats], Floats]] = {
    "weight": _by_weight,
    "density": _by_density,
    "volume": _by_volume,
}


@dataclass(frozen=True)
class Greedy:
    """Admit flows one after the other, each on the path of fewest hops that is left.

    Parameters
    ----------
    rule : {"best", "weight", "density", "volume"}
        Which come first: those worth most, those worth most for their bandwidth, or for bandwidth times hops on an
        empty network; "best" tries all three.
    """

    rule: str = "best"
    constructs: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.rule != "best" and self.rule not in RULES:
            raise ProblemError(f"greedy.rule '{self.rule}' is not known; use one of best, {', '.join(RULES)}")

    def __call__(
        self,
        instance: FlowInstance,
        start: FlowPaths | None,
        *,
        stop: StopSignal,
        rng: np.random.Generator,  # noqa: ARG002
        threads: int,  # noqa: ARG002
    ) -> Iterator[Incumbent]:
        """Yield the answer of each rule that is better than what was known."""
        best = -1 if start is None else worth(instance, start)
        hops = distances(instance, np.ones(len(instance.head)))
        reachable = np.flatnonzero(np.isfinite(hops))
        for rule in RULES if self.rule == "best" else (self.rule,):
            first = RULES[rule](instance, hops)[reachable]
            found = admit_one_by_one(instance, order_of(reachable, first), np.ones(len(instance.head)))
            if worth(instance, found) > best:
                best = worth(instance, found)
                yield Incumbent(stop.seconds(), 0, best, None, found, "greedy")


def order_of(flows: Integers, first: Floats) -> Integers:
    """Return flows by falling values, those of equal ones by their numbers."""
    return flows[np.argsort(-first, kind="stable")]
