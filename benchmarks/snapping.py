"""How long a network takes to save and read, and points take to snap to it.

    python benchmarks/snapping.py FILE [POINTS]

FILE is a network of any format that routeopt reads; POINTS, 10,000 by default, are scattered about its nodes, over the
rectangle around it, and with longitude and latitude swapped.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from routeopt.problems.network import Network


def main(file: str, count: int = 10_000) -> None:
    begin = perf_counter()
    network = Network.read(file)
    print(f"{network}\nread in {perf_counter() - begin:.2f} s")
    _files(network)
    begin = perf_counter()
    snapper = network.snapper
    print(f"index for snapping made in {perf_counter() - begin:.2f} s")
    rng = np.random.default_rng(0)
    near = network.places[rng.integers(network.size, size=count)]
    low, high = network.places.min(axis=0), network.places.max(axis=0)
    asked = {
        "about the nodes": near + rng.normal(0, 0.02, near.shape) * (high - low).min(),
        "over the rectangle": rng.uniform(low, high, near.shape),
        "swapped": near[:, ::-1],
    }
    for name, points in asked.items():
        begin = perf_counter()
        found = snapper.snap(points)
        seconds = perf_counter() - begin
        print(f"{count:,} points {name}: {seconds:.3f} s, {(found.arc >= 0).mean():.1%} snapped")


def _files(network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        begin = perf_counter()
        network.save(path)
        between = perf_counter()
        Network.read(path)
        end = perf_counter()
        size = path.stat().st_size
        each = size / max(len(network.head), 1)
        print(
            f"saved in {between - begin:.2f} s, read again in {end - between:.2f} s: "
            f"{size / 1e6:.2f} MB, {each:.1f} bytes an arc"
        )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
