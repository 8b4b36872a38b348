"""What is written down of a run, and how it is read back."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from routeopt.bench import measures
from routeopt.errors import ProblemError

MEASURED = ("gap", "primal_integral", "seconds_to_1_percent", "seconds_to_half_percent")
_MARKS = {"": None, "True": True, "False": False}


@dataclass(frozen=True)
class Row:
    """One run. What a solver does not tell, or does not apply, is None."""

    suite: str
    instance: str
    stops: int
    label: str  # what the entry is called in tables
    solver: str
    threads: int
    budget: float  # seconds
    seed: int | None  # None: the solver takes none
    best_known: float | None
    best_vehicles: int | None  # where fewer come first
    feasible: bool = False
    cost: float | None = None  # recomputed from the problem
    vehicles: int | None = None
    violations: str = ""  # names of what does not hold; "unserved" where stops are missing
    error: str = ""
    seconds: float | None = None  # that the search took
    processor: float | None = None  # seconds of the processor in these
    outside: float | None = None  # seconds: start of the process, reading, compiling, building a model
    iterations: int | None = None
    trace: tuple[tuple[float, float], ...] | None = None
    version: str = ""
    python: str = ""
    machine: str = ""
    cores: int = 0  # that the run was held to; 0: not held
    date: str = ""

    @property
    def solved(self) -> bool:
        """Whether there is a feasible answer to compare."""
        return self.feasible and self.cost is not None

    @property
    def gap(self) -> float | None:
        """Percent above the best known value; None with more vehicles than that, where fewer come first."""
        if self.cost is None or not self.feasible or self.best_known is None or self.extra_vehicles:
            return None
        return measures.gap(self.cost, self.best_known)

    @property
    def extra_vehicles(self) -> int:
        """Vehicles more than the best known, where fewer come first."""
        return self.vehicles - self.best_vehicles if self.vehicles and self.best_vehicles else 0

    @property
    def steps(self) -> list[tuple[float, float]] | None:
        """The trace, ending with the answer as it is costed."""
        if self.trace is None or self.cost is None or self.seconds is None or self.gap is None:
            return None
        return measures.honest(self.trace, self.cost, self.seconds)

    @property
    def primal_integral(self) -> float | None:
        """Mean gap over the budget, in percent."""
        if self.steps is None or self.best_known is None or not self.budget:
            return None
        return measures.primal_integral(self.steps, self.best_known, self.budget)

    @property
    def seconds_to_1_percent(self) -> float | None:
        """Seconds to a gap of 1 %."""
        return self._seconds_to(1.0)

    @property
    def seconds_to_half_percent(self) -> float | None:
        """Seconds to a gap of 0.5 %."""
        return self._seconds_to(0.5)

    def _seconds_to(self, percent: float) -> float | None:
        if self.steps is None or self.best_known is None:
            return None
        return measures.seconds_to(self.steps, self.best_known, percent)

    def same_run(self, other: Row) -> bool:
        """Whether both are the same instance, solver, budget and seed."""
        return _identity(self) == _identity(other)


def _identity(row: Row) -> tuple[Any, ...]:
    return row.suite, row.instance, row.solver, row.threads, row.budget, row.seed


def against_each_other(rows: list[Row]) -> list[Row]:
    """Return the rows with the best answer among them where no best value is known."""
    best: dict[str, float] = {}
    for row in rows:
        if row.cost is not None and row.feasible:
            best[row.instance] = min(best.get(row.instance, row.cost), row.cost)
    return [
        replace(row, best_known=best.get(row.instance)) if row.best_known is None else row for row in rows
    ]


def append(path: Path, row: Row) -> None:
    """Write a row behind those of a CSV file, which is begun with a header where there is none."""
    begun = path.exists() and path.stat().st_size > 0
    values = asdict(row)
    values["trace"] = (
        "" if row.trace is None else " ".join(f"{when:.3f}:{cost:.10g}" for when, cost in row.trace)
    )
    values |= {name: _short(getattr(row, name)) for name in MEASURED}
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header())
        if not begun:
            writer.writeheader()
        writer.writerow(values)


def header() -> list[str]:
    """Return the columns of the file."""
    stated = [field.name for field in fields(Row)]
    place = stated.index("cost") + 1
    return [*stated[:place], *MEASURED, *stated[place:]]


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV file that :func:`append` wrote; none where there is no file.

    Raises
    ------
    ProblemError
        When the file has other columns.
    """
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames is not None and list(reader.fieldnames) != header():
            raise ProblemError(f"{path}: its columns are not those of a benchmark; name another file")
        return [_row(values) for values in reader]


def _row(values: dict[str, str]) -> Row:
    kinds = {field.name: str(field.type) for field in fields(Row)}
    return Row(**{name: _value(kinds[name], values[name]) for name in kinds})


def _value(kind: str, text: str) -> Any:
    if kind == "str":
        return text
    if kind.startswith("tuple"):
        pairs = (pair.split(":") for pair in text.split())
        return tuple((float(when), float(cost)) for when, cost in pairs) or None
    if text in _MARKS:
        return _MARKS[text]
    return int(text) if kind.startswith("int") else float(text)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
