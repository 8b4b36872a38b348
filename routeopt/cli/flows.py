"""``routeopt flows``: which flows a network admits, and on which paths; problems by chance; solvers compared."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import routeopt as ro
from routeopt import registry
from routeopt.cli.errors import INTERRUPTED, Complaints, note
from routeopt.cli.options import STANDARD_INPUT, Json, check_inputs, check_outputs
from routeopt.cli.progress import watching
from routeopt.cli.settings import solver_settings
from routeopt.cli.solve import Changes, Iterations, Quiet, Seconds, Seed, Threads, Verbose, configure
from routeopt.errors import ProblemError

if TYPE_CHECKING:
    from routeopt.problems.admission import Admission
    from routeopt.problems.flows import FlowAdmission
    from routeopt.problems.search import Incumbent

SHOWN = 10  # rejected flows before the rest is counted

File = Annotated[str, typer.Argument(metavar="FILE", help="The problem as JSON; - reads standard input.")]
Chain = Annotated[
    str,
    typer.Option("--solver", metavar="CHAIN", help="auto, a solver, or a chain such as greedy,ruin:0.7,lns."),
]
Objective = Annotated[
    str | None,
    typer.Option("--objective", help="priority, priority_bandwidth or lexicographic. [default: of the file]"),
]
Outputs = Annotated[
    list[Path],
    typer.Option("--output", "-o", metavar="OUT", help="Where to: .json or .png; may be repeated."),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="OUT", help="Where to: .json.")]
Topology = Annotated[str, typer.Argument(metavar="TOPOLOGY", help="waxman, gabriel, fat_tree and others.")]
Nodes = Annotated[int, typer.Option("--nodes", help="Switches.")]
Count = Annotated[int, typer.Option("--flows", help="Flows.")]
Load = Annotated[
    float, typer.Option("--load", help="Demand on paths of fewest hops over capacity; 1.3 is congested.")
]
Numbers = Annotated[str, typer.Option(help="Numbers, with commas between.")]

commands = typer.Typer(
    help="Admit flows to a network: solve a problem, make one by chance, or compare solvers.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@commands.command()
def solve(
    file: File,
    seconds: Seconds = None,
    iterations: Iterations = None,
    solver: Chain = "auto",
    settings: Changes = [],  # noqa: B006 - typer makes a new list for each call
    objective: Objective = None,
    seed: Seed = 0,
    threads: Threads = 1,
    outputs: Outputs = [],  # noqa: B006
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Say which flows to admit, on which paths, and how far from the best that may be at most.

    Prints a summary; with --json one document instead; with -o only files are written.

    Ctrl-C ends the search with the best answer so far.
    """
    errors = Complaints()
    with errors.gather():
        check_inputs(file)
    if outputs:
        with errors.gather():
            check_outputs(outputs, (".json", ".png"), [file], "an admission")
    changes = {}
    with errors.gather():
        changes = solver_settings(settings, registry.flow_solver)
    errors.finish()
    problem = _read(file)
    if objective is not None:
        problem = ro.FlowAdmission(problem.network, problem.flows, objective, problem.duplex)
    stop = None if iterations is None else ro.MaxIterations(iterations)
    run = ro.search(problem, seconds, solver=solver, seed=seed, threads=threads, stop=stop)
    configure(run, changes)
    with watching(run, state=_state, sense=-1.0, quiet=quiet, lines=verbose) as show, natives_to_stderr():
        incumbents = iter(run)
        try:
            for incumbent in incumbents:
                show(incumbent)
        except KeyboardInterrupt:
            run.interrupted = True
        finally:
            incumbents.close()
    _report(run.admission(), outputs, as_json=as_json, quiet=quiet)
    if run.interrupted:
        raise typer.Exit(INTERRUPTED)


@commands.command()
def generate(
    topology: Topology = "waxman",
    nodes: Nodes = 20,
    flows: Count = 100,
    load: Load = 0.9,
    seed: Seed = 0,
    output: Output = None,
) -> None:
    """Make a problem by chance and print it as JSON, or write it to a file."""
    errors = Complaints()
    problem = None
    with errors.gather():
        problem = ro.generate_flows(topology, nodes, flows, load=load, seed=seed)
    if output is not None:
        with errors.gather():
            check_outputs([output], (".json",), [], "a problem")
    errors.finish()
    assert problem is not None
    if output is None:
        from routeopt.data.flows import document_of

        typer.echo(json.dumps(document_of(problem)))
    else:
        ro.write_flows(problem, output)


