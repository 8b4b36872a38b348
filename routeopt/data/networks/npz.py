"""A network in one compact file: a zip of arrays as ``numpy.load`` reads it, and a description in JSON.

Nothing is lost but this, in geographic networks: degrees are kept to 7 decimals, which is a centimetre and what
OpenStreetMap has, lengths to the millimetre and times to the millisecond. All other numbers are exact. What the two
directions of a street have in common is stored once.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from routeopt.data.networks.encoding import Recipe, decode, encode
from routeopt.data.networks.halves import halves, halves_of, joined, split
from routeopt.data.networks.lines import pack_lines, unpack_lines
from routeopt.data.writers.files import replacing
from routeopt.errors import ProblemError
from routeopt.problems.network import Network

FORMAT, VERSION = "routeopt network", 1
DEGREES = 7  # decimals
PRECISE = {"length": 3, "time": 3}  # decimals of columns in geographic networks: millimetres, milliseconds

# What numpy, zipfile and json raise on files that are cut off, changed or something else.
DAMAGE = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError,
    TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def save(network: Network, path: str | Path) -> None:
    """Write a network as one file, which :func:`read` reads.

    Parameters
    ----------
    network : Network
    path : str or Path
        By custom it ends in ``.npz``.

    Raises
    ------
    ProblemError
        A column holds Python objects, or the file cannot be written.
    """
    box = _Box()
    box.put("degree", np.diff(network.first_out))
    box.put("ahead", network.head - network.tail.astype(np.int64))
    geographic = network.geographic
    for name, column in network.nodes.items():
        box.put(f"nodes/{name}", column)
    both = halves_of(network)
    box.put("back", both.back)
    box.put("of", both.back - both.of)
    for name, column in network.arcs.items():
        decimals = PRECISE.get(name) if geographic and np.asarray(column).dtype.kind == "f" else None
        own, odd, values = split(column, decimals, both)
        box.put(f"arcs/{name}", own, decimals)
        if len(odd):
            box.put(f"odd/{name}", odd)
            box.put(f"values/{name}", values, decimals)
    if network.places is not None:
        box.put_table("places", network.places, DEGREES if geographic else None)
    if network.closed is not None:
        box.put("closed", network.closed)
    if network.shapes is not None:
        for name, column, decimals in pack_lines(network, both, DEGREES if geographic else None):
            box.put(name, column, decimals)
    if network.restrictions:
        box.put("restrictions/size", np.array([len(arcs) for arcs in network.restrictions]))
        box.put(
            "restrictions/arcs", np.concatenate([np.asarray(arcs, np.int64) for arcs in network.restrictions])
        )
    meta = {
        "format": FORMAT,
        "version": VERSION,
        "source": network.source,
        "geographic": geographic,
        "labels": {name: list(words) for name, words in network.labels.items()},
        "recipes": box.recipes,
    }
    text = json.dumps(meta, ensure_ascii=False).encode()
    arrays: dict[str, Any] = {"meta": np.frombuffer(text, np.uint8), **box.stored}
    with replacing(Path(path)) as target, target.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def read(path: str | Path) -> Network:
    """Read a network that :func:`save` wrote.

    Raises
    ------
    ProblemError
        The file is damaged, or holds something else.
    """
    try:
        with Path(path).open("rb") as stream, np.load(stream, allow_pickle=False) as content:
            stored = {name: content[name] for name in content.files}
        if "meta" not in stored:
            _refuse(path, f"it holds other arrays ({', '.join(sorted(stored)[:5]) or 'none'})")
        meta = json.loads(stored.pop("meta").tobytes().decode())
        if meta.get("format") != FORMAT:
            _refuse(path, "it holds other arrays")
        if meta["version"] > VERSION:
            raise ProblemError(
                f"{path}: version {meta['version']} is newer than this routeopt reads; update it"
            )
        return _network(_Box(meta["recipes"], stored), meta)
    except ProblemError as error:
        if str(path) in str(error):
            raise
        raise ProblemError(f"{path}: the file is damaged: {message}" for message in error.messages) from None
    except FileNotFoundError:
        raise ProblemError(f"{path}: there is no such file; check the path") from None
    except DAMAGE as error:
        raise ProblemError(
            f"{path}: the file is damaged or no network of routeopt ({error}); write it again with Network.save"
        ) from None


def _refuse(path: str | Path, why: str) -> NoReturn:
    raise ProblemError(f"{path}: this is no network of routeopt: {why}; write one with Network.save")


def _network(box: _Box, meta: Mapping[str, Any]) -> Network:
    first_out = np.concatenate([[0], np.cumsum(box.get("degree"))]).astype(np.int64)
    tail = np.repeat(np.arange(len(first_out) - 1), np.diff(first_out))
    head = (tail + box.get("ahead")).astype(np.int32)
    back = box.get("back")
    both = halves(back, back - box.get("of"), len(head))
    odd, values, none = box.columns("odd/"), box.columns("values/"), np.zeros(0, np.int64)
    network = Network(
        first_out,
        head,
        arcs={
            name: joined(own, odd.get(name, none), values.get(name, own[:0]), both)
            for name, own in box.columns("arcs/").items()
        },
        nodes=box.columns("nodes/"),
        places=box.table("places") if "places/0" in box.recipes else None,
        geographic=bool(meta["geographic"]),
        labels={str(name): tuple(map(str, words)) for name, words in meta["labels"].items()},
        closed=box.get("closed") if "closed" in box.recipes else None,
        restrictions=_restrictions(box, len(head)) if "restrictions/size" in box.recipes else (),
        source=str(meta["source"]),
    )
    return unpack_lines(network, both, box.columns("shapes/"))


def _restrictions(box: _Box, arcs: int) -> tuple[NDArray[np.int32], ...]:
    flat = box.get("restrictions/arcs").astype(np.int32)
    if len(flat) and (flat.min() < 0 or flat.max() >= arcs):
        raise ProblemError(f"restrictions name arcs beyond the {arcs} there are")
    return tuple(np.split(flat, np.cumsum(box.get("restrictions/size"))[:-1]))


class _Box:
    """Named columns as they are stored, with their recipes."""

    def __init__(
        self, recipes: dict[str, Recipe] | None = None, stored: dict[str, NDArray[Any]] | None = None
    ) -> None:
        self.recipes = recipes if recipes is not None else {}
        self.stored = stored if stored is not None else {}

    def put(self, name: str, column: NDArray[Any], decimals: int | None = None) -> None:
        key = f"c{len(self.stored)}"  # names of columns may be anything, those in a zip may not
        self.stored[key], recipe = encode(column, name, decimals)
        self.recipes[name] = {**recipe, "key": key}

    def put_table(self, name: str, table: NDArray[Any], decimals: int | None) -> None:
        for axis in (0, 1):
            self.put(f"{name}/{axis}", table[:, axis], decimals)

    def get(self, name: str) -> NDArray[Any]:
        return decode(self.stored[self.recipes[name]["key"]], self.recipes[name])

    def table(self, name: str) -> NDArray[Any]:
        return np.stack([self.get(f"{name}/{axis}") for axis in (0, 1)], axis=1)

    def columns(self, start: str) -> dict[str, NDArray[Any]]:
        return {name.removeprefix(start): self.get(name) for name in self.recipes if name.startswith(start)}
