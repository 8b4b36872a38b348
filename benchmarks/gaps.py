"""Gap to the best known value of each instance of a suite, one run each, one after the other.

    python benchmarks/gaps.py x12 --seconds 10 --seed 1
    python benchmarks/gaps.py solomon --seconds 10 --seed 1

The instances lie below the folder that ROUTEOPT_DATA names (default ../shared/data). The best known value
is the minimum over the rows of bks.csv with the same objective. Time is the search alone: kernels are
loaded or compiled before its clock starts. Every cost is recomputed from the problem by Solution.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
from pathlib import Path

import routeopt as ro

DATA = Path(os.environ.get("ROUTEOPT_DATA", Path(__file__).parent.parent.parent / "shared" / "data")) / "vrp"
X12 = (
    "X-n101-k25 X-n153-k22 X-n200-k36 X-n256-k16 X-n303-k21 X-n393-k38 "
    "X-n459-k26 X-n502-k39 X-n627-k43 X-n766-k71 X-n895-k37 X-n1001-k43"
)
TSP20 = (
    "kroA100 ch150 kroA200 a280 lin318 rd400 pcb442 d493 rat575 u574 "
    "p654 rat783 pr1002 u1060 pcb1173 rl1304 fl1400 u1432 d1655 vm1748"
)
SUITES = {  # folder, names, rounding rule, what the objective column of bks.csv begins with
    "x12": ("cvrp_x", [f"{name}.vrp" for name in X12.split()], "round", "min distance"),
    "x": ("cvrp_x", "X-*.vrp", "round", "min distance"),
    "cmt": ("cvrp_cmt_golden", "CMT*.vrp", "exact", "min distance"),
    "golden": ("cvrp_cmt_golden", "Golden*.vrp", "exact", "min distance"),
    "solomon": ("vrptw_solomon", "*.txt", "dimacs", "min distance"),
    "gh1000": ("vrptw_gh1000", "*.vrp", "dimacs", "min distance"),
    "tsp20": ("tsp_tsplib", [f"{name}.tsp" for name in TSP20.split()], "round", "TSPLIB rounding"),
    "tsp": ("tsp_tsplib", "*.tsp", "round", "TSPLIB rounding"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--solver", default="auto")
    parser.add_argument("--most", type=int, default=10**6, help="largest number of stops")
    choice = parser.parse_args()
    folder, names, rounding, objective = SUITES[choice.suite]
    best = best_known(folder, objective)
    files = (
        sorted((DATA / folder).glob(names)) if isinstance(names, str) else [DATA / folder / n for n in names]
    )
    print(f"# {choice} | {processor()} | Python {platform.python_version()} | routeopt {ro.__version__}")
    print("instance n best_known cost gap_percent seconds iterations feasible")
    gaps = []
    for path in files:
        problem = ro.read(path, rounding=rounding)
        if len(problem.stops) > choice.most or path.stem not in best:
            continue
        solution = ro.solve(
            problem, choice.seconds, solver=choice.solver, seed=choice.seed, threads=choice.threads
        )
        value = best[path.stem]
        gaps.append(100 * (solution.cost - value) / value if solution.feasible else float("inf"))
        print(
            path.stem, len(problem.stops), value, round(solution.cost, 2), f"{gaps[-1]:.3f}",
            f"{solution.seconds:.2f}", solution.iterations, solution.feasible, flush=True,
        )  # fmt: skip
    print(f"mean gap {sum(gaps) / len(gaps):.3f} % over {len(gaps)} instances")


def best_known(folder: str, objective: str) -> dict[str, float]:
    """Return the least value of each instance among rows whose objective begins like this."""
    best: dict[str, float] = {}
    with (DATA / "bks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["set"] == folder and row["objective"].startswith(objective):
                best[row["instance"]] = min(best.get(row["instance"], float("inf")), float(row["bks"]))
    return best


def processor() -> str:
    """Return the model of the processor and how many cores there are."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
