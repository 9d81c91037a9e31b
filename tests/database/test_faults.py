"""SQLite's errors: each has a home among ours, and that home is the right one."""

import errno
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from journal import errors
from journal.database import Read, space
from journal.database.faults import INDEX_BYTES, translate
from journal.errors import BusyError, DiskFull, JournalError, LimitExceeded

HOMES = {
    "AbortError": "StorageError",
    "AuthError": "UsageError",
    "BindingsError": "UsageError",
    "BusyError": "BusyError",
    "CantOpenError": "StorageError",
    "ConnectionClosedError": "Closed",
    "ConnectionNotClosedError": "Closed",
    "ConstraintError": "CorruptionError",
    "CorruptError": "CorruptionError",
    "CursorClosedError": "Closed",
    "EmptyError": "UsageError",
    "Error": "UsageError",
    "ExecTraceAbort": "UsageError",
    "ExecutionCompleteError": "UsageError",
    "ExtensionLoadingError": "UsageError",
    "ForkingViolationError": "UsageError",
    "FormatError": "UsageError",
    "FullError": "DiskFull",
    "IOError": "StorageError",
    "IncompleteExecutionError": "UsageError",
    "InternalError": "CorruptionError",
    "InterruptError": "LimitExceeded",
    "InvalidContextError": "UsageError",
    "LockedError": "BusyError",
    "MismatchError": "UsageError",  # `LIMIT 'x'` in a query of the user
    "MisuseError": "UsageError",
    "NoFTS5Error": "UsageError",
    "NoLFSError": "StorageError",
    "NoMemError": "StorageError",
    "NotADBError": "NotAJournal",
    "NotFoundError": "UsageError",
    "PermissionsError": "ReadOnly",
    "ProtocolError": "BusyError",
    "RangeError": "UsageError",
    "ReadOnlyError": "ReadOnly",
    "SQLError": "UsageError",
    "SchemaChangeError": "BusyError",
    "ThreadingViolationError": "UsageError",
    "TooBigError": "LimitExceeded",
    "VFSFileClosedError": "StorageError",
    "VFSNotImplementedError": "StorageError",
}


def kinds(kind: type[apsw.Error]) -> Iterator[type[apsw.Error]]:
    """A class of apsw's errors and all below it."""
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


def test_every_error_of_apsw_is_known_here() -> None:
    walked = {kind.__name__ for kind in kinds(apsw.Error) if kind.__module__ == "apsw"}
    named = {name for name, kind in vars(apsw).items() if isinstance(kind, type) and issubclass(kind, apsw.Error)}
    assert walked == named == set(HOMES)


@pytest.mark.parametrize(("name", "home"), HOMES.items(), ids=HOMES)
def test_every_error_of_apsw_has_its_home(name: str, home: str) -> None:
    made = translate(getattr(apsw, name)("what SQLite said"), "/nowhere/journal.db")
    assert type(made) is getattr(errors, home)
    assert str(made).startswith("/nowhere/journal.db: what SQLite said")
    assert str(made) == "/nowhere/journal.db: what SQLite said" or isinstance(made, DiskFull)
    assert made.hint


def test_the_homes_are_those_of_the_groups() -> None:
    groups = {"UsageError", "BusyError", "CorruptionError", "StorageError"}
    reached = {
        next(kind.__name__ for kind in getattr(errors, home).__mro__ if kind.__name__ in groups)
        for home in HOMES.values()
    }
    assert reached == groups


def test_a_kind_that_apsw_may_add_is_not_lost() -> None:
    class Unheard(apsw.Error):
        """An error of a later release."""

    assert type(translate(Unheard("m"), "j.db")) is errors.UsageError


def test_the_fields_of_our_errors_are_filled(tmp_path: Path) -> None:
    full = translate(apsw.FullError("m"), str(tmp_path / "j.db"), 123_456)
    assert isinstance(full, DiskFull) and full.needed_bytes == 123_456 and full.free_bytes > 0
    for said in (str(full), full.hint):
        assert f"123456 bytes are needed, {full.free_bytes} are free" in said
    busy = translate(apsw.BusyError("m"), "j.db")
    assert isinstance(busy, BusyError) and (busy.holder, busy.waited_s) == (None, 0.0)
    large = translate(apsw.TooBigError("m"), "j.db")
    assert isinstance(large, LimitExceeded) and (large.limit, large.found) == ("sqlite", None)


@pytest.mark.parametrize("path", ["j.db", "/nowhere/at/all/j.db"])
def test_a_full_disk_needs_a_block_at_the_least(path: str) -> None:
    full = translate(apsw.FullError("m"), path)
    assert isinstance(full, DiskFull) and full.free_bytes > 0 and full.needed_bytes >= 512


@pytest.mark.parametrize("kind", [apsw.IOError, apsw.CantOpenError])
def test_a_full_disk_by_another_name_is_one(kind: type[apsw.Error], monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(translate(kind("m"), "/j.db", number=errno.EIO)) is errors.StorageError
    assert type(translate(kind("m"), "/j.db", number=errno.ENOSPC)) is DiskFull
    assert type(translate(kind("m"), "/j.db", number=errno.EDQUOT)) is DiskFull
    monkeypatch.setattr(space, "free_bytes", lambda _place: INDEX_BYTES - 1)
    assert type(translate(kind("m"), "/j.db")) is DiskFull, "the index of a WAL could not grow"
    assert type(translate(kind("m"), "/j.db", number=errno.EIO)) is errors.StorageError
    monkeypatch.setattr(space, "free_bytes", lambda _place: None)
    assert type(translate(kind("m"), "/j.db")) is errors.StorageError


@pytest.mark.parametrize(
    ("sql", "home"),
    [
        ("SELECT nonsense", errors.UsageError),
        ("SELECT 1 LIMIT 'x'", errors.UsageError),
        ("SELECT zeroblob(2147483648)", errors.LimitExceeded),
        ("SELECT load_extension('x')", errors.UsageError),
        ("SELECT json('{')", errors.UsageError),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_user_gets_wrong_is_never_called_damage(sql: str, home: type[JournalError]) -> None:
    connection = apsw.Connection(":memory:")
    with pytest.raises(apsw.Error) as caught:
        connection.execute(sql).fetchall()
    assert type(translate(caught.value, "j.db")) is home
    connection.close()


def test_a_text_that_is_none_and_a_head_that_lies_are_damage() -> None:
    connection = apsw.Connection(":memory:")
    with pytest.raises(errors.CorruptionError, match="UTF-8"):
        Read(connection, "j.db").rows("SELECT CAST(x'ff' AS TEXT)")
    with pytest.raises(errors.CorruptionError, match="UTF-8"):
        Read(connection, "j.db").row("SELECT CAST(x'ff' AS TEXT)")
    connection.close()
    assert type(translate(apsw.SQLError("unsupported file format"), "j.db")) is errors.CorruptionError
