"""Other solvers, one a module: each translates an instance into its own terms, and its routes back.

What a translation does not keep is not in the ``supports`` of its peer, and is refused by name. A package
is imported when it solves.
"""

from __future__ import annotations

from routeopt.bench.peers import hgs_cvrp, lkh, ortools, pyvrp, vroom
from routeopt.bench.peers.protocol import Answer, Peer, Task

__all__ = ["PEERS", "Answer", "Peer", "Task"]

PEERS = {
    "pyvrp": pyvrp.PEER,
    "hgs-cvrp": hgs_cvrp.PEER,
    "vroom": vroom.PEER,
    "ortools": ortools.PEER,
    "lkh": lkh.PEER,
}
