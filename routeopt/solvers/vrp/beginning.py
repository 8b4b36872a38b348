"""How improvers begin: what they refuse, and what their start is worth."""

from __future__ import annotations

import numpy as np

from routeopt.errors import UnsupportedError
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.features import features_of
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal


def refuse_unsupported(instance: Instance, supports: frozenset[str], source: str) -> None:
    """Raise an UnsupportedError if the instance uses an attribute that is not in `supports`."""
    lacking = features_of(instance) - supports
    if lacking:
        raise UnsupportedError(source, lacking)


def appraise(instance: Instance, start: Routes | None, stop: StopSignal, source: str) -> Incumbent:
    """Return what an improver begins with: the start if it is complete and feasible, else no answer."""
    if start is not None:
        found = Evaluator(instance).evaluate(start)
        if not found.violations and not found.missing:
            objective = (found.cost + instance.vehicle_weight * start.size) / instance.scale
            return Incumbent(stop.seconds(), 0, objective, None, start, source)
    return Incumbent(stop.seconds(), 0, np.inf, None, None, source)
