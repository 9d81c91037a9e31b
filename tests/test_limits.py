"""The bounds: each says its unit and why, and they fit together."""

import ast
import re
from pathlib import Path

import apsw
import pytest

from journal import limits
from journal.content import chunking

UNITS = {
    "_S": "seconds",
    "_NS": "nanoseconds",
    "_BYTES": "bytes",
    "_CHARS_MAX": "characters",
    "_BYTES_MAX": "bytes",
    "_OPERATIONS_MAX": "operations",
    "_DEPTH_MAX": "steps",
    "_CONTEXT": "lines",
    "_FILES_MAX": "files",
    "_RETRIES": "times",
    "_STEPS": "steps",
    "_PASSES": "times",
}
COUNTED = {
    *("bytes", "seconds", "nanoseconds", "characters", "lines", "steps", "chunks", "rows", "times", "files", "paths"),
    *("folders", "operations", "level", "share", "generation", "SQLite", "size"),
}


def told() -> dict[str, str]:
    """Every constant of the module with the text below it."""
    found: dict[str, str] = {}
    for path in sorted(Path(limits.__file__).parent.glob("*.py")):
        found |= told_in(ast.parse(path.read_text(encoding="utf-8")).body)
    return found


def told_in(body: list[ast.stmt]) -> dict[str, str]:
    """Every constant of one file of it with the text below it."""
    found: dict[str, str] = {}
    for at, node in enumerate(body):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        below = body[at + 1] if at + 1 < len(body) else None
        text = ""
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
            text = below.value.value
        names = [name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        found |= {name.id: text for name in names}
    return found


def test_every_bound_is_found_here() -> None:
    files = {path.stem for path in Path(limits.__file__).parent.glob("*.py")}
    public = {name for name in vars(limits) if not name.startswith("__")} - files
    assert set(told()) == public
    assert all(name.isupper() for name in public)


@pytest.mark.parametrize(("name", "text"), told().items(), ids=told())
def test_every_bound_tells_its_unit_or_its_reason(name: str, text: str) -> None:
    assert text.endswith("."), f"{name} has no sentence below it"
    words = set(re.split(r"[\s,;:]+", text))
    assert words & COUNTED or re.search(r"[,;:] ", text), f"{name} says neither what it counts nor why"
    unit = next((unit for ending, unit in UNITS.items() if name.endswith(ending)), None)
    assert unit is None or unit in words, f"{name} does not speak of {unit}"


@pytest.mark.parametrize("name", sorted(set(told()) - {"SQLITE_VERSION_MIN"}))
def test_every_bound_is_a_number_above_zero(name: str) -> None:
    value = getattr(limits, name)
    assert isinstance(value, int | float) and not isinstance(value, bool)
    assert value > 0


def test_chunks_and_pieces_fit_together() -> None:
    assert limits.WHOLE_BELOW <= limits.CHUNK_MIN < limits.CHUNK_AVG < limits.CHUNK_MAX
    assert limits.PIECE_BYTES == 2 * chunking.WINDOW_BYTES
    assert limits.CHUNK_MAX < limits.PIECE_BYTES <= limits.STREAM_ABOVE < limits.ROWS_BYTES_PER_TX
    assert limits.CHUNK_MAX * limits.DELTA_SKIP_BASE < limits.CHUNK_CACHE_BYTES
    assert limits.TEXT_SNIFF_BYTES < limits.WHOLE_BELOW


def test_deltas_are_worth_it_and_end() -> None:
    assert 0 < limits.DELTA_SHARE_MAX < 1
    assert limits.DELTA_SKIP_BASE > 1
    assert limits.DELTA_DEPTH_MAX < limits.LINEAGE_CACHE_ROWS
    assert 1 <= limits.ZSTD_LEVEL <= 19


def test_paths_hold_names() -> None:
    assert limits.NAME_BYTES_MAX < limits.PATH_BYTES_MAX


def test_the_database_can_keep_what_it_is_told() -> None:
    assert limits.PAGE_BYTES in [2**power for power in range(9, 17)]
    assert limits.PAGE_BYTES < limits.WAL_CHECKPOINT_BYTES < limits.WAL_SIZE_LIMIT
    assert limits.PAGE_BYTES < limits.CACHE_BYTES
    assert limits.ROWS_BYTES_PER_TX < limits.WAL_SIZE_LIMIT
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= limits.SQLITE_VERSION_MIN


def test_waiting_is_looked_at_more_often_than_it_ends() -> None:
    assert limits.LEASE_POLL_S < limits.BUSY_TIMEOUT_S < limits.QUERY_TIMEOUT_S
    assert limits.RACY_WINDOW_NS < limits.RACY_WINDOW_UNKNOWN_NS


def test_texts_and_caches_have_room() -> None:
    assert limits.REQUEST_TEXT_MAX < limits.METADATA_MAX
    assert limits.PREVIEW_CHARS_MAX < limits.MESSAGE_BYTES_MAX
    assert limits.STREAM_ABOVE < limits.DIFF_TEXT_MAX <= limits.EDIT_BYTES_MAX
    assert 4 <= limits.ID_PREFIX_MIN < 64
