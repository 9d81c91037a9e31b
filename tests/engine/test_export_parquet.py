"""A Parquet file holds the rows of its view, with the types that its columns have."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from journal import Spool, UsageError
from journal.engine import export_parquet
from journal.engine.export_parquet import Parquet
from tests.engine.walks import lively


def table(data: bytes | Path) -> Any:
    files: Any = pytest.importorskip("pyarrow.parquet")
    return files.read_table(io.BytesIO(data) if isinstance(data, bytes) else data)


def types(found: Any) -> dict[str, str]:
    return {field.name: str(field.type) for field in found.schema}


def test_rows_and_types_are_the_view_s(spool: Spool, root: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    lively(spool, root)
    told = spool.journal.export("parquet", tmp_path / "out")
    history = table(tmp_path / "out/history.parquet")
    assert history.to_pylist() == spool.journal.query("SELECT * FROM history ORDER BY cursor")
    found = types(history)
    assert (found["cursor"], found["sha_after"], found["mode_before"]) == ("int64", "string", "int64")
    for view in ("audit", "storage", "file_history"):
        assert table(tmp_path / "out" / f"{view}.parquet").to_pylist() == spool.journal.query(f"SELECT * FROM {view}")
    later = spool.journal.export("parquet", tmp_path / "none", since=told["cursor"])
    assert later["history"] == 0
    assert types(table(tmp_path / "none/history.parquet")) == found


def test_a_column_without_a_type_has_that_of_its_values() -> None:
    pytest.importorskip("pyarrow")
    columns = [("a", ""), ("b", ""), ("c", ""), ("d", "BLOB"), ("e", ""), ("f", "")]
    kinds = {"a": {"integer"}, "b": {"integer", "real"}, "c": {"text", "blob"}, "e": set[str](), "f": {"blob"}}
    rows = [(1, 1, "x", b"\0", None, b"\1"), (2, 0.5, b"\xff", None, None, None)]
    found = table(b"".join(Parquet().pieces(columns, kinds, rows)))
    wanted = {"a": "int64", "b": "double", "c": "string", "d": "binary", "e": "string", "f": "binary"}
    assert types(found) == wanted
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (1, 1.0, "x", b"\0", None, b"\1"),
        (2, 0.5, "ff", None, None, None),
    ]


def test_many_rows_are_held_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(export_parquet, "EXPORT_BATCH_ROWS", 10)
    pieces = list(Parquet().pieces([("n", "INTEGER")], {}, ((n,) for n in range(95))))
    assert len(pieces) == 11
    assert table(b"".join(pieces)).column("n").to_pylist() == list(range(95))


def test_without_pyarrow_the_error_names_the_extra(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pyarrow") as caught:
        spool.journal.export("parquet", tmp_path / "out")
    assert "spool-journal[parquet]" in caught.value.hint
    assert not (tmp_path / "out").exists()
