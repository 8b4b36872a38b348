"""Kernels of flows do the same as Python runs them, and stay within their arrays."""

from __future__ import annotations

import pytest
from elsewhere import words_of

CODE = """
import routeopt as ro
problem = ro.generate_flows("waxman", 8, 15, load=1.3, seed=1)
for solver in ("greedy,ruin", "greedy,genetic"):
    found = ro.solve(problem, solver=solver, stop=ro.MaxIterations(30), seed=1)
    print(found.objective, *found.admitted)
print(*ro.OnlineRouting(problem.network).route([(0, 1, 8), (1, 2, 32)], "look_ahead", rollouts=3, horizon=4).chosen)
"""


@pytest.mark.parametrize("mode", ["NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK"])
def test_interpreted_and_checked_kernels_do_the_same(mode):
    assert words_of(CODE, **{mode: "1"}) == words_of(CODE)
