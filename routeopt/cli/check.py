"""``routeopt check``: recompute a plan, compare it with what its file states, name every violation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

import routeopt as ro
from routeopt.cli.errors import NOT_FEASIBLE, Complaints
from routeopt.cli.options import File, Json, Plan, Round, check_inputs, check_rounding, read_problem, source

if TYPE_CHECKING:
    from routeopt.problems.solution import Solution, Violation

SCALES = {  # of costs in published files, to those that follow from the problem's file
    1: "",
    10: " in tenths (×10)",
    1000: " in thousandths (×1000)",
    0.01: " in hundreds (÷100)",
}
NOISE = 2e-7  # relative, of costs that were added up in single precision


class Statement(NamedTuple):
    """The cost that a file states, beside the recomputed one."""

    cost: float  # as stated
    scale: float | None  # of SCALES; None where they differ in every scale
    difference: float  # to the recomputed cost in that scale

    @property
    def agrees(self) -> bool:
        """Whether the recomputed cost is the stated one."""
        return self.scale is not None


def check(file: File, solution: Plan, rounding: Round = None, as_json: Json = False) -> None:
    """Recompute a plan from its problem: cost, stated cost, and every violation.

    Exit code 3 when the plan is incomplete, violates anything, or does not cost what its file states.
    """
    errors = Complaints()
    with errors.gather():
        check_rounding(rounding)
    with errors.gather():
        check_inputs(file, solution)
    errors.finish()
    from routeopt.data.readers import read_solution, stated_cost
    from routeopt.data.readers.source import open_source

    problem = read_problem(file, rounding)
    answer: Any = open_source(source(solution))  # once: standard input cannot be read again
    plan = ro.Solution(problem, read_solution(answer, problem))
    stated = stated_cost(answer)
    statement = None if stated is None else compare(plan, stated)
    if as_json:
        typer.echo(json.dumps(_document(plan, statement), ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(plan, statement)))
    if not plan.feasible or (statement and not statement.agrees):
        raise typer.Exit(NOT_FEASIBLE)


def compare(plan: Solution, stated: float) -> Statement:
    """Say in which scale a stated cost is the recomputed one.

    It is, when it differs by no more than half of its last digit. Where legs are not rounded here, the
    stated cost may be a sum in less precision; in thousandths each leg was rounded, and may differ by a half.
    """
    exact = plan.problem.rounding == "exact"
    digits = len(repr(stated).partition(".")[2])
    for scale in SCALES:
        slack = 0.5 * 10**-digits + (NOISE if exact else 1e-9) * abs(stated)
        if scale == 1000 and exact:
            slack += 0.5 * _cost_of_a_unit_on_each_leg(plan)
        if abs(stated - scale * plan.cost) <= slack:
            return Statement(stated, scale, stated - scale * plan.cost)
    return Statement(stated, None, stated - plan.cost)


def _cost_of_a_unit_on_each_leg(plan: Solution) -> float:
    unit = plan.problem.instance().distance_cost
    routes = zip(plan.routes.vehicle, plan.routes.lists(), strict=True)
    return sum(float(unit[kind]) * (len(visits) + 1) for kind, visits in routes)


def agreeing_rounding(plan: Solution, stated: float) -> str | None:
    """Return another rounding rule under which the stated cost is right, or None."""
    from routeopt.problems.instance import ROUNDINGS

    problem = plan.problem
    for rule in ROUNDINGS:
        if (
            rule != problem.rounding
            and compare(ro.Solution(problem.rounded(rule), plan.routes), stated).agrees
        ):
            return rule
    return None


def _lines(plan: Solution, statement: Statement | None) -> list[str]:
    problem = plan.problem
    state = "feasible" if plan.feasible else "not feasible" if plan.violations else "not complete"
    return [
        f"{problem.name or 'problem'}: {state}",
        f"cost        {plan.cost:,.10g}, rounding {problem.rounding}",
        f"stated      {_comparison(plan, statement)}",
        f"vehicles    {plan.vehicles}",
        f"stops       {len(problem.stops) - len(plan.unserved)} served, {len(plan.unserved)} unserved",
        f"violations  {len(plan.violations) or 'none'}",
        *(_violation(violation) for violation in plan.violations),
        *(f"  stop '{stop.stop}' is not served: {stop.reason}" for stop in plan.unserved),
    ]


def _comparison(plan: Solution, statement: Statement | None) -> str:
    if statement is None:
        return "no cost"
    if statement.scale is not None:
        return f"{statement.cost:,.10g}: agrees{SCALES[statement.scale]}"
    rule = agreeing_rounding(plan, statement.cost)
    hint = f"; it is right with --round {rule}" if rule else ""
    return f"{statement.cost:,.10g}: differs by {statement.difference:+,.6g}{hint}"


def _violation(violation: Violation) -> str:
    route = "" if violation.route is None else f"route {violation.route + 1}"
    stop = f"stop '{violation.stop}'" if violation.stop else ""
    places = ", ".join(place for place in (route, stop) if place) or "fleet"
    return f"  {places}: {violation.constraint} by {violation.amount:,.10g}"


def _document(plan: Solution, statement: Statement | None) -> dict[str, Any]:
    """Return what was found out; routes count from 0, as in the solution's own document."""
    document = plan.document()
    return {
        **{key: document[key] for key in ("cost", "feasible", "violations", "unserved", "rounding")},
        "stated": None if statement is None else statement.cost,
        "agrees": None if statement is None else statement.agrees,
        "scale": None if statement is None else statement.scale,
    }
