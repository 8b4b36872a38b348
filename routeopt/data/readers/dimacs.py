"""Minimum-cost flow problems in the format of DIMACS (1991): ``p min``, ``n`` and ``a`` lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from routeopt.errors import ProblemError
from routeopt.problems.instance import Integers
from routeopt.problems.network import Network


def read_min_cost_flow(path: str | Path) -> tuple[Network, Integers]:
    """Return the network, with arc columns ``capacity`` and ``cost``, and the supply of each node.

    Raises
    ------
    ProblemError
        There is no such file, or some line is not what it should be; each is named.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemError(f"{path}: it cannot be read ({error}); check the path") from None
    errors: list[str] = []
    size, supply, arcs = 0, dict[int, int](), list[tuple[int, ...]]()
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0] == "c":
            continue
        try:
            if words[0] == "p" and words[1] == "min":
                size = int(words[2])
            elif words[0] == "n":
                supply[_node(words[1], size)] = int(words[2])
            elif words[0] == "a":
                least, most, cost = (int(word) for word in words[3:6])
                if least:
                    errors.append(f"{path}, line {number}: a least flow of {least}; only 0 is taken")
                arcs.append((_node(words[1], size), _node(words[2], size), most, cost))
            else:
                errors.append(f"{path}, line {number}: '{words[0]}' begins no line of 'p min', 'n' or 'a'")
        except (ValueError, IndexError):
            errors.append(f"{path}, line {number}: '{line.strip()}' is not understood")
    if not size and not errors:
        errors.append(f"{path}: there is no line 'p min NODES ARCS'")
    if errors:
        raise ProblemError(errors)
    columns = np.array(arcs, np.int64).reshape(-1, 4)
    given = np.zeros(size, np.int64)
    for node, amount in supply.items():
        given[node] = amount
    network = Network.from_arcs(
        columns[:, 0],
        columns[:, 1],
        size=size,
        arcs={"capacity": columns[:, 2], "cost": columns[:, 3]},
        source=Path(path).name,
    )
    return network, given


def _node(word: str, size: int) -> int:
    node = int(word) - 1
    if not 0 <= node < size:
        raise ValueError
    return node
