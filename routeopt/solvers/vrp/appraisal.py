"""What a start is worth to an improver."""

from __future__ import annotations

import numpy as np

from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Instance, Routes
from routeopt.problems.search import Incumbent, StopSignal


def appraise(instance: Instance, start: Routes | None, stop: StopSignal, source: str) -> Incumbent:
    """Return what an improver begins with: the start if it is complete and feasible, else no answer."""
    if start is not None:
        found = Evaluator(instance).evaluate(start)
        if not found.violations and not found.missing:
            objective = (found.cost + instance.vehicle_weight * start.size) / instance.scale
            return Incumbent(stop.seconds(), 0, objective, None, start, source)
    return Incumbent(stop.seconds(), 0, np.inf, None, None, source)
