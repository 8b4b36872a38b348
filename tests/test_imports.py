"""What is imported when: little at first, nothing heavy in a classical solve, and every back end together."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

import routeopt

HEAVY = {
    "altair",
    "hygese",
    "lightning",
    "matplotlib",
    "networkx",
    "openpyxl",
    "ortools",
    "osmium",
    "osmnx",
    "pandas",
    "pyvrp",
    "rl4co",
    "streamlit",
    "tensordict",
    "torch",
    "torch_geometric",
    "vroom",
}

STATE = "import routeopt as ro; problem = ro.VRP([ro.Stop(3, 4)], [ro.Vehicle(count=1)], [ro.Depot(0, 0)])"

# What a user of each optional package imports; some load their libraries no earlier than that.
BACK_ENDS = {
    "torch": "torch",
    "torch_geometric": "torch_geometric.nn",
    "tensordict": "tensordict",
    "lightning": "lightning",
    "rl4co": "rl4co.models",
    "ortools": "ortools.sat.python.cp_model",
    "scipy": "scipy.optimize",
    "osmnx": "osmnx",
    "osmium": "osmium",
    "streamlit": "streamlit",
    "pydeck": "pydeck",
    "altair": "altair",
    "pandas": "pandas",
    "matplotlib": "matplotlib.pyplot",
    "pyvrp": "pyvrp",
    "hygese": "hygese",
    "vroom": "vroom",
    "numba": "numba",
}

# Solved after everything is loaded: libraries that clash often import well and break when used.
SOLVE_WITH_ORTOOLS = """
from ortools.constraint_solver import pywrapcp
from ortools.sat.python import cp_model

model = cp_model.CpModel()
x, y = model.new_int_var(0, 9, "x"), model.new_int_var(0, 9, "y")
model.add(3 * x + 5 * y <= 22)
model.maximize(x + 2 * y)
solver = cp_model.CpSolver()
assert solver.solve(model) == cp_model.OPTIMAL and solver.objective_value == 8, solver.objective_value

legs = [[0, 3, 5], [3, 0, 4], [5, 4, 0]]
manager = pywrapcp.RoutingIndexManager(3, 1, 0)
routing = pywrapcp.RoutingModel(manager)
leg = routing.RegisterTransitCallback(lambda a, b: legs[manager.IndexToNode(a)][manager.IndexToNode(b)])
routing.SetArcCostEvaluatorOfAllVehicles(leg)
assert routing.Solve().ObjectiveValue() == 12
"""

SOLVE_WITH_SCIPY = """
from scipy.optimize import LinearConstraint, milp

result = milp([-1, -2], integrality=[1, 1], constraints=LinearConstraint([[3, 5]], ub=22))
assert result.status == 0 and result.fun == -8, result
"""


def run(script: str) -> str:
    """Return what a new Python process prints."""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"exit code {done.returncode}\n{done.stderr[-3000:]}"
    return done.stdout


def test_every_public_name_resolves() -> None:
    missing = [name for name in routeopt.__all__ if not hasattr(routeopt, name)]
    assert not missing
    assert set(routeopt.__all__) <= set(dir(routeopt))


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'VRPP'"):
        routeopt.VRPP  # noqa: B018


def test_import_takes_at_most_three_tenths_of_a_second() -> None:
    script = "import time; start = time.perf_counter(); import routeopt; print(time.perf_counter() - start)"
    seconds = sorted(float(run(script)) for _ in range(5))
    assert seconds[2] <= 0.3, seconds


@pytest.mark.parametrize(
    ("script", "kept_out"),
    [
        pytest.param("import routeopt", HEAVY | {"numba", "scipy"}, id="import"),
        pytest.param(STATE, HEAVY | {"numba", "scipy"}, id="state"),
        pytest.param(STATE + "; ro.solve(problem, seconds=0)", HEAVY, id="solve"),
    ],
)
def test_a_classical_solve_leaves_heavy_packages_out(script: str, kept_out: set[str]) -> None:
    loaded = set(
        run(script + "; import sys; print(*{name.partition('.')[0] for name in sys.modules})").split()
    )
    assert "routeopt" in loaded
    assert not loaded & kept_out


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_every_back_end_imports_and_works_in_one_process(backwards: bool) -> None:
    present = [package for package in BACK_ENDS if find_spec(package)]
    lines = [f"import {BACK_ENDS[package]}" for package in present]
    if backwards:
        lines.reverse()
    lines.append(SOLVE_WITH_SCIPY)
    if "ortools" in present:
        lines.append(SOLVE_WITH_ORTOOLS)
    run("\n".join(lines))
    if missing := sorted(set(BACK_ENDS) - set(present)):
        pytest.skip(f"works for those installed; not installed: {', '.join(missing)}")
