"""VRPLIB and TSPLIB, with the extensions of PyVRP and LKH-3.

EUC_2D legs are rounded to the nearest integer unless ``rounding=`` says otherwise. What the files
leave open is read as their collections mean it:

- A DISTANCE limit counts service times too where stops have them; 0 is no limit.
- BACKHAUL loads are brought to the depot; with TYPE VRPB they come last in a route that has deliveries.
  The older ``.vrpb`` files mark backhauls by a 1 in front of the coordinates (Queiroga et al. 2020).
- PRIZE 0 is a stop that must be served. Of a MUTUALLY_EXCLUSIVE_GROUP exactly one stop is served.
- PICKUP_AND_DELIVERY rows end in the partner's node (PDPTW), or in the load picked up and the load
  delivered (VRPSPD, VRPMPD, MVRPB). Dethloff's files have their distances times 10,000, and so the costs.
- Nodes are numbered with depots first, then stops in the order of the file, as in ``.sol`` files.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from routeopt.data.readers.source import Reader, Source
from routeopt.data.readers.vrplib.document import KEYS, Document, split
from routeopt.data.readers.vrplib.fleet import fleet_of, unlimited
from routeopt.data.readers.vrplib.nodes import Nodes
from routeopt.data.readers.vrplib.weights import legs_of
from routeopt.problems.columns import Stops
from routeopt.problems.instance import Floats, Integers
from routeopt.problems.rows import Depot, Shipment
from routeopt.problems.vrp import VRP

ONE_TOUR = {"TSP", "ATSP", "GTSP", "AGTSP"}
OPEN = {"OVRP", "OVRPTW"}
STRICT = {"VRPB", "VRPBTW"}
PAIRED = {"PDP", "PDPTW"}
BOTH_WAYS = {"VRPSPD", "VRPSPDTW", "VRPMPD", "VRPMPDTW", "MVRPB"}
TYPES = {
    "", "VRP", "CVRP", "ACVRP", "DCVRP", "VRPTW", "CVRPTW", "PCVRP", "PCVRPTW", "CPTP", "GVRP", "HVRP",
    "HFVRP", "MDVRP", "MDVRPTW", "SDVRPTW", "MTVRP", "MTVRPTW", "MTVRPTWR",
    *ONE_TOUR, *OPEN, *STRICT, *PAIRED, *BOTH_WAYS,
}  # fmt: skip


# What a file of some type is cut off without: a pattern of the TYPE, and sections of which it has one.
NEEDS = {
    r"(?!.*TSP).+": ("DEMAND", "LINEHAUL", "BACKHAUL", "PICKUP_AND_DELIVERY"),
    r".*TWR?": ("TIME_WINDOW", "PICKUP_AND_DELIVERY"),
    r".*TWR": ("RELEASE_TIME",),
    r"PC.*|CPTP": ("PRIZE",),
    r"G.*": ("MUTUALLY_EXCLUSIVE_GROUP",),
    r"PDP.*": ("PICKUP_AND_DELIVERY",),
}


def recognises(head: str, suffix: str) -> bool:
    """Return whether a file begins with one of the keys of VRPLIB."""
    lines = [line.strip() for line in head.splitlines() if line.strip() and not line.strip().startswith("#")]
    keys = {re.split(r"[\s:]", line, maxsplit=1)[0] for line in lines}
    found = (keys & KEYS - {"VEHICLES", "SERVICE_TIME"}) or any(key.endswith("_SECTION") for key in keys)
    return bool(found) and (
        ":" in head or suffix in {".vrp", ".tsp", ".vrpb", ".vrpspd", ".gtsp"} or "_SECTION" in head
    )


def parse(source: Source, rounding: str | None = None) -> VRP:
    """Read a file."""
    document = split(source)
    kind = document.text("TYPE").upper()
    if kind not in TYPES:
        source.complain(
            f"TYPE '{kind}' is not read; routeopt reads {', '.join(sorted(TYPES - {''}))}",
            document.header["TYPE"][0],
        )
    _check_end(document, kind)
    nodes = Nodes(document)
    places, marked = _places(document, nodes)
    columns, depots, shipments = _columns(document, nodes, kind, marked)
    fleet = fleet_of(
        document, nodes, single=kind in ONE_TOUR, open_end=kind in OPEN, timed=bool(columns["service"].any())
    )
    legs = legs_of(document, nodes, places, rounding)
    edges = _fixed_edges(document, nodes)
    source.finish()
    stops = Stops(places[nodes.depots :, 0], places[nodes.depots :, 1], skills=fleet.skills, **columns)
    if columns["delivery"].any() and unlimited(fleet.vehicles) and kind not in ONE_TOUR:
        source.complain("there are demands but no CAPACITY; state it, as in 'CAPACITY : 100'")
        source.finish()
    return VRP(
        stops,
        fleet.vehicles,
        [
            Depot(*place, **depot)
            for place, depot in zip(places[: nodes.depots].tolist(), depots, strict=True)
        ],
        shipments=shipments,
        legs=legs,
        backhaul="strict" if kind in STRICT or marked is not None else "mixed",
        fixed_edges=edges,
        name=document.text("NAME") or source.stem,
        best_known=_best_known(document.text("COMMENT"), legs.rounding),
    )


def _check_end(document: Document, kind: str) -> None:
    """Complain of a file without EOF that has not got what its type needs."""
    for pattern, needed in NEEDS.items():
        missing = not any(f"{section}_SECTION" in document.sections for section in needed)
        if not document.ended and missing and re.fullmatch(pattern, kind):
            document.source.complain(
                f"the file ends without {needed[0]}_SECTION, which TYPE {kind} needs, and without EOF; "
                "is it cut off here?",
                len(document.source.text.splitlines()),
            )


def _places(document: Document, nodes: Nodes) -> tuple[Floats, Floats | None]:
    """Return coordinates (N, 2), nan where there are none, and the marks (N,) of a ``.vrpb`` file."""
    key = next(
        (key for key in ("NODE_COORD_SECTION", "DISPLAY_DATA_SECTION") if key in document.sections), None
    )
    if key is None:
        if "EDGE_WEIGHT_SECTION" not in document.sections:
            document.source.complain(
                "there is neither NODE_COORD_SECTION nor EDGE_WEIGHT_SECTION; add one of them"
            )
        return np.full((nodes.count, 2), np.nan), None
    if document.sections[key].rows and len(document.sections[key].rows[0][1]) == 4:
        table = nodes.table(key, ("-1, 0 or 1 for a depot, linehaul or backhaul", "x", "y"), signed=True)
        return table[:, 1:], table[:, 0]
    return nodes.table(key, ("x", "y"), signed=True), None


def _columns(
    document: Document, nodes: Nodes, kind: str, marked: Floats | None
) -> tuple[dict[str, Any], list[dict[str, Any]], list[Shipment]]:
    """Return the columns of the stops, the times of the depots, and the shipments."""
    table: dict[str, Floats] = {
        "delivery": _section(document, nodes, ("DEMAND", "LINEHAUL")),
        "pickup": _section(document, nodes, ("BACKHAUL",)),
        "windows": _section(document, nodes, ("TIME_WINDOW",), ("opens", "closes"), (0.0, np.inf)),
        "service": _section(document, nodes, ("SERVICE_TIME",), ("time",))[:, 0],
        "release": _section(document, nodes, ("RELEASE_TIME",), ("time",))[:, 0],
        "prize": _section(document, nodes, ("PRIZE",), ("prize",))[:, 0],
    }
    if "SERVICE_TIME" in document.header:  # one time for all stops, and none at depots
        table["service"][nodes.depots :] = document.number("SERVICE_TIME")
    if marked is not None:
        table["pickup"] = np.where(marked[:, None] == 1, table["delivery"], 0.0)
        table["delivery"] = np.where(marked[:, None] == 1, 0.0, table["delivery"])
    shipments: list[Shipment] = []
    if "PICKUP_AND_DELIVERY_SECTION" in document.sections:
        shipments = _pickup_and_delivery(document, nodes, kind, table)
    for load in ("delivery", "pickup"):
        if table[load][: nodes.depots].any():
            document.source.complain("a depot has a demand; set it to 0")
    table["prize"][table["prize"] == 0] = np.inf
    group = _groups(document, nodes)
    if (np.isfinite(table["prize"]) & (group >= 0)).any():
        document.source.complain(
            "a stop of a MUTUALLY_EXCLUSIVE_GROUP has a prize; a group is served in any case"
        )
    depots = [
        {"window": tuple(table["windows"][d]), "service": float(table["service"][d])}
        for d in range(nodes.depots)
    ]
    columns = {name: values[nodes.depots :] for name, values in table.items()}
    return {**columns, "group": group[nodes.depots :]}, depots, shipments


def _section(
    document: Document,
    nodes: Nodes,
    keys: tuple[str, ...],
    names: tuple[str, ...] = (),
    neutral: float | tuple[float, ...] = 0.0,
) -> Floats:
    """Return the first of some sections that the file has, or its neutral values (N, columns)."""
    for key in keys:
        if f"{key}_SECTION" in document.sections:
            return nodes.table(f"{key}_SECTION", names)
    return np.tile(np.atleast_1d(np.array(neutral, np.float64)), (nodes.count, 1))


def _pickup_and_delivery(
    document: Document, nodes: Nodes, kind: str, table: dict[str, Floats]
) -> list[Shipment]:
    """Read the rows of LKH-3 into `table`; return the shipments."""
    source, key = document.source, "PICKUP_AND_DELIVERY_SECTION"
    if kind not in PAIRED | BOTH_WAYS:
        source.complain(
            f"{key} needs one of the types {', '.join(sorted(PAIRED | BOTH_WAYS))}",
            document.sections[key].line,
        )
        return []
    names = ("demand", "earliest", "latest", "service", "pickup", "delivery")
    rows = nodes.table(key, names, signed=True)
    windows = rows[:, 1:3]
    if kind.endswith("TW") or (windows != windows[0]).any():  # else they are filled with one far horizon
        table["windows"] = windows
    table["service"] = rows[:, 3]
    if kind in BOTH_WAYS:
        table["pickup"], table["delivery"] = rows[:, 4:5], rows[:, 5:6]
        return []
    shipments = []
    partner = {}
    for line, cells in document.sections[key].rows:
        if len(cells) == 7 and (node := nodes.find(cells[0], key, line)) is not None and node >= nodes.depots:
            partner[node] = _partner(document, nodes, cells, line)
    for node, other in partner.items():
        amount = rows[node, 0]
        if other is not None and partner.get(other) != node:
            source.complain(
                f"{key}: node {nodes.numbers[nodes.order[node]]} names a partner that does not name it back"
            )
        elif other is not None and rows[node, 5]:
            shipments.append(Shipment(str(node), str(other), float(amount)))
            if amount < 0 or amount != -rows[other, 0]:
                source.complain(
                    f"{key}: node {nodes.numbers[nodes.order[node]]} and its partner have unequal demands"
                )
    return shipments


def _partner(document: Document, nodes: Nodes, cells: list[str], line: int) -> int | None:
    stated = [cell for cell in cells[5:] if cell != "0"]
    if len(stated) != 1:
        document.source.complain(
            f"PICKUP_AND_DELIVERY_SECTION: node {cells[0]} must name one partner, its pickup or its delivery",
            line,
        )
        return None
    return nodes.find(stated[0], "PICKUP_AND_DELIVERY_SECTION", line)


def _groups(document: Document, nodes: Nodes) -> Integers:
    """Return the group of each node, -1 for none. A group of one is a stop like any other."""
    group = np.full(nodes.count, -1, np.int64)
    key = "MUTUALLY_EXCLUSIVE_GROUP_SECTION"
    if key not in document.sections:
        return group
    for line, cells in document.sections[key].rows:
        found = [nodes.find(cell, key, line) for cell in cells[1:]]
        members = [node for node in found if node is not None and node >= nodes.depots]
        if len(members) < len(found) or (group[members] >= 0).any():
            document.source.complain(f"{key}: a group lists stops, each in one group", line)
        elif len(members) > 1:
            group[members] = group.max() + 1
    return group


def _fixed_edges(document: Document, nodes: Nodes) -> list[tuple[str, str]]:
    key = "FIXED_EDGES_SECTION"
    if key not in document.sections:
        return []
    cells = document.sections[key].cells()
    ends = [nodes.find(cell, key, line) for line, cell in cells]
    if len(ends) % 2:
        document.source.complain(f"{key}: an edge has two nodes", document.sections[key].line)
        return []
    names = [_name(end or 0, nodes.depots) for end in ends]
    return list(zip(names[::2], names[1::2], strict=True))


def _name(node: int, depots: int) -> str:
    """Return the name that a nameless node gets."""
    return str(node) if node >= depots else "depot" if depots == 1 else f"depot {node}"


def _best_known(comment: str, rounding: str) -> float | None:
    """Return the cost that a comment calls optimal or best known, if it was found under this rounding.

    "Best value" and bare numbers are left alone: in the old collections most of them have been beaten.
    """
    stated = re.search(r"(?:optimal value|best known)\s*[:=]\s*(\d+(?:\.\d+)?)", comment.lower())
    if stated is None or rounding != ("exact" if "." in stated[1] else "round"):
        return None
    return float(stated[1])


READER = Reader("VRPLIB or TSPLIB", recognises, parse)
