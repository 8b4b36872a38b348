"""One thread's work: ruin, recreate, search, and take the result over or undo it.

A worse plan is taken over with the chance that simulated annealing gives it: if it costs less than -T ln u
more, u drawn from (0, 1]. Local search takes most of the time, so a plan that is dearer than this by several
times what local search gains on average is undone unsearched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routeopt.solvers.compiled import borrowed, kernel
from routeopt.solvers.random import below, uniform
from routeopt.solvers.vrp.ils.descent import descend
from routeopt.solvers.vrp.ils.habits import Habits
from routeopt.solvers.vrp.ils.layout import Desk, Ground, Plan, keep, undo
from routeopt.solvers.vrp.ils.recreate import recreate
from routeopt.solvers.vrp.ils.ruin import ruin
from routeopt.solvers.vrp.records import U

_SAMPLE = 16  # every so many iterations are searched whatever they cost, to know what it gains on average
_NEWS = 0.02  # weight of the latest sample in that average


@kernel
def anneal(
    ground: Ground,
    plan: Plan,
    desk: Desk,
    habits: Habits,
    stops: NDArray[np.int32],
    mine: NDArray[np.int32],
    temperature: float,
    iterations: int,
    flag: NDArray[np.uint8],
    halt: NDArray[np.uint8],
) -> int:
    """Do so many iterations on a part of the plan, or fewer when one of the flags is set; return how many.

    What the part has come to cost more, and its best, are left in ``desk.now[0]``, the links of the best in
    `plan.best`.

    Parameters
    ----------
    stops, mine : int32 arrays
        The stops and the routes of this part, whose routes carry its number, ``desk.now[0].part``.
    temperature : float
        In the units of the legs.
    flag, halt : (1,) uint8 arrays
    """
    ground, plan, desk = borrowed(ground), borrowed(plan), borrowed(desk)
    now, state = desk.now[0], desk.state
    now.cost, now.best, now.differing = 0, 0, 0
    done = 0
    while done < iterations and flag[0] == 0 and halt[0] == 0:
        done += 1
        now.iteration += 1
        now.logged, now.logged_routes = 0, 0
        seed = stops[below(state, len(stops))]
        removed, more = ruin(ground, plan, desk, habits, seed, len(stops))
        complete, extra = recreate(ground, plan, desk, habits, removed, mine)
        more += extra
        allowed = -temperature * np.log(1.0 - uniform(state))
        sample = now.iteration % _SAMPLE == 0
        if complete and (sample or more < allowed + habits.threshold * now.gain):
            gain = descend(ground, plan, desk, habits.searched)
            more -= gain
            if sample:
                now.gain += _NEWS * (gain - now.gain)
        if complete and more < allowed:
            keep(plan, desk, more)
        else:
            undo(plan, desk)
    for i in range(now.differing):
        plan.nodes[U(desk.differing[i])].differs = 0
    return done
