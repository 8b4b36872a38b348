"""Rows and headers from delimited text, an Excel workbook or a data frame, and what the headers mean.

Nothing is converted here: a :class:`Table` has the cells as they came, each row with its line, so that
whoever converts them can say where a mistake stands.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from routeopt.data.readers.source import ZIP, Source, open_source
from routeopt.errors import ProblemError

HEADERS = {
    "lon": "lon lng long longitude",
    "lat": "lat latitude",
    "x": "x xcoord x_coord x_coordinate",
    "y": "y ycoord y_coord y_coordinate",
    "name": "name",
    "customer": "customer stop label client customer_name stop_name",
    "id": "id customer_id stop_id cust_no no number",
    "address": "address",
    "delivery": "demand delivery load quantity qty amount",
    "pickup": "pickup pick_up collection backhaul",
    "opens": "open opens ready ready_time earliest start tw_start tw_open window_start time_window_start",
    "closes": "close closes due due_date due_time latest end tw_end tw_close window_end time_window_end",
    "service": "service service_time service_duration",
    "release": "release release_time",
    "prize": "prize",
    "skills": "skills skill",
    "group": "group",
    "kind": "type kind",
}
MEANING = {header: key for key, headers in HEADERS.items() for header in headers.split()}
NAMES = ("name", "customer", "id", "address")  # the first of these that a table has names its stops
NUMBERED = {"delivery", "pickup", "opens", "closes"}
TIMES = {"opens", "closes", "service", "release"}
UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
}  # seconds
EMPTY = {"", "nan", "none", "nat", "<na>"}

_log = logging.getLogger(__name__)


@dataclass
class Column:
    """A column that means something."""

    header: str  # as the table has it
    place: int  # which column of the table
    number: int  # of a numbered load or window, from 0
    unit: float  # seconds per unit of time


@dataclass
class Table:
    """Header and rows, each with its line, and what the comments say."""

    source: Source
    header: list[str]
    rows: list[tuple[int, list[Any]]]
    comments: list[tuple[int, str]] = field(default_factory=list)
    decimal_comma: bool = False
    columns: dict[str, list[Column]] = field(default_factory=dict)


def from_bytes(source: Source) -> Table:
    """Return the table of a file: an Excel workbook, or delimited text."""
    return _from_workbook(source) if source.data.startswith(ZIP) else _from_text(source)


def from_object(table: Any) -> Table:
    """Return the table of a data frame, a mapping of columns, a sequence of mappings, or a path."""
    if isinstance(table, str | Path):
        return from_bytes(open_source(table))
    if isinstance(table, Sequence) and all(isinstance(row, Mapping) for row in table):
        header = list(dict.fromkeys(key for row in table for key in row))
        cells: Iterable[Sequence[Any]] = ([row.get(key) for key in header] for row in table)
    elif isinstance(table, Mapping) or hasattr(table, "columns"):
        header = list(table.keys() if isinstance(table, Mapping) else table.columns)
        columns = [list(table[key]) for key in header]
        if len({len(column) for column in columns}) > 1:
            raise ProblemError("table: its columns have different lengths; give each a value for every row")
        cells = zip(*columns, strict=True)
    else:
        kind = type(table).__name__
        raise ProblemError(f"table: a {kind} is no table; give a data frame, a dict of columns or a path")
    rows = [(number, list(row)) for number, row in enumerate(cells, 1)]
    return Table(Source("table", b""), [str(name) for name in header], rows)


def delimiter_of(line: str) -> str:
    """Return what separates the cells of a line."""
    return max(",;\t|", key=line.count)


def _from_text(source: Source) -> Table:
    """Split delimited text; the delimiter is the one that the header has most of."""
    comments = [(number, line) for number, line in enumerate(source.lines, 1) if line.startswith("#")]
    lines = ["" if line.startswith("#") else line for line in source.lines]
    delimiter = delimiter_of(next((line for line in lines if line.strip()), ""))
    reader = csv.reader(
        (line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    rows: list[tuple[int, list[Any]]] = []
    try:
        rows += [(reader.line_num, list(cells)) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        source.complain(f"the line cannot be split into cells ({error}); check its quotes", reader.line_num)
        source.finish()
    return _titled(source, rows, comments, decimal_comma=delimiter != ",")


def _from_workbook(source: Source) -> Table:
    """Read the first sheet of an Excel workbook."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ProblemError(
            f"{source.name}: Excel files need openpyxl; pip install 'routeopt[table]', or save as CSV"
        ) from None
    try:
        sheet = load_workbook(io.BytesIO(source.data), read_only=True, data_only=True).worksheets[0]
        cells = [(number, list(row)) for number, row in enumerate(sheet.iter_rows(values_only=True), 1)]
    except (KeyError, ValueError, OSError, IndexError, zipfile.BadZipFile) as error:
        raise ProblemError(
            f"{source.name}: the workbook is damaged ({error}); save it again, or as CSV"
        ) from None
    filled = [(number, row) for number, row in cells if any(not is_empty(cell) for cell in row)]
    comments = [(number, ", ".join(str(cell) for cell in row if not is_empty(cell))) for number, row in filled
                if str(row[0]).startswith("#")]  # fmt: skip
    return _titled(
        source, [(number, row) for number, row in filled if not str(row[0]).startswith("#")], comments
    )


def _titled(
    source: Source,
    rows: list[tuple[int, list[Any]]],
    comments: list[tuple[int, str]],
    *,
    decimal_comma: bool = False,
) -> Table:
    if len(rows) < 2:
        source.complain(
            "a table has a line of headers and a row for the depot and each stop; there are not so many lines"
        )
        source.finish()
    header = [str(cell or "") for cell in rows[0][1]]
    for line, cells in rows[1:]:
        if any(not is_empty(cell) for cell in cells[len(header) :]):
            source.complain(
                f"the row has {len(cells)} cells, but there are {len(header)} headers; check its delimiters",
                line,
            )
        cells += [""] * (len(header) - len(cells))
    return Table(source, header, rows[1:], comments, decimal_comma)


def meaning_of(header: str) -> tuple[str, int, float]:
    """Return what a header means (nothing if unknown), its number from 0, and its unit in seconds."""
    words = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")
    if words in MEANING:
        return MEANING[words], 0, 1.0
    stem, _, last = words.rpartition("_")
    unit = float(UNITS.get(last, 1))
    if last in UNITS and MEANING.get(stem) in TIMES:
        return MEANING[stem], 0, unit
    words = stem if last in UNITS else words
    numbered = re.fullmatch(r"(.*?)_?([1-9])", words)
    if numbered and MEANING.get(numbered[1]) in NUMBERED:
        return MEANING[numbered[1]], int(numbered[2]) - 1, unit
    return "", 0, 1.0


def find_columns(table: Table) -> None:
    """Fill `table.columns`; log the headers that mean nothing here."""
    unused = []
    for place, header in enumerate(table.header):
        key, number, unit = meaning_of(header)
        if not key:
            unused.append(header)
            continue
        others = table.columns.setdefault(key, [])
        for other in others:
            if other.number == number and key not in NAMES:
                table.source.complain(
                    f"columns '{other.header}' and '{header}' mean the same; keep one of them"
                )
        others.append(Column(header, place, number, unit))
    if unused:
        _log.warning("%s: columns not used: %s", table.source.name, ", ".join(unused))


def is_empty(cell: Any) -> bool:
    """Return whether a cell says nothing."""
    return cell is None or str(cell).strip().lower() in EMPTY
