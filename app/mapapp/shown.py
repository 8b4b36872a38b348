"""A plan with what its pictures need, computed once: a rerun of the page draws, and computes nothing again."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from mapapp import words
from mapapp.basemap import Ground, thinned
from routeopt.data.writers.geojson import route_line
from routeopt.plot import route_styles
from routeopt.problems.instance import Floats
from routeopt.problems.solution import Solution, Visit

Rows = list[dict[str, Any]]
FINE = 200  # stops, up to which routes are drawn to the metre
TOLERANCE = 6e-5  # degrees, a few metres: what lines of more stops may be off


class Shown:
    """A solution on the screen.

    Parameters
    ----------
    solution : Solution
    """

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.problem = solution.problem

    @cached_property
    def mapped(self) -> bool:
        """Whether every place has coordinates."""
        return bool(np.isfinite(self.problem.places).all())

    @cached_property
    def ground(self) -> Ground:
        """How places become degrees; the map looks at all routes, also where they leave the stops behind."""
        return Ground(np.concatenate([self.problem.places, *self._tracks]), self.problem.geographic)

    @cached_property
    def colours(self) -> list[str]:
        """The colour of each route, as in the figures of routeopt.plot."""
        return [style.colour for style in route_styles(self.solution)]

    @cached_property
    def labels(self) -> list[str]:
        """What each route is called."""
        names = self.problem.vehicle_names
        return [f"{number} · {names[kind]}" for number, kind in enumerate(self.solution.routes.vehicle, 1)]

    @cached_property
    def lines(self) -> list[list[list[float]]]:
        """The line of each route along its legs, in degrees."""
        fine, tolerance = len(self.problem.stops) <= FINE, TOLERANCE / self.ground.scale
        return [self.ground.degrees(line if fine else thinned(line, tolerance)) for line in self._tracks]

    @cached_property
    def _tracks(self) -> list[Floats]:
        """The line of each route in the units of the places."""
        vehicles = self.problem.vehicles
        return [
            route_line(self.problem, vehicles[kind].profile, [visit.node for visit in visits])
            for kind, visits in zip(self.solution.routes.vehicle, self.solution.schedule, strict=True)
        ]

    @cached_property
    def stops(self) -> Rows:
        """A row for each visit at a stop: route from 0, position, place, and what is told when pointed at."""
        depots, rows = len(self.problem.depots), []
        for route, visits in enumerate(self.solution.schedule):
            for position, visit in enumerate(visits):
                if visit.node >= depots:
                    rows.append(
                        {
                            "route": route,
                            "number": str(position),
                            "at": self._at(visit.node),
                            "tip": self._tip(route, position, visit),
                        }
                    )
        return rows

    @cached_property
    def depots(self) -> Rows:
        """A row for each depot."""
        names = self.problem.names[: len(self.problem.depots)]
        return [{"at": self._at(node), "tip": f"depot: {name}"} for node, name in enumerate(names)]

    @cached_property
    def unserved(self) -> Rows:
        """A row for each stop that is left out."""
        return [
            {"at": self._at(self.problem.index[name]), "tip": f"{name}: not served\n{reason}"}
            for name, reason in self.solution.unserved
        ]

    @cached_property
    def on_time(self) -> float:
        """Share of the visits that begin in time."""
        late = [visit.lateness > 1e-6 for visits in self.solution.schedule for visit in visits]
        return 1.0 - sum(late) / max(len(late), 1)

    def windows(self, node: int) -> list[tuple[float, float]]:
        """Return the time windows of a stop."""
        rows = np.unique(self.problem.stops.windows[node - len(self.problem.depots)], axis=0)
        return [(float(early), float(late)) for early, late in rows]

    def _at(self, node: int) -> list[float]:
        return self.ground.degrees(self.problem.places[[node]])[0]

    def _tip(self, route: int, position: int, visit: Visit) -> str:
        problem = self.problem
        open_ = ", ".join(
            filter(None, (words.window(problem, *window) for window in self.windows(visit.node)))
        )
        load = " / ".join(f"{load:g}" for load in visit.load)
        return "\n".join(
            [
                f"{visit.name}",
                f"route {self.labels[route]}, stop {position}",
                f"arrives {words.moment(problem, visit.arrival)}"
                + (f", waits {words.span(problem, visit.waiting)}" if visit.waiting > 0 else "")
                + (f", late by {words.span(problem, visit.lateness)}" if visit.lateness > 0 else ""),
                *([f"open {open_}"] if open_ else []),
                f"load on leaving {load}",
            ]
        )
