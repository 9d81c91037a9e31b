"""Rows as a Parquet file, where `pyarrow` is installed, in batches of bounded size."""

import importlib
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from journal.database.transaction import Row
from journal.errors import UsageError
from journal.limits import EXPORT_BATCH_ROWS

TYPES = {"INTEGER": "int64", "REAL": "float64", "TEXT": "string", "BLOB": "binary"}
"""what a type that a column declares, or a kind of values that it holds, is in Parquet."""


class Parquet:
    """The writer of Parquet files.

    Raises:
        UsageError: `pyarrow` is not installed.
    """

    def __init__(self) -> None:
        try:
            self._arrow: Any = importlib.import_module("pyarrow")
            self._files: Any = importlib.import_module("pyarrow.parquet")
        except ImportError as error:
            hint = "install it by `pip install 'spool-journal[parquet]'`, or export jsonl"
            raise UsageError("Parquet needs pyarrow, which is not installed", hint=hint) from error

    def pieces(
        self, columns: Iterable[tuple[str, str]], kinds: Mapping[str, set[str]], rows: Iterable[Row]
    ) -> Iterator[bytes]:
        """Yields the bytes of one file: columns by name and declared type, and by the kinds of values they hold."""
        named = {name: _type(declared, kinds.get(name, set())) for name, declared in columns}
        schema = self._arrow.schema([(name, getattr(self._arrow, kind)()) for name, kind in named.items()])
        sink, source = _Sink(), iter(rows)
        with self._files.ParquetWriter(self._arrow.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
            while batch := list(islice(source, EXPORT_BATCH_ROWS)):
                lists = zip(*batch, strict=True)
                arrays = [
                    self._arrow.array([_as(kind, value) for value in values], getattr(self._arrow, kind)())
                    for kind, values in zip(named.values(), lists, strict=True)
                ]
                writer.write_table(self._arrow.Table.from_arrays(arrays, schema=schema))
                yield sink.taken()
        yield sink.taken()


class _Sink(io.RawIOBase):
    """A file to write to, whose bytes are taken out as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any, /) -> int:
        self._parts.append(bytes(data))
        self._at += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Gives what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _type(declared: str, kinds: set[str]) -> str:
    """A declared type holds; without one, one kind of values is that, numbers are floats, and all else is text."""
    if declared.upper() in TYPES:
        return TYPES[declared.upper()]
    if len(kinds) == 1:
        return TYPES[next(iter(kinds)).upper()]
    return "float64" if kinds and kinds <= {"integer", "real"} else "string"


def _as(kind: str, value: Any) -> Any:
    """Gives a value as its column has it; only in a column of several kinds is it another."""
    if value is None:
        return None
    if kind == "string" and not isinstance(value, str):
        return value.hex() if isinstance(value, bytes) else str(value)
    return float(value) if kind == "float64" else value
