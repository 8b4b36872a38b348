"""When a route with several time windows a stop is driven: by the clock, from one end to the other.

Stretches know only the hull of several windows, so a route that they let pass is driven here as the
evaluation drives it: the earliest schedule is delayed by its slack (Savelsbergh 1992), and the start is put
off past one chosen window after the other, for a later start may catch later windows and wait less.
"""

from __future__ import annotations

import numpy as np

from routeopt.problems import schedule
from routeopt.problems.backend import bind
from routeopt.problems.instance import EPS
from routeopt.solvers.compiled import kernel
from routeopt.solvers.vrp.stretches import (
    DURATION,
    EARLY,
    END,
    HOLD,
    LATE,
    LEAVE_EARLY,
    LEAVE_LATE,
    LOADING,
    MAX_DURATION,
    PROFILE,
    RELEASE,
    START,
    cost_of,
    leg,
)

enter = bind(("enter",), vars(schedule), {}, kernel).enter


@kernel
def clocked_cost(task, kind, stops, distance):
    """Return what a route of this distance costs by the clock, its opening aside; infinite when late or too long.

    Parameters
    ----------
    stops : (m,) int32
        Nodes in the order of the route; their legs exist.
    """
    vehicle = task.vehicles[kind]
    release = 0.0
    for i in stops:
        release = max(release, task.visits[i, RELEASE])
    shortest = np.inf
    time = vehicle[LEAVE_EARLY]
    while time <= vehicle[LEAVE_LATE]:
        late, duration, waiting, slack = _forward(task, kind, stops, release, time)
        if late > HOLD:
            break  # whoever starts later is later still
        delay = min(slack, waiting)
        if delay > 0:
            late, duration, _, _ = _forward(task, kind, stops, release, time + delay)
        if late <= HOLD:
            shortest = min(shortest, duration)
        if not slack < np.inf:
            break
        time += slack + 3 * EPS
    if shortest > vehicle[MAX_DURATION] + HOLD:
        return np.inf
    return cost_of(vehicle, distance, shortest)


@kernel
def _forward(task, kind, stops, release, start):
    """Return lateness, duration, waiting, and by how much the start can be put off within the chosen windows."""
    vehicle = task.vehicles[kind]
    slack = vehicle[LEAVE_LATE] - start
    waiting = max(release - start - vehicle[LOADING], 0.0)
    time = start + vehicle[LOADING] + waiting
    late = 0.0
    before, profile = int(vehicle[START]), int(vehicle[PROFILE])
    for i in stops:
        arrival = time + leg(task, profile, before, i)[1]
        begin = enter(task.windows[i], arrival)
        waiting += begin - arrival
        closes = task.windows[i, -1, 1]
        for k in range(task.windows.shape[1]):
            if begin <= task.windows[i, k, 1] + EPS:
                closes = task.windows[i, k, 1]
                break
        late += max(begin - closes, 0.0)
        slack = min(slack, waiting + max(closes - begin, 0.0))
        time = begin + task.visits[i, DURATION]
        before = i
    if vehicle[END] >= 0:
        arrival = time + leg(task, profile, before, int(vehicle[END]))[1]
        time = max(arrival, task.ends[kind, EARLY])
        waiting += time - arrival
        late += max(time - task.ends[kind, LATE], 0.0)
        slack = min(slack, waiting + max(task.ends[kind, LATE] - time, 0.0))
    return late, time - start, waiting, slack
