"""Flow admission on problems made by chance: worth of each solver in percent of the bound, after some seconds.

python benchmarks/flows/admission.py --cases 50/5000 --seconds 1,30 --seeds 3
python benchmarks/flows/admission.py --files 'DATA/net/pfar/*.json' --seconds 30

Every answer is recomputed from the problem; the bound of the relaxation and its time come first.
"""

from __future__ import annotations

import argparse
import glob
import time
from collections.abc import Iterator

import routeopt as ro
from routeopt.problems.flows import FlowAdmission


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", default="", help="switches/flows, with commas between")
    parser.add_argument("--files", default="", help="a pattern of files instead")
    parser.add_argument("--loads", default="1.3")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", default="1,30")
    parser.add_argument("--solvers", default="auto", help="commas between; + within a chain")
    options = parser.parse_args()
    budgets = [float(seconds) for seconds in options.seconds.split(",")]
    warm = ro.generate_flows(nodes=6, flows=400, load=1.3)
    for solver in options.solvers.split(","):
        ro.solve(warm, 2, solver=solver.replace("+", ","))
    print("| problem | bound | its seconds | solver | seconds | worth | gap, % |")
    print("| --- | ---: | ---: | --- | ---: | ---: | ---: |")
    for name, problem in problems(options):
        begin = time.perf_counter()
        bound = ro.solve(problem, 600, solver="bound").bound or 0
        took = time.perf_counter() - begin
        for solver in options.solvers.split(","):
            for seconds in budgets:
                found = ro.solve(problem, seconds, solver=solver.replace("+", ","), seed=1)
                assert found.feasible, found.violations
                gap = 100 * (1 - found.objective / bound)
                least = f" ({found.gap:.2f})" if found.gap is not None and found.bound != bound else ""
                row = (
                    name,
                    f"{bound:,}",
                    f"{took:.2f}",
                    solver,
                    f"{seconds:g}",
                    f"{found.objective:,}",
                    f"{gap:.2f}{least}",
                )
                print("| " + " | ".join(row) + " |", flush=True)


def problems(options: argparse.Namespace) -> Iterator[tuple[str, FlowAdmission]]:
    for path in sorted(glob.glob(options.files)) if options.files else ():
        yield path.rsplit("/", 1)[-1].removesuffix(".json"), ro.read_flows(path)
    for case in filter(None, options.cases.split(",")):
        nodes, flows = (int(number) for number in case.split("/"))
        for load in (float(load) for load in options.loads.split(",")):
            for seed in range(1, options.seeds + 1):
                problem = ro.generate_flows("waxman", nodes, flows, load=load, seed=seed)
                yield f"{nodes}/{flows}, load {load:g}, seed {seed}", problem


if __name__ == "__main__":
    main()
