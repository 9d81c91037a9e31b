"""Rows as an aligned table that fits the terminal."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from journal.cli import output
from journal.cli.output import Screen

NARROW = 8
"""columns that a column keeps when the table has to be cut to the width."""


def tables(screen: Screen, rows: Iterable[Mapping[str, Any]]) -> int:
    """Writes rows as a table, or as several where the columns change; gives how many rows there were."""
    count = 0
    for _, group in itertools.groupby(rows, key=list):
        if count:
            screen.line()
        found = list(group)
        table(screen, found)
        count += len(found)
    return count


def table(screen: Screen, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes rows under their column names; numbers stand to the right.

    Only on a terminal are cells cut; columns that do not fit even so stand below one another.
    """
    if not rows:
        return
    names = list(rows[0])
    numeric = [all(isinstance(row[name], int | float | None) for row in rows) for name in names]
    cells = [[output.shown(name) for name in names]]
    cells += [[cell(row[name]) for name in names] for row in rows]
    widths = [max(output.columns(row[at]) for row in cells) for at in range(len(names))]
    if screen.terminal:
        widths = narrowed(widths, screen.width)
        if sum(widths) + 2 * (len(widths) - 1) > screen.width:
            records(screen, cells)
            return
    for number, row in enumerate(cells):
        line = "  ".join(
            _placed(text, width, right) for text, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        screen.line(screen.paint(line, "bold") if number == 0 else line)
        if number == 0 and not screen.plain:
            screen.line(screen.paint("  ".join("-" * width for width in widths), "dim"))


def records(screen: Screen, cells: Sequence[Sequence[str]]) -> None:
    """Writes a line a value instead, for rows of more columns than a terminal has room for."""
    names, *rows = cells
    width = max(map(output.columns, names))
    for number, row in enumerate(rows):
        if number:
            screen.line()
        for name, text in zip(names, row, strict=True):
            screen.line(f"{screen.paint(output.padded(name, width), 'bold')}  {text}".rstrip())


def cell(value: Any) -> str:
    """Gives a value as one harmless piece of a line; nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    return output.shown(str(value))


def narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Takes columns from the widest until all fit, as far as they can."""
    fitting = list(widths)
    over = sum(fitting) + 2 * (len(fitting) - 1) - room
    while over > 0 and (widest := max(fitting)) > NARROW:
        at = fitting.index(widest)
        rest = [width for number, width in enumerate(fitting) if number != at]
        goal = max(max(rest, default=0), NARROW, widest - over)
        goal = goal if goal < widest else widest - 1
        over -= widest - goal
        fitting[at] = goal
    return fitting


def _placed(text: str, width: int, right: bool) -> str:
    if output.columns(text) > width:
        text = _cut(text, width)
    return " " * (width - output.columns(text)) + text if right else output.padded(text, width)


def _cut(text: str, width: int) -> str:
    """Keeps the beginning, where a value is recognised."""
    kept = text[: max(width - 3, 1)]
    while output.columns(kept) > max(width - 3, 1):
        kept = kept[:-1]
    return kept + "..."
