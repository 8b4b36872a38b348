"""Online routing on fixed episodes: bandwidth that each policy admits before the first request is blocked.

python benchmarks/flows/online.py nsfnet.json nsfnet_episodes.json --episodes 50 --rollouts 200
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

import routeopt as ro
from routeopt.solvers.flows.online import POLICIES, OnlineRouting


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("topology", type=Path)
    parser.add_argument("episodes_file", type=Path)
    parser.add_argument("--episodes", type=int, default=50)
    parser.add_argument("--bound", type=int, default=15, help="episodes whose fluid bound is computed")
    parser.add_argument("--rollouts", type=int, default=200)
    parser.add_argument("--horizon", type=int, default=60)
    options = parser.parse_args()
    online = network(json.loads(options.topology.read_text()))
    episodes = [
        np.array(episode) for episode in json.loads(options.episodes_file.read_text())[: options.episodes]
    ]
    online.route(episodes[0][:3], "look_ahead", rollouts=2)  # compiles
    for policy in POLICIES:
        begin, requests, totals = time.perf_counter(), 0, []
        for number, episode in enumerate(episodes):
            found = online.route(
                episode, policy, seed=number, rollouts=options.rollouts, horizon=options.horizon
            )
            totals.append(found.allocated)
            requests += int((found.chosen >= 0).sum()) + found.blocked
        took = 1000 * (time.perf_counter() - begin) / requests
        mean, half = np.mean(totals), 1.96 * np.std(totals, ddof=1) / np.sqrt(len(totals))
        print(f"{policy:14s} {mean:8.1f} ± {half:.1f}  {took:.3f} ms a request", flush=True)
    if options.bound:
        bounds = [online.fluid_bound(episode) for episode in episodes[: options.bound]]
        print(f"{'fluid bound':14s} {np.mean(bounds):8.1f}  over {len(bounds)} episodes")


def network(document: dict) -> OnlineRouting:
    """Return the network of a topology file: nodes, edges, one capacity, k and demands."""
    edges = np.array(document["edges"])
    tail, head = np.concatenate([edges, edges[:, ::-1]]).T
    capacity = np.full(len(tail), document["capacity"])
    made = ro.Network.from_arcs(tail, head, size=document["nodes"], arcs={"capacity": capacity})
    return OnlineRouting(made, document["k"], tuple(document["demands"]))


if __name__ == "__main__":
    main()
