from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import routeopt

PACKAGE = Path(routeopt.__file__).parent

CALLEE = """
from routeopt.solvers.compiled import inner

@inner
def helper(x):
    return x + {added}
"""
CALLER = """
from routeopt.solvers.compiled import kernel
from routeopt.solvers.callee import helper

@kernel
def double(x):
    return 2 * helper(x)
"""
CALL = """
from routeopt.solvers.caller import double
print(double(1), sum(double.stats.cache_hits.values()), sum(double.stats.cache_misses.values()))
"""
SOLVE = """
import numpy as np
from routeopt import VRP, Depot, Stops, Vehicle
from routeopt.problems.search import StopSignal
from routeopt.solvers.vrp import plain_savings
from routeopt.solvers.vrp.hgs import HGS, generation
rng = np.random.default_rng(1)
x, y = rng.random((2, 8))
problem = VRP(Stops(x, y, delivery=np.ones(8)), [Vehicle(capacity=3.0)], [Depot(0.0, 0.0)])
for found in HGS()(problem.instance(), None, stop=StopSignal(iterations=30), rng=rng, threads=1):
    pass
for kernel in (generation.evolve, plain_savings.join_routes):
    print(sum(kernel.stats.cache_hits.values()), sum(kernel.stats.cache_misses.values()))
"""


def run(code, path, **environment):
    """Run code in a process of its own and return the words it prints."""
    variables = {**os.environ, "PYTHONPATH": str(path), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=True, cwd=path
    )
    return done.stdout.split()


def small_package(folder):
    """Copy the parts that the decorators need, and add two kernels in two files."""
    copy = folder / "routeopt"
    (copy / "solvers").mkdir(parents=True)
    shutil.copytree(PACKAGE / "problems", copy / "problems", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__init__.py", "errors.py", "registry.py", "solvers/__init__.py", "solvers/compiled.py"):
        shutil.copy(PACKAGE / name, copy / name)
    (copy / "solvers" / "callee.py").write_text(CALLEE.format(added=1))
    (copy / "solvers" / "caller.py").write_text(CALLER)
    return copy


def test_second_process_compiles_nothing_and_an_edit_of_a_callee_recompiles_its_caller(tmp_path):
    copy = small_package(tmp_path)
    environment = {"NUMBA_CACHE_DIR": ""}
    assert run(CALL, tmp_path, **environment) == ["4", "0", "1"]
    assert run(CALL, tmp_path, **environment) == ["4", "1", "0"]
    (copy / "solvers" / "callee.py").write_text(CALLEE.format(added=2))  # the caller's own file stays
    assert run(CALL, tmp_path, **environment) == ["6", "0", "1"]
    assert run(CALL, tmp_path, **environment) == ["6", "1", "0"]
    (copy / "solvers" / "callee.py").write_text(CALLEE.format(added=1))  # back again: still there
    assert run(CALL, tmp_path, **environment) == ["4", "1", "0"]
    assert len(list((copy / "__pycache__").glob("kernels-*"))) == 2


def test_old_folders_are_swept_away(tmp_path):
    copy = small_package(tmp_path)
    for added in range(5):
        (copy / "solvers" / "callee.py").write_text(CALLEE.format(added=added))
        assert run(CALL, tmp_path, NUMBA_CACHE_DIR="")[0] == str(2 * (1 + added))
    assert len(list((copy / "__pycache__").glob("kernels-*"))) == 4


def test_cache_goes_where_numba_is_told_or_else_to_the_user(tmp_path):
    copy = small_package(tmp_path)
    run(CALL, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "chosen"))
    assert list((tmp_path / "chosen").glob("kernels-*"))
    assert not list((copy / "__pycache__").glob("kernels-*"))
    (copy / "__pycache__").mkdir(exist_ok=True)
    shutil.rmtree(copy / "__pycache__")
    (copy / "__pycache__").write_text("a file, so that no folder can be made here")
    home = {
        "XDG_CACHE_HOME": str(tmp_path / "home"),
        "LOCALAPPDATA": str(tmp_path / "home"),
        "HOME": str(tmp_path),
    }
    run(CALL, tmp_path, NUMBA_CACHE_DIR="", PYTHONDONTWRITEBYTECODE="1", **home)
    assert run(CALL, tmp_path, NUMBA_CACHE_DIR="", PYTHONDONTWRITEBYTECODE="1", **home) == ["4", "1", "0"]


def test_second_process_finds_the_whole_search_in_the_cache():
    run(SOLVE, PACKAGE.parent)
    assert run(SOLVE, PACKAGE.parent) == ["1", "0", "1", "0"]
