"""The command line as a process: clean streams, exit codes, interrupts, and how fast it starts."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"}


def run(*words: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "routeopt", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=ENVIRONMENT, check=False, **options
    )


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "x.json"
    made = run("generate", "x", "--stops", 80, "-o", path)
    assert made.returncode == 0, made.stderr
    warm = run("solve", path, "--seconds", 0.1)  # kernels are compiled now, not in what is measured
    assert warm.returncode == 0, warm.stderr
    return path


def test_standard_output_is_pure_json(problem):
    done = run("solve", problem, "--seconds", 0.5, "--json", "-v")
    assert done.returncode == 0
    assert json.loads(done.stdout)["feasible"]
    assert "iterations" in done.stderr


def test_a_pipe_of_commands(problem):
    made = run("generate", "cvrp", "--stops", 20)
    done = run("solve", "-", "--seconds", 0, "-q", input=made.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("cvrp-n20-seed0: feasible")


def test_bad_input_gives_code_2_and_no_traceback(tmp_path):
    done = run("solve", tmp_path / "missing.vrp")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {tmp_path / 'missing.vrp'}: there is no such file; check the path\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of another kind there")
def test_an_interrupt_prints_and_writes_the_best_plan(problem, tmp_path):
    command = [sys.executable, "-m", "routeopt", "solve", problem, "--seconds", "100", "-v", "--json"]
    command += ["-o", tmp_path / "plan.sol"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.default_int_handler
        ),  # ignored in the background
    ) as process:
        assert process.stderr is not None
        while "hgs" not in process.stderr.readline():  # the search is not yet under way
            assert process.poll() is None
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.perf_counter() - began < 5
    assert "interrupted" in err
    assert "Traceback" not in err
    document = json.loads(out)
    assert document["feasible"]
    checked = run("check", problem, tmp_path / "plan.sol", "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout)["cost"] == pytest.approx(document["cost"])


def test_output_that_nobody_reads_is_no_error(problem):
    command = f"'{sys.executable}' -m routeopt list features | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, env=ENVIRONMENT, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_help_is_fast_and_loads_nothing_heavy():
    script = (
        "import sys, routeopt.cli; "
        "print(*sorted({'numpy', 'numba', 'pandas', 'matplotlib', 'scipy', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env=ENVIRONMENT,
        check=True,
    )
    assert done.stdout.split() == []

    def seconds(*command: str) -> float:  # of the processor: what else the machine does is not counted
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *command], capture_output=True, timeout=60, env=ENVIRONMENT, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    took = sorted(seconds("-m", "routeopt", "--help") - seconds("-c", "pass") for _ in range(5))
    assert took[1] <= 0.5, took


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to ask for times")
def test_a_warm_solve_starts_searching_soon(problem):
    """Time of the processor, which is time of the day where nothing else runs."""
    if os.getloadavg()[0] > (os.cpu_count() or 1) + 0.5:
        pytest.skip("the machine is busy with other work, which makes every start slow")
    command = [sys.executable, "-m", "routeopt", "solve", problem, "--seconds", "1", "-v"]
    waits = []
    for _ in range(3):
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=ENVIRONMENT
        ) as process:
            assert process.stderr is not None
            while "cost" not in process.stderr.readline():
                assert process.poll() is None
            user, system = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            process.stderr.read()
        waits.append((int(user) + int(system)) / os.sysconf("SC_CLK_TCK"))
    assert min(waits) <= 1.5, waits
