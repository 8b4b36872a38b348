"""``routeopt info``: what a problem is made of, and which solver takes it."""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Any

import typer

from routeopt import registry
from routeopt.cli.errors import Complaints
from routeopt.cli.options import File, Json, Round, check_inputs, check_rounding, read_problem

if TYPE_CHECKING:
    from routeopt.problems.vrp import VRP


def info(file: File, rounding: Round = None, as_json: Json = False) -> None:
    """Show what a problem is made of, and which solver takes it."""
    errors = Complaints()
    with errors.gather():
        check_rounding(rounding)
    with errors.gather():
        check_inputs(file)
    errors.finish()
    document = describe(read_problem(file, rounding))
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else "\n".join(_lines(document)))


def describe(problem: VRP) -> dict[str, Any]:
    """Return counts, fleet, features and what each solver lacks, in JSON's own types."""
    from routeopt.problems.features import FEATURES

    return {
        "name": problem.name,
        "stops": len(problem.stops),
        "depots": len(problem.depots),
        "shipments": len(problem.shipments),
        "places": "degrees" if problem.geographic else "planar",
        "rounding": problem.rounding,
        "best_known": problem.best_known,
        "delivery": problem.stops.delivery.sum(axis=0).tolist(),
        "pickup": problem.stops.pickup.sum(axis=0).tolist(),
        "fleet": _fleet(problem),
        "features": {name: text for name, text in FEATURES.items() if name in problem.features},
        "solvers": {
            name: sorted(problem.features - registry.solver(name).supports) for name in registry.solvers()
        },
    }


def _fleet(problem: VRP) -> list[dict[str, Any]]:
    """Return name, count and capacity of each vehicle type; None where there is no limit."""
    capacities = problem.instance().capacity.tolist()
    return [
        {
            "vehicle": name,
            "count": vehicle.count,
            "capacity": [value if isfinite(value) else None for value in capacity],
        }
        for name, vehicle, capacity in zip(problem.vehicle_names, problem.vehicles, capacities, strict=True)
    ]


def _lines(document: dict[str, Any]) -> list[str]:
    known = document["best_known"]
    return [
        f"name        {document['name'] or '(none)'}",
        f"stops       {document['stops']:,}",
        f"depots      {document['depots']:,}",
        f"shipments   {document['shipments']:,}",
        f"places      {document['places']}, rounding {document['rounding']}",
        f"loads       delivery {_loads(document['delivery'])}, pickup {_loads(document['pickup'])}",
        *(_vehicle(row) for row in document["fleet"]),
        f"best known  {'(none)' if known is None else f'{known:,.10g}'}",
        f"features    {len(document['features']) or 'none'}",
        *(f"  {name:20s}{text}" for name, text in document["features"].items()),
        "solvers",
        *(
            f"  {name:20s}{'lacks ' + ', '.join(lacking) if lacking else 'takes it'}"
            for name, lacking in document["solvers"].items()
        ),
    ]


def _vehicle(row: dict[str, Any]) -> str:
    count = "any number" if row["count"] is None else f"{row['count']:,}"
    return f"vehicles    {count} of '{row['vehicle']}', capacity {_loads(row['capacity'])}"


def _loads(values: list[float | None]) -> str:
    return " + ".join("without limit" if value is None else f"{value:,.10g}" for value in values)
