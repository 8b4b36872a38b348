"""``routeopt list``: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from routeopt import registry
from routeopt.cli.errors import missing_extra
from routeopt.cli.options import unknown
from routeopt.cli.settings import parameters
from routeopt.errors import ProblemError

What = Annotated[
    str,
    typer.Argument(
        metavar="WHAT", help="solvers, generators, features, formats, networks, suites or policies."
    ),
]


def listing(what: What) -> None:
    """List solvers, generators, features, formats, networks, suites or policies, one a line."""
    if what not in LISTS:
        raise ProblemError(unknown("list", what, LISTS))
    rows = LISTS[what]()
    width = max(map(len, rows)) + 2
    typer.echo("\n".join(f"{name:{width}}{text}" for name, text in rows.items()))


def _solvers() -> Mapping[str, str]:
    """Return what each solver is, and its parameters with their defaults."""
    rows = {}
    for name, target in registry.solvers().items():
        solver = registry.load(target)
        text = (solver.__doc__ or "").strip().partition("\n")[0]
        rows[name] = text + _defaults(parameters(solver))
    return rows


def _generators() -> Mapping[str, str]:
    from routeopt.data.generators import KINDS

    return {name: kind.summary + _defaults(kind.options) for name, kind in KINDS.items()}


def _features() -> Mapping[str, str]:
    from routeopt.problems.features import FEATURES

    return FEATURES


def _formats() -> Mapping[str, str]:
    from routeopt.data.writers import PROBLEM_WRITERS, SOLUTION_WRITERS
    from routeopt.plot import SUFFIXES

    kinds = (("a problem", PROBLEM_WRITERS), ("a solution", SOLUTION_WRITERS), ("a picture", SUFFIXES))
    read = {
        registry.load(target).name: "read: a problem, by content" for target in registry.readers().values()
    }
    written = {
        suffix: f"written: {' or '.join(what for what, known in kinds if suffix in known)}"
        for suffix in dict.fromkeys(suffix for _, known in kinds for suffix in known)
    }
    return {**read, **written}


def _networks() -> Mapping[str, str]:
    from routeopt.data.bundled import load_network, networks

    return {name: repr(load_network(name)).strip("<>") for name in networks()}


def _suites() -> Mapping[str, str]:
    from routeopt.bench.suites import SUITES

    return {name: suite.summary for name, suite in SUITES.items()}


def _policies() -> Mapping[str, str]:
    """Return what each policy is, and its configuration with the defaults."""
    if find_spec("torch") is None:
        return {name: missing_extra("torch") for name in registry.policies()}
    from routeopt.policies.configs import settings

    rows = {}
    for name in registry.policies():
        recipe = registry.policy(name)
        rows[name] = (type(recipe).__doc__ or "").strip().partition("\n")[0] + _defaults(
            dict(settings(recipe.config))
        )
    return rows


def _defaults(options: Mapping[str, Any]) -> str:
    """Return options with their defaults, or nothing where there are none."""
    return f" [{', '.join(f'{name}={value}' for name, value in options.items())}]" if options else ""


LISTS: dict[str, Callable[[], Mapping[str, str]]] = {
    "solvers": _solvers,
    "generators": _generators,
    "features": _features,
    "formats": _formats,
    "networks": _networks,
    "suites": _suites,
    "policies": _policies,
}
