"""A plan for navigation devices: a waypoint a stop, a track a route (GPX 1.1)."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

import numpy as np

from routeopt.data.writers.geojson import PLACES, route_line
from routeopt.errors import ProblemError
from routeopt.problems.solution import Solution

NAMESPACE = "http://www.topografix.com/GPX/1/1"


def text(solution: Solution) -> str:
    """Return the document.

    Raises
    ------
    ProblemError
        When places are not in degrees.
    """
    problem = solution.problem
    if not problem.geographic or not np.isfinite(problem.places).all():
        raise ProblemError("GPX needs places in degrees; write .geojson, .json or .csv instead")
    gpx = Tree.Element("gpx", version="1.1", creator="routeopt", xmlns=NAMESPACE)
    if problem.name:
        Tree.SubElement(Tree.SubElement(gpx, "metadata"), "name").text = problem.name
    for number, visits in enumerate(solution.schedule, 1):
        for position, visit in enumerate(visits):
            if visit.node >= len(problem.depots):
                waypoint = Tree.SubElement(gpx, "wpt", _degrees(problem.places[visit.node]))
                Tree.SubElement(waypoint, "name").text = problem.names[visit.node]
                Tree.SubElement(waypoint, "desc").text = f"route {number}, stop {position}"
    for number, (kind, visits) in enumerate(zip(solution.routes.vehicle, solution.schedule, strict=True), 1):
        track = Tree.SubElement(gpx, "trk")
        Tree.SubElement(track, "name").text = f"route {number}, {problem.vehicle_names[kind]}"
        segment = Tree.SubElement(track, "trkseg")
        profile = problem.vehicles[kind].profile
        for place in route_line(problem, profile, [visit.node for visit in visits]):
            Tree.SubElement(segment, "trkpt", _degrees(place))
    Tree.indent(gpx)
    return Tree.tostring(gpx, encoding="unicode", xml_declaration=True) + "\n"


def _degrees(place: np.ndarray) -> dict[str, str]:
    lon, lat = place
    return {"lat": f"{lat:.{PLACES}f}", "lon": f"{lon:.{PLACES}f}"}
