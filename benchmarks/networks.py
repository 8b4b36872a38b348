"""How long extracts of OpenStreetMap take to read: a line for each ``.osm*`` file below ``$ROUTEOPT_DATA/paths``.

    python benchmarks/networks.py                # cars
    python benchmarks/networks.py --profile foot porto

``nodes`` and ``arcs`` are those of the network that routes are sought in: its core, with chains made one arc. ``core``
is the share of all nodes, before chains are joined, that every other node reaches and is reached from.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from routeopt.data.networks.osm import read
from routeopt.data.networks.simplify import simplify


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Read extracts of OpenStreetMap, and time it.")
    parser.add_argument("names", nargs="*", help="parts of names of files; all by default")
    parser.add_argument("--profile", default="car", help="car, bike or foot")
    given = parser.parse_args()
    if "ROUTEOPT_DATA" not in os.environ:
        parser.error("set ROUTEOPT_DATA to the folder that holds paths/")
    folder = Path(os.environ["ROUTEOPT_DATA"]) / "paths"
    files = [path for path in sorted(folder.rglob("*.osm*")) if path.is_file()]
    chosen = [path for path in files if not given.names or any(name in path.name for name in given.names)]
    print("| file | kB | nodes | arcs | turns | seconds | pieces | core |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in chosen:
        row(path, path.relative_to(folder).as_posix(), given.profile)


def row(path: Path, name: str, profile: str) -> None:
    """Print one line."""
    begin = time.perf_counter()
    whole = read(path, profile=profile, simplify=False, core=False)
    core = whole.core()
    network = simplify(core)
    seconds = time.perf_counter() - begin
    print(
        f"| {name} | {path.stat().st_size / 1000:.0f} | {network.size:,} | {len(network.head):,} | "
        f"{len(network.restrictions)} | {seconds:.2f} | {len(whole.head):,} | {core.size / whole.size:.1%} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
