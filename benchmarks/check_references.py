"""Read every benchmark file, and recompute the cost of every reference solution that comes with one.

    python benchmarks/check_references.py [DATA]

DATA is the folder that holds ``vrp`` and ``nco``; by default the environment variable ROUTEOPT_DATA, or
``../shared/data`` beside the repository. Prints four tables; the exit status is 1 when a file cannot be
read, a cost differs by more than the digits in which it is stated, or a solution breaks a rule.
"""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from routeopt.data.readers import read, read_solution, stated_cost
from routeopt.data.readers.routefinder import read_all, reference_routes
from routeopt.errors import ProblemError
from routeopt.problems.solution import Solution

# Folder: rounding rule, and how many of the units stated make one unit of cost.
CONVENTIONS = {
    "cvrp_x": ("round", 1),
    "cvrp_xxl": ("round", 1),
    "cvrp_cmt_golden": ("exact", 1),
    "vrptw_solomon": ("dimacs", 1),
    "vrptw_gh1000": ("dimacs", 1),
    "pcvrptw_gh1000": ("dimacs", 10),
    "mdvrptw_vidal": ("exact", 1000),
    "hfvrp_xh": ("exact", 1000),  # or hundreds, where the cost has decimals
    "vrpb_queiroga_large": ("round", 1),
    "mtvrptwr_yang": ("dimacs", 10),
    "gvrp": ("round", 1),
    "misc_variants": ("dimacs", 1),
}
THOUSANDTH = 0.001  # the solvers behind "exact" solutions in thousandths round each leg to one
SINGLE_PRECISION = 2e-7  # in which some of the solvers summed, so that the last digits of a cost are off
KNOWN_INFEASIBLE = {"OkSmallMultipleReloadDepots.sol"}  # a fixture for readers: 102 late at stop 3
ROUTEFINDER_TOLERANCE = 0.011  # likewise in thousandths; the worst of all published solutions


def main() -> int:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ROUTEOPT_DATA", beside))
    if not (data / "vrp").is_dir():
        print(
            f"{data}: there is no folder 'vrp' here; name the folder with the benchmark data", file=sys.stderr
        )
        return 2
    wrong = check_files(data / "vrp") + check_solutions(data / "vrp")
    wrong += check_routefinder(data / "nco" / "routefinder")
    wrong += check_ortec(data / "nco" / "ortec_euro_neurips")
    print(f"\n{wrong} of all these are wrong" if wrong else "\nall as stated")
    return int(wrong > 0)


def check_files(folder: Path) -> int:
    """Read every instance and show the attributes of each folder; return how many could not be read."""
    print(f"{'folder':22} {'files':>5} {'read':>5}  attributes (in brackets: of some files)")
    failed = 0
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = sorted(path for path in place.iterdir() if path.suffix != ".sol")
        features = []
        for file in files:
            try:
                features.append(read(file).features)
            except ProblemError as error:
                print(error, file=sys.stderr)
        failed += len(files) - len(features)
        every = frozenset.intersection(*features) if features else frozenset()
        some = frozenset().union(*features) - every
        names = [*sorted(every), *(f"({name})" for name in sorted(some))]
        print(f"{place.name:22} {len(files):5} {len(features):5}  {', '.join(names)}", flush=True)
    return failed


def check_solutions(folder: Path) -> int:
    """Recompute every ``.sol``; return how many differ from what they state or break a rule."""
    print(
        f"\n{'folder':22} {'rule':8} {'.sol':>5} {'as stated':>9} {'feasible':>8}  largest deviation, in cost"
    )
    wrong = 0
    for name, (rounding, scale) in CONVENTIONS.items():
        worst, same, feasible = 0.0, 0, 0
        files = sorted((folder / name).glob("*.sol"))
        for file in files:
            source = next(path for path in file.parent.glob(f"{file.stem}.*") if path.suffix != ".sol")
            problem = read(source, rounding=rounding)
            solution = Solution(problem, read_solution(file, problem))
            deviation, tolerance = deviation_of(solution, file, scale)
            worst = max(worst, deviation)
            same += deviation <= tolerance
            feasible += solution.feasible
            if deviation > tolerance or solution.feasible == (file.name in KNOWN_INFEASIBLE):
                wrong += 1
                broken = [*solution.violations[:2], *solution.unserved[:2]]
                print(f"  {file.name}: {solution.cost:.6f}, stated {stated_cost(file)}; {broken}")
        print(f"{name:22} {rounding:8} {len(files):5} {same:9} {feasible:8}  {worst:.6f}", flush=True)
    return wrong


def deviation_of(solution: Solution, file: Path, scale: float) -> tuple[float, float]:
    """Return how far a solution is from the cost that its file states, and how far it may be."""
    found = re.search(r"^Cost:?\s*(\d+)(\.\d*)?\s*$", file.read_text(), re.MULTILINE)
    if found is None:
        return 0.0, 0.0  # a fixture without a cost
    digits = len(found[2] or ".") - 1
    if scale == 1000 and digits:
        scale = 0.01
    tolerance = 0.5 * 10**-digits / scale if digits else 0.0
    if scale == 1000:  # each leg may be off by half a thousandth, times the dearest rate
        legs = len(solution.routes.visits) + solution.routes.size
        tolerance = (
            legs * THOUSANDTH / 2 * max(vehicle.distance_cost for vehicle in solution.problem.vehicles)
        )
    stated = stated_cost(file)
    assert stated is not None
    return abs(solution.cost - stated / scale), tolerance + SINGLE_PRECISION * stated / scale


def check_routefinder(folder: Path) -> int:
    """Recompute the reference solutions that RouteFinder files carry; return how many are wrong."""
    print(f"\n{'RouteFinder':26} {'files':>5} {'plans':>6} {'as stated':>9} {'kept':>6}  deviation, excess")
    totals: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0, 0, 0.0, 0.0])
    for file in sorted(folder.glob("*_[15]*0.npz")):
        variant, _, size = file.stem.rpartition("_")
        with np.load(folder / f"{variant}_reference_costs.npz") as costs:
            stated = costs[f"pyvrp_{size}_reported"]
        row = totals[f"{size} stops, {'several depots' if variant.startswith('md') else 'one depot'}"]
        row[0] += 1
        for item, problem in enumerate(read_all(file)):
            solution = Solution(problem, reference_routes(file, item))
            deviation = abs(solution.cost - float(stated[item]))
            excess = max((violation.amount for violation in solution.violations), default=0.0)
            row[1] += 1
            row[2] += deviation <= ROUTEFINDER_TOLERANCE
            row[3] += solution.complete and excess <= ROUTEFINDER_TOLERANCE
            row[4:] = [max(row[4], deviation), max(row[5], excess)]
    for name, (files, plans, same, kept, deviation, excess) in totals.items():
        print(f"{name:26} {files:5} {plans:6} {same:9} {kept:6}  {deviation:.4f}, {excess:.4f}")
    return int(sum(2 * plans - same - kept for _, plans, same, kept, _, _ in totals.values()))


def check_ortec(folder: Path) -> int:
    """Recompute the best known solutions of the ORTEC files; return how many are wrong."""
    print(f"\n{'ORTEC':40} {'recomputed':>10} {'stated':>10}  feasible")
    wrong = 0
    for file in sorted(folder.glob("*.npz")):
        problem = read(file)
        solution = Solution(problem, reference_routes(file, which="bks"))
        wrong += solution.cost != problem.best_known or not solution.feasible
        print(f"{file.stem:40} {solution.cost:10.0f} {problem.best_known:10.0f}  {solution.feasible}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
