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
    ending,
    leg,
    part,
)

enter = bind(("enter",), vars(schedule), {}, kernel).enter


@part
def clocked_cost(task, kind, rows, stops, count, distance):
    """Return what a route of this distance costs by the clock, its opening aside; infinite when late or too long.

    It visits the first `count` of `stops`, whose legs exist.
    """
    release = 0.0
    for k in range(count):
        release = max(release, rows[stops[k], RELEASE])
    shortest = np.inf
    time, latest = task.vehicles[kind, LEAVE_EARLY], task.vehicles[kind, LEAVE_LATE]
    while time <= latest:
        late, duration, waiting, slack = _forward(task, kind, rows, stops, count, release, time)
        if late > HOLD:
            break  # whoever starts later is later still
        delay = min(slack, waiting)
        if delay > 0:
            late, duration, _, _ = _forward(task, kind, rows, stops, count, release, time + delay)
        if late <= HOLD:
            shortest = min(shortest, duration)
        if not slack < np.inf:
            break
        time += slack + 3 * EPS
    if shortest > task.vehicles[kind, MAX_DURATION] + HOLD:
        return np.inf
    return cost_of(task, kind, distance, shortest)


@part
def _forward(task, kind, rows, stops, count, release, start):
    """Return lateness, duration, waiting, and by how much the start can be put off within the chosen windows."""
    slack = task.vehicles[kind, LEAVE_LATE] - start
    waiting = max(release - start - task.vehicles[kind, LOADING], 0.0)
    time = start + task.vehicles[kind, LOADING] + waiting
    late = 0.0
    profile, end = np.int64(task.vehicles[kind, PROFILE]), np.int64(task.vehicles[kind, END])
    before = np.int64(task.vehicles[kind, START])
    for k in range(count):
        stop = stops[k]
        arrival = time + leg(task, profile, before, stop)[1]
        begin = enter(task.windows[stop], arrival)
        waiting += begin - arrival
        closes = _closes(task, stop, begin)
        late += max(begin - closes, 0.0)
        slack = min(slack, waiting + max(closes - begin, 0.0))
        time = begin + rows[stop, DURATION]
        before = stop
    if end >= 0:
        row = ending(task, kind)
        arrival = time + leg(task, profile, before, end)[1]
        time = max(arrival, rows[row, EARLY])
        waiting += time - arrival
        late += max(time - rows[row, LATE], 0.0)
        slack = min(slack, waiting + max(rows[row, LATE] - time, 0.0))
    return late, time - start, waiting, slack


@part
def _closes(task, stop, begin):
    """Return when the window closes in which a service begins; the last one where it is late for all."""
    for k in range(task.windows.shape[1]):
        if begin <= task.windows[stop, k, 1] + EPS:
            return task.windows[stop, k, 1]
    return task.windows[stop, task.windows.shape[1] - 1, 1]
