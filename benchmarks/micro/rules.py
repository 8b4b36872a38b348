"""How fast the schedule and the algebra of segments are, in Python and compiled.

python -m benchmarks.micro.rules
"""

from __future__ import annotations

import numpy as np
from numba import njit

import routeopt as ro
from benchmarks.micro.clock import per_second, show
from routeopt.problems import backend, schedule, segment
from routeopt.problems.evaluation import Evaluator
from routeopt.problems.instance import Routes
from routeopt.problems.schedule import Node

STOPS = 100  # of a route
REPEATS = 100  # of it in a compiled call

choose = njit(backend.choose)
segments = segment.algebra(njit, choose=choose)
rules = schedule.schedule(njit, choose=choose)
join, at_stop = segments.join, segments.at_stop
begin, extend = rules.begin, rules.extend


@njit
def joins(early, late, service, legs, repeats):
    """Join the stops of a route one by one; later each time, and all is used, or the compiler leaves it out."""
    total = 0.0
    for repeat in range(repeats):
        whole = at_stop(early[0] + repeat, late[0], service[0], 0.0, 1.0, 0.0, 1.0, 0.0)
        for k in range(1, len(early)):
            stop = at_stop(early[k], late[k], service[k], 0.0, 1.0, 0.0, 1.0, 0.0)
            whole = join(whole, stop, legs[k], legs[k])
        span, load = whole.tail.span, whole.tail.load
        total += (
            whole.distance + span.duration + span.waiting + span.warp + span.early + span.late + load.peak
        )
    return total


@njit
def extends(early, late, service, legs, repeats):
    """Drive the route stop by stop."""
    total = 0.0
    for repeat in range(repeats):
        state = begin(Node(((0.0, 1e9),), 0.0, 0.0, 0.0, 0.0, 0.0), float(repeat), 0.0)
        for k in range(len(early)):
            node = Node(((early[k], late[k]),), service[k], 1.0, 0.0, 1.0, 0.0)
            state = extend(state, node, legs[k], legs[k])
        total += state.time + state.waiting + state.lateness + state.distance + state.stops
    return total


def main() -> None:
    rng = np.random.default_rng(1)
    early = rng.random(STOPS) * 1000
    columns = early, early + 100 * rng.random(STOPS), rng.random(STOPS), 10 * rng.random(STOPS)

    def compiled(function):
        def work() -> int:
            function(*columns, REPEATS)
            return STOPS * REPEATS

        return work

    show("segment: joins, compiled", per_second(compiled(joins)))
    show("schedule: stops, compiled", per_second(compiled(extends)))
    problem = ro.generate("vrptw", 100, seed=1)
    plan = ro.solve(problem, seconds=0, solver="regret").routes
    evaluator = Evaluator(problem.instance())

    def evaluated() -> int:
        evaluator.evaluate(Routes(plan.visits, plan.offsets, plan.vehicle))
        return len(plan.visits)

    show("schedule: stops of a plan judged by Solution, in Python", per_second(evaluated))


if __name__ == "__main__":
    main()
