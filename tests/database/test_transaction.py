"""Transactions: what is left is committed whole or not at all, and what only reads cannot write."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from mypy import api

from journal import limits
from journal.database import Database, Read, Write
from journal.errors import BusyError, CorruptionError, UsageError

INSERT = "INSERT INTO word (id, text) VALUES (:id, :text)"
WORDS = "SELECT text FROM word ORDER BY id"
SYNC = "PRAGMA synchronous"
CHECKOUT = Path(__file__).resolve().parents[2]


def words(database: Database) -> list[str]:
    """What another connection finds committed."""
    other = Database.open(database.path, readonly=True)
    try:
        return [row[0] for row in other.look().rows(WORDS)]
    finally:
        other.close()


def is_free(database: Database) -> bool:
    """Whether nothing is open: another connection can write, and this one begin again."""
    other = Database.open(database.path, readonly=False)
    try:
        with other.begin() as tx:
            tx.run("DELETE FROM rhyme")
    finally:
        other.close()
    with database.begin() as tx:
        tx.run("DELETE FROM rhyme")
    return True


def test_what_is_left_is_committed(database: Database) -> None:
    with database.begin() as tx:
        tx.run(INSERT, id=1, text="one")
        assert words(database) == []
    assert words(database) == ["one"]
    assert is_free(database)


@pytest.mark.parametrize(
    "error", [ValueError("m"), KeyboardInterrupt(), UsageError("m")], ids=lambda e: type(e).__name__
)
def test_an_exception_takes_everything_back(database: Database, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, database.begin() as tx:
        tx.run(INSERT, id=1, text="one")
        raise error
    assert caught.value is error
    assert words(database) == []
    assert is_free(database)


def test_a_statement_that_fails_takes_everything_back(database: Database) -> None:
    with pytest.raises(CorruptionError, match="UNIQUE") as caught, database.begin() as tx:
        tx.run(INSERT, id=1, text="one")
        tx.run(INSERT, id=2, text="one")
    assert isinstance(caught.value.__cause__, apsw.ConstraintError)
    assert str(caught.value).startswith(database.path)
    assert words(database) == []
    assert is_free(database)


def test_a_failure_that_is_handled_inside_takes_only_itself_back(database: Database) -> None:
    with database.begin() as tx:
        tx.run(INSERT, id=1, text="one")
        with pytest.raises(CorruptionError):
            tx.run_many(INSERT, [{"id": 2, "text": "two"}, {"id": 3, "text": None}])
        tx.run(INSERT, id=4, text="four")
    assert words(database) == ["one", "two", "four"]
    assert is_free(database)


def test_a_commit_that_fails_takes_everything_back(database: Database) -> None:
    with pytest.raises(CorruptionError, match="FOREIGN KEY"), database.begin() as tx:
        tx.run(INSERT, id=1, text="one")
        tx.run("INSERT INTO rhyme (id) VALUES (99)")
    assert words(database) == []
    assert is_free(database)


def test_a_transaction_that_sqlite_ended_is_over(database: Database) -> None:
    with pytest.raises(CorruptionError), database.begin() as tx:
        tx.run(INSERT, id=1, text="one")
        tx.run("INSERT OR ROLLBACK INTO word (id, text) VALUES (1, 'again')")
    assert words(database) == []
    assert is_free(database)


@pytest.mark.parametrize("sync", [False, True])
def test_only_one_can_write_at_a_time(path: str, sync: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BUSY_TIMEOUT_S", 0.01)
    one = Database.open(path, readonly=False, create=True)
    other = Database.open(path, readonly=False)
    with one.begin() as tx:
        tx.run("CREATE TABLE word (id INTEGER) STRICT")
        with pytest.raises(BusyError) as caught, other.begin(sync=sync):
            raise AssertionError("both write")
        assert caught.value.retryable
        assert other.look().value(SYNC) == 1
    with other.begin(sync=sync) as tx:
        tx.run("INSERT INTO word (id) VALUES (1)")
    assert one.look().value("SELECT count(*) FROM word") == 1
    one.close()
    other.close()


def test_sync_holds_for_one_transaction(database: Database) -> None:
    with database.begin(sync=True) as tx:
        assert tx.value(SYNC) == 2
        tx.run(INSERT, id=1, text="one")
    assert database.look().value(SYNC) == 1
    with pytest.raises(ValueError), database.begin(sync=True) as tx:
        raise ValueError
    assert database.look().value(SYNC) == 1
    with pytest.raises(CorruptionError), database.begin(sync=True) as tx:
        tx.run("INSERT INTO rhyme (id) VALUES (99)")
    assert database.look().value(SYNC) == 1
    with database.begin() as tx:
        assert tx.value(SYNC) == 1
    assert words(database) == ["one"]


def test_reading_inside_a_transaction_sees_what_it_wrote(database: Database) -> None:
    with database.begin() as tx:
        tx.run(INSERT, id=7, text="seven")
        assert tx.row("SELECT id, text FROM word") == (7, "seven")
        assert tx.value("INSERT INTO word (text) VALUES (:text) RETURNING id", text="eight") == 8
        assert Read.rows(tx, WORDS) == [("seven",), ("eight",)]


def test_many_rows_are_many_none_or_one(database: Database) -> None:
    with database.begin() as tx:
        tx.run_many(INSERT, [{"id": number, "text": str(number)} for number in range(3)])
        tx.run_many("INSERT INTO word (id, text) VALUES (?, ?)", ((3, "3"), (4, "4")))
        tx.run_many(INSERT, [])
        tx.run_many(INSERT, [{"id": 5, "text": "5"}])
        tx.run_many("INSERT INTO word (id, text) VALUES (?, ?)", [(6, "6")])
    assert words(database) == ["0", "1", "2", "3", "4", "5", "6"]


def test_rows_may_be_made_while_they_are_written(database: Database) -> None:
    def rows(tx: Write, first: int, count: int) -> Iterator[tuple[int, str]]:
        for number in range(first, first + count):
            assert tx.value("SELECT count(*) FROM word") <= number  # it may ask meanwhile
            yield number, str(number)

    with database.begin() as tx:
        for first, count in ((0, 0), (0, 1), (1, 5)):
            tx.run_many("INSERT INTO word (id, text) VALUES (?, ?)", rows(tx, first, count))
    assert words(database) == ["0", "1", "2", "3", "4", "5"]


def test_rows_that_cannot_be_made_undo_the_transaction(database: Database) -> None:
    def broken() -> Iterator[tuple[int, str]]:
        for number in range(3):
            yield number, str(number)
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"), database.begin() as tx:
        tx.run_many("INSERT INTO word (id, text) VALUES (?, ?)", broken())
    assert words(database) == []
    assert is_free(database)


def test_nothing_found_is_none(database: Database) -> None:
    look = database.look()
    assert look.row(WORDS) is None and look.value(WORDS) is None and look.rows(WORDS) == []
    assert look.value("SELECT NULL") is None


def test_a_script_runs_to_its_end(database: Database) -> None:
    with database.begin() as tx:
        tx.run("INSERT INTO word VALUES (1, 'a'); SELECT * FROM word; INSERT INTO word VALUES (2, 'b')")
    assert words(database) == ["a", "b"]


def test_a_stream_gives_names_and_rows_one_by_one(database: Database) -> None:
    with database.begin() as tx:
        tx.run_many(INSERT, [{"id": number, "text": str(number)} for number in range(3)])
    asked = "SELECT id AS number, text FROM word WHERE id >= :least ORDER BY id"
    stream = database.look().stream(asked, {"least": 1})
    assert next(stream) == (["number", "text"], (1, "1"))
    assert list(stream) == [(["number", "text"], (2, "2"))]
    assert list(database.look().stream("SELECT id FROM word WHERE id = ?", [9])) == []
    assert list(database.look().stream("SELECT 1 AS a, 2 AS a", ())) == [(["a", "a"], (1, 2))]


@pytest.mark.parametrize(
    "ask",
    [
        lambda read: read.row("SELECT nonsense"),
        lambda read: read.rows("SELECT nonsense"),
        lambda read: read.value("SELECT nonsense"),
        lambda read: next(read.stream("SELECT nonsense", ())),
        lambda read: list(read.stream("SELECT abs(-9223372036854775808)", ())),
    ],
    ids=["row", "rows", "value", "stream", "first step"],
)
def test_an_error_while_reading_is_one_of_ours(database: Database, ask: Callable[[Read], Any]) -> None:
    with pytest.raises(UsageError) as caught:
        ask(database.look())
    assert str(caught.value).startswith(database.path)
    assert isinstance(caught.value.__cause__, apsw.SQLError)
    assert is_free(database)


@pytest.mark.parametrize(
    "values",
    [{}, {"a": 2**63}, {"a": "\udcff"}, {"a": object()}, {"a": {}}, [], [1, 2], 3],
    ids=["missing", "large", "surrogate", "object", "dict", "none", "two", "number"],
)
def test_a_value_of_the_user_that_does_not_fit_is_his_mistake(database: Database, values: Any) -> None:
    with pytest.raises(UsageError) as caught:
        list(database.look().stream("SELECT :a", values))
    assert caught.value.hint
    assert is_free(database)


def test_what_reads_has_no_way_to_write(database: Database) -> None:
    assert not hasattr(database.look(), "run") and not hasattr(database.look(), "run_many")
    with database.read() as read:
        assert not isinstance(read, Write)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ("def change(tx: Read) -> None:\n    tx.run('DELETE FROM path')", '"Read" has no attribute "run"'),
        ("def change(tx: Read) -> None:\n    paths.number(tx, 'a')", 'incompatible type "Read"; expected "Write"'),
        ("def look(tx: Write) -> object:\n    return paths.find(tx, 'a')", ""),
    ],
    ids=["run", "call", "allowed"],
)
def test_a_type_checker_sees_who_may_write(
    body: str, refused: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYPYPATH", str(CHECKOUT))
    head = "from journal.database import Read, Write\nfrom journal.tables import paths\n"
    (tmp_path / "snippet.py").write_text(head + textwrap.dedent(body) + "\n", encoding="utf-8")
    options = [
        "--strict",
        "--config-file",
        "",
        "--follow-imports",
        "silent",
        "--cache-dir",
        str(tmp_path_factory.mktemp("cache")),
    ]
    said, trouble, status = api.run([*options, str(tmp_path / "snippet.py")])
    assert (refused in said, trouble, status) == (True, "", 1 if refused else 0), said
    assert said.count("error:") == (1 if refused else 0), said
