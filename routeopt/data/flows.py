"""Flow admission as JSON: problems in and out, answers out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.admission import Admission
from routeopt.problems.flow_instance import UNLIMITED
from routeopt.problems.flows import Flow, FlowAdmission
from routeopt.problems.network import Network

_ARC = ("tail", "head", "capacity", "delay")
_FLOW = ("source", "target", "bandwidth", "priority", "name", "max_delay", "max_hops")
_NODE = ("table", "throughput")
_LEAST = 3  # fields of an arc, and of a flow, that must be there


def read_flows(path: str | Path) -> FlowAdmission:
    """Return the problem of a JSON file.

    The document has ``nodes``, a number or a list of names; ``arcs``, rows of tail, head and capacity; ``flows``, rows
    of source, target, bandwidth and priority. ``arc_fields`` and ``flow_fields`` name the columns where there are
    others: ``delay`` of arcs; ``name``, ``max_delay`` and ``max_hops`` of flows. ``table`` and ``throughput`` are
    lists with a limit for each node, null where there is none; ``objective`` and ``duplex`` are those of
    :class:`~routeopt.problems.flows.FlowAdmission`.

    Raises
    ------
    ProblemError
        There is no such file, or it is not what it should be; everything wrong is named.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"{path}: it cannot be read ({error}); check the path") from None
    return parse_flows(text, str(path))


def parse_flows(text: str, name: str = "input") -> FlowAdmission:
    """Return the problem of a JSON document; `name` is what messages call it."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ProblemError(f"{name}: this is no JSON ({error})") from None
    try:
        return _problem(document)
    except ProblemError as error:
        raise ProblemError([f"{name}: {message}" for message in error.messages]) from None


def write_flows(problem: FlowAdmission, path: str | Path) -> None:
    """Write a problem as JSON that :func:`read_flows` reads.

    Raises
    ------
    ProblemError
        Its objective is a function, which no file can carry.
    """
    Path(path).write_text(json.dumps(document_of(problem)) + "\n", encoding="utf-8")


def document_of(problem: FlowAdmission) -> dict[str, Any]:
    """Return the document of a problem."""
    if not isinstance(problem.objective, str):
        raise ProblemError("objective: it is a function, which no file can carry; state it by name")
    network = problem.network
    arcs = [network.tail, network.head, problem.instance().capacity[problem.link]]
    if "delay" in network.arcs:
        arcs.append(network.arcs["delay"])
    document: dict[str, Any] = {
        "nodes": list(problem.node_names) if "name" in network.nodes else network.size,
        "arc_fields": _ARC[: len(arcs)],
        "arcs": [[value.item() for value in row] for row in zip(*arcs, strict=True)],
        "flow_fields": _FLOW,
        "flows": [[*(_plain(getattr(flow, field)) for field in _FLOW)] for flow in problem.flows],
        "objective": problem.objective,
        "duplex": problem.duplex,
    }
    if network.places is not None:
        document["places"] = network.places.tolist()
    for column in _NODE:
        if column in network.nodes:
            document[column] = [
                None if limit >= UNLIMITED else int(limit) for limit in network.nodes[column].tolist()
            ]
    return document


def answer_of(admission: Admission) -> dict[str, Any]:
    """Return the document of an answer, as ``routeopt flows solve --json`` prints it."""
    return {
        "objective": admission.objective,
        "bound": admission.bound,
        "gap": admission.gap,
        "status": admission.status,
        "admitted": len(admission.admitted),
        "flows": admission.table(),
        "classes": {str(priority): counts for priority, counts in admission.classes().items()},
        "violations": admission.violations,
        "seconds": admission.seconds,
        "solver": admission.solver,
        "trace": admission.trace,
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str) or value == inf:
        return None if value == inf else value
    return value.item() if isinstance(value, np.generic) else value


def _problem(document: Any) -> FlowAdmission:
    if not isinstance(document, Mapping):
        raise ProblemError("it must be an object with nodes, arcs and flows")
    errors: list[str] = []
    nodes = document.get("nodes")
    if not isinstance(nodes, int | list) or isinstance(nodes, bool):
        errors.append("nodes: give their number, or a list of their names")
    names = [str(node) for node in nodes] if isinstance(nodes, list) else None
    size = len(names) if names is not None else nodes if isinstance(nodes, int) else 0
    arcs = _rows(document, "arcs", _ARC, errors)
    flows = _rows(document, "flows", _FLOW, errors)
    columns: dict[str, Any] = {}
    for column in _NODE:
        if (stated := document.get(column)) is None:
            continue
        if not isinstance(stated, list) or len(stated) != size:
            errors.append(f"{column}: give a list with one entry for each of the {size} nodes")
            continue
        columns[column] = np.array([UNLIMITED if value is None else value for value in stated])
    if errors:
        raise ProblemError(errors)
    if names is not None:
        columns["name"] = np.array(names)
    number = {name: k for k, name in enumerate(names or [])}
    ends = [[number.get(row[end], row[end]) for row in arcs] for end in ("tail", "head")]
    unknown = sorted({str(end) for end in (*ends[0], *ends[1]) if not isinstance(end, int)})
    if unknown:
        raise ProblemError([f"arcs: there is no node '{name}'" for name in unknown])
    network = Network.from_arcs(
        *ends,
        size=size,
        arcs={
            field: np.array([row[field] for row in arcs])
            for field in _ARC[2:]
            if field == "capacity" or (arcs and field in arcs[0])
        },
        nodes=columns,
        places=None if document.get("places") is None else np.array(document["places"], np.float64),
    )
    rows = [Flow(**{field: value for field, value in row.items() if value is not None}) for row in flows]
    return FlowAdmission(
        network, rows, document.get("objective", "priority"), bool(document.get("duplex", False))
    )


def _rows(
    document: Mapping[str, Any], key: str, known: Sequence[str], errors: list[str]
) -> list[dict[str, Any]]:
    """Return rows as dictionaries by field; rows may be lists in the order of the fields."""
    rows = document.get(key)
    fields = document.get(f"{key[:-1]}_fields", known)
    if not isinstance(rows, list):
        errors.append(f"{key}: give a list of rows")
        return []
    errors += [
        f"{key[:-1]}_fields: '{field}' is not known; use {', '.join(known)}"
        for field in fields
        if field not in known
    ]
    found = []
    for k, row in enumerate(rows):
        entry = (
            dict(row)
            if isinstance(row, Mapping)
            else dict(zip(fields, row, strict=False))
            if isinstance(row, list)
            else {}
        )
        lacking = [field for field in known[:_LEAST] if field not in entry]
        extra = [field for field in entry if field not in known]
        if lacking or extra or (isinstance(row, list) and len(row) > len(fields)):
            errors.append(
                f"{key}: row {k} must have {', '.join(known[:_LEAST])}, and nothing but {', '.join(known)}"
            )
        found.append(entry)
    return found
