"""Read every benchmark file, and recompute the cost of every reference solution that comes with one.

    python benchmarks/check_references.py [DATA]

DATA is the folder that holds ``vrp`` and ``nco``; by default the environment variable ROUTEOPT_DATA,
or ``../shared/data`` beside the repository. Prints three tables and ends with 1 when a cost differs by
more than the digits in which it is stated, or a solution breaks a rule.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from routeopt.data.readers import read, read_solution, stated_cost
from routeopt.data.readers.routefinder import read_all, reference_routes
from routeopt.errors import ProblemError
from routeopt.problems.solution import Solution

# folder: rounding rule, stated units per unit of cost, tolerance in stated units
CONVENTIONS = {
    "cvrp_x": ("round", 1, 0),
    "cvrp_xxl": ("round", 1, 0),
    "cvrp_cmt_golden": ("exact", 1, 0.05),
    "vrptw_solomon": ("dimacs", 1, 1e-6),
    "vrptw_gh1000": ("dimacs", 1, 1e-6),
    "pcvrptw_gh1000": ("dimacs", 10, 1e-5),
    "mdvrptw_vidal": ("exact", 1000, 0),
    "hfvrp_xh": ("exact", 1, 0.01),
    "vrpb_queiroga_large": ("round", 1, 0),
    "mtvrptwr_yang": ("dimacs", 10, 1e-5),
    "gvrp": ("round", 1, 0),
    "misc_variants": (None, 1, 0),
}
ROUTEFINDER_TOLERANCE = 0.011  # the reference solver works with thousandths


def main() -> int:
    """Print the tables; return the exit status."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    data = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ROUTEOPT_DATA", beside))
    if not (data / "vrp").is_dir():
        print(f"{data}: there is no folder 'vrp' here; name the folder with the benchmark data", file=sys.stderr)
        return 2
    wrong = check_files(data / "vrp") + check_solutions(data / "vrp")
    if (data / "nco" / "routefinder").is_dir():
        wrong += check_routefinder(data / "nco" / "routefinder")
    if (data / "nco" / "ortec_euro_neurips").is_dir():
        wrong += check_ortec(data / "nco" / "ortec_euro_neurips")
    print(f"\n{wrong} of all these are wrong" if wrong else "\nall as stated")
    return int(wrong > 0)


def check_files(folder: Path) -> int:
    """Read every instance and show the attributes of each folder; return how many could not be read."""
    print("folder                 files  read  attributes (in brackets: of some files)")
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
        some = frozenset.union(*features, frozenset()) - every
        text = ", ".join([*sorted(every), *(f"({name})" for name in sorted(some))])
        print(f"{place.name:22} {len(files):5} {len(features):5}  {text}")
    return failed


def check_solutions(folder: Path) -> int:
    """Recompute every ``.sol``; return how many differ from what they state or break a rule."""
    print("\nfolder                 rounding  solutions  cost as stated  feasible  largest deviation")
    wrong = 0
    for name, (rounding, scale, tolerance) in CONVENTIONS.items():
        deviations, feasible, broken = [], 0, set()
        for file in sorted((folder / name).glob("*.sol")):
            source = next(path for path in file.parent.glob(f"{file.stem}.*") if path.suffix != ".sol")
            problem = read(source, rounding=rounding)
            solution = Solution(problem, read_solution(file, problem))
            stated = stated_cost(file)
            deviations.append(0.0 if stated is None else abs(solution.cost * scale - stated))
            feasible += solution.feasible
            broken |= {violation.constraint for violation in solution.violations}
            if not solution.feasible or deviations[-1] > _last_digit(stated, tolerance):
                wrong += 1
                print(f"  {file.name}: {solution.cost * scale:.6f}, stated {stated}; {solution.violations[:2]}")
        same = sum(deviation <= max(tolerance, 0.5) for deviation in deviations)
        print(
            f"{name:22} {rounding or 'default':9} {len(deviations):9} {same:15} {feasible:9}  "
            f"{max(deviations, default=0):.4f} {' '.join(sorted(broken))}"
        )
    return wrong
