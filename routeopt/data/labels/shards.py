"""A shard: problems and their plans as plain arrays in one ``.npz``, which is read without unpickling.

A field of the instances is one flat array, the problems behind each other, with the shape of each beside it:
``instance.x`` and ``instance.x.shape``. Matrices of straight legs are left out, for they follow from the
coordinates; so an instance that comes back has none, and legs come from :func:`routeopt.problems.legs.legs`.
Routes are ``routes.visits``, ``routes.offsets`` and ``routes.vehicle`` in the same way.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from routeopt.errors import ProblemError
from routeopt.problems.instance import EXPLICIT, Instance, Routes

FORMAT = 1  # of the arrays; a shard of another one is refused

_SCALARS = {"nodes": int, "depots": int, "scale": float, "backhaul": int, "vehicle_weight": float}
_TUPLES: dict[str, Any] = {"instance": Instance, "routes": Routes}


class Label(NamedTuple):
    """A problem and a good plan for it."""

    instance: Instance
    routes: Routes
    cost: float  # in the user's units
    kind: str  # of the generator
    seed: int  # that the generator was given


class Labels(Sequence[Label]):
    """Labels of one or several shards, read when they are asked for and kept.

    Parameters
    ----------
    path : path
        A shard, or a folder of shards (``*.npz``, in the order of their names).

    Raises
    ------
    ProblemError
        There is no shard, or a file is none.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        files = sorted(self.path.glob("*.npz")) if self.path.is_dir() else [self.path]
        if not files:
            raise ProblemError(
                f"{path}: there are no labels in this folder; make some with 'generate labels'"
            )
        self.labels = [label for file in files for label in read_shard(file)]

    def __len__(self) -> int:
        return len(self.labels)

    @overload
    def __getitem__(self, index: int) -> Label: ...
    @overload
    def __getitem__(self, index: slice) -> list[Label]: ...
    def __getitem__(self, index: int | slice) -> Label | list[Label]:
        return self.labels[index]


def write_shard(path: Path, labels: Sequence[Label], **facts: float | str) -> None:
    """Write labels to a file, which appears once it is complete.

    Parameters
    ----------
    path : Path
        Where to, ``.npz``.
    labels : sequence of Label
        What to write, one or more.
    **facts
        What holds for all of them, such as the budget; each becomes an array of its name.
    """
    arrays: dict[str, NDArray[Any]] = {
        "format": np.array(FORMAT),
        "cost": np.array([label.cost for label in labels]),
        "kind": np.array([label.kind for label in labels]),
        "seed": np.array([label.seed for label in labels]),
        **{name: np.array(value) for name, value in facts.items()},
        **_flat("instance", [_without_straight_legs(label.instance) for label in labels]),
        **_flat("routes", [label.routes for label in labels]),
    }
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # none of the names is allow_pickle
    os.replace(unfinished, path)


def read_shard(path: Path) -> Iterator[Label]:
    """Yield the labels of a shard.

    Raises
    ------
    ProblemError
        The file is missing, damaged or of another format.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            arrays = dict(content)
        if int(arrays["format"]) != FORMAT:
            raise ProblemError(f"{path}: labels of format {arrays['format']}, not {FORMAT}; make them anew")
        instances, routes = _tuples("instance", arrays), _tuples("routes", arrays)
        facts = zip(arrays["cost"].tolist(), arrays["kind"].tolist(), arrays["seed"].tolist(), strict=True)
        labels = [Label(i, r, *fact) for i, r, fact in zip(instances, routes, facts, strict=True)]
    except FileNotFoundError:
        raise ProblemError(f"{path}: there is no such file or folder; check the path") from None
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError) as error:
        if isinstance(error, ProblemError):
            raise
        raise ProblemError(f"{path}: this is not a shard of labels, or it is damaged ({error})") from None
    yield from labels


def _without_straight_legs(instance: Instance) -> Instance:
    """Return an instance without the matrices that its coordinates give."""
    if (instance.metric == EXPLICIT).any() or not instance.distance.size:
        return instance
    none = np.zeros((len(instance.distance), 0, 0))
    return instance._replace(distance=none, duration=none)


def _flat(name: str, values: Iterable[Any]) -> dict[str, NDArray[Any]]:
    """Return the fields of NamedTuples as flat arrays, and their shapes."""
    arrays: dict[str, NDArray[Any]] = {}
    rows = list(values)
    for field in _TUPLES[name]._fields:
        columns = [np.asarray(getattr(row, field)) for row in rows]
        arrays[f"{name}.{field}"] = np.concatenate([column.ravel() for column in columns])
        arrays[f"{name}.{field}.shape"] = np.array([column.shape for column in columns], np.int64)
    return arrays


def _tuples(name: str, arrays: dict[str, NDArray[Any]]) -> list[Any]:
    """Return the NamedTuples that `_flat` took apart."""
    made = _TUPLES[name]
    columns = {field: _cut(arrays, f"{name}.{field}") for field in made._fields}
    for field, plain in _SCALARS.items():
        if field in columns:
            columns[field] = [plain(value) for value in columns[field]]
    return [made(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def _cut(arrays: dict[str, NDArray[Any]], name: str) -> list[Any]:
    """Return one array for each shape."""
    flat, shapes = arrays[name], arrays[f"{name}.shape"]
    ends = np.cumsum(shapes.prod(axis=1, dtype=np.int64))
    if len(ends) == 0 or ends[-1] != len(flat):
        raise ValueError(f"'{name}' does not fit its shapes")
    return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]
