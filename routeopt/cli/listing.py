"""``routeopt list``: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

from routeopt import registry
from routeopt.cli.options import nearest, parameters
from routeopt.errors import ProblemError


def listing(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="solvers, generators, features or formats.")],
) -> None:
    """List solvers, generators, features or formats, one a line."""
    if what not in LISTS:
        raise ProblemError(f"there is no list of '{what}'{nearest(what, LISTS)}; use one of {', '.join(LISTS)}")
    rows = LISTS[what]()
    width = max(map(len, rows)) + 2
    typer.echo("\n".join(f"{name:{width}}{text}" for name, text in rows.items()))


def _solvers() -> Mapping[str, str]:
    """Return what each solver is, and its parameters with their defaults."""
    rows = {}
    for name in registry.solvers():
        solver = registry.solver(name)
        text = (solver.__doc__ or "").strip().partition("\n")[0]
        settings = ", ".join(f"{parameter}={default}" for parameter, default in parameters(solver).items())
        rows[name] = f"{text} {f'[{settings}]' if settings else ''}".rstrip()
    return rows


def _generators() -> Mapping[str, str]:
    from routeopt.data.generators import KINDS

    return {
        name: f"{kind.summary} [{', '.join(f'{o}={default}' for o, default in kind.options.items())}]".replace(" []", "")
        for name, kind in KINDS.items()
    }


def _features() -> Mapping[str, str]:
    from routeopt.problems.features import FEATURES

    return FEATURES


def _formats() -> Mapping[str, str]:
    from routeopt.data.writers import PROBLEM_WRITERS, SOLUTION_WRITERS

    read = {name: "read: a problem, recognised by content" for name in registry.readers()}
    suffixes = dict.fromkeys([*SOLUTION_WRITERS, *PROBLEM_WRITERS, ".png"])
    written = {
        suffix: "written: "
        + " or ".join(
            what
            for what, known in (("a problem", PROBLEM_WRITERS), ("a solution", SOLUTION_WRITERS), ("a picture", (".png",)))
            if suffix in known
        )
        for suffix in suffixes
    }
    return {**read, **written}


LISTS: dict[str, Callable[[], Mapping[str, str]]] = {
    "solvers": _solvers,
    "generators": _generators,
    "features": _features,
    "formats": _formats,
}