@commands.command()
def bench(
    nodes: Numbers = "20,50",
    flows: Numbers = "100,1000",
    loads: Numbers = "0.6,0.9,1.3",
    solvers: Annotated[str, typer.Option(help="Chains with + within, commas between.")] = "greedy,auto",
    seconds: Annotated[float, typer.Option(help="For each run.")] = 10.0,
    seeds: Annotated[int, typer.Option(help="Problems of each kind.")] = 3,
    topology: Topology = "waxman",
) -> None:
    """Compare solvers on problems made by chance: what they admit, in percent of the bound, as a Markdown table."""
    from routeopt.solving.chain import parse_chain
    from routeopt.solving.flows import AUTO

    chains = [chain.strip() for chain in solvers.split(",")]
    errors = Complaints()
    grid: list[tuple[int, int, float]] = []
    with errors.gather():
        grid = [
            (int(n), int(f), load)
            for n in _numbers("--nodes", nodes)
            for f in _numbers("--flows", flows)
            for load in _numbers("--loads", loads)
        ]
    for chain in chains:
        with errors.gather():
            parse_chain(list(AUTO) if chain == "auto" else chain.replace("+", ","), registry.flow_solver)
    errors.finish()
    typer.echo("| nodes | flows | load | bound | " + " | ".join(chains) + " |")
    typer.echo("| ---: | ---: | ---: | ---: |" + " ---: |" * len(chains))
    for n, f, load in grid:
        problems = [ro.generate_flows(topology, n, f, load=load, seed=seed) for seed in range(1, seeds + 1)]
        with natives_to_stderr():
            bounds = [ro.solve(problem, 600, solver="bound").bound or 0 for problem in problems]
            shares = [
                sum(
                    ro.solve(problem, seconds, solver=chain.replace("+", ","), seed=1).objective
                    for problem in problems
                )
                / max(sum(bounds), 1)
                for chain in chains
            ]
        cells = " | ".join(f"{100 * share:.2f} %" for share in shares)
        typer.echo(f"| {n} | {f:,} | {load:g} | {sum(bounds) / seeds:,.0f} | {cells} |")


@contextmanager
def natives_to_stderr() -> Iterator[None]:
    """Send what native code prints to standard error while the block runs: standard output is for data."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _numbers(option: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ProblemError(f"{option} {text}: write numbers with commas between, as in 20,50") from None


def _read(file: str) -> FlowAdmission:
    if file == STANDARD_INPUT:
        from routeopt.data.flows import parse_flows

        return parse_flows(sys.stdin.read(), "standard input")
    return ro.read_flows(file)


def _state(incumbent: Incumbent) -> str:
    worth = f"worth {max(incumbent.objective, 0):,.0f}"
    if not incumbent.bound:
        return worth
    return f"{worth} of at most {incumbent.bound:,.0f}  gap {100 * (1 - incumbent.objective / incumbent.bound):.2f} %"


def _report(found: Admission, outputs: list[Path], *, as_json: bool, quiet: bool) -> None:
    from routeopt.data.flows import answer_of

    for path in outputs:
        if path.suffix == ".png":
            found.plot(path)
        else:
            path.write_text(json.dumps(answer_of(found), indent=1) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(answer_of(found)))
    elif not outputs:
        typer.echo(summary(found))
    elif not quiet:
        note(f"worth {found.objective:,}, {found.status}, written to {', '.join(map(str, outputs))}")
    if quiet or as_json:
        return
    for flow in found.rejected[:SHOWN]:
        note(f"flow '{found.problem.names[flow]}' is rejected: {found.reason(flow)}")
    if len(found.rejected) > SHOWN:
        note(f"... and {len(found.rejected) - SHOWN:,} more; --json has them all")


def summary(found: Admission) -> str:
    """Return what an admission comes to, a few lines."""
    flows, classes = len(found.problem.flows), found.classes()
    carried = int(found.instance.bandwidth[found.admitted].sum())
    asked = int(found.instance.bandwidth.sum())
    bound = "" if found.bound is None else f", at most {found.bound:,} is possible (gap {found.gap:.2f} %)"
    by_class = ", ".join(f"{priority}: {given} of {of}" for priority, (given, of) in classes.items())
    use = found.used.sum() / max(int(found.instance.capacity.sum()), 1)
    return "\n".join(
        [
            f"worth       {found.objective:,} by {found.problem.objective}{bound}",
            f"admitted    {len(found.admitted):,} of {flows:,} flows, {carried:,} of {asked:,} bandwidth",
            f"priorities  {by_class}",
            f"capacity    {100 * use:.1f} % used",
            f"violations  {'; '.join(found.violations) or 'none'}",
            f"search      {found.solver} in {found.seconds:.2f} s, {found.status}",
        ]
    )
