"""`spool sql` answers in every form, and never writes."""

import json

import pytest

from journal.cli import sql
from tests.cli.running import Runner

QUERY = "SELECT cursor, path, change_type FROM history ORDER BY cursor"
ODD = "SELECT 'a,b' AS text, x'00ff' AS bytes, NULL AS gone, 1.5 AS number"


def test_a_table(committed: Runner) -> None:
    assert committed("sql", QUERY).out.splitlines() == [
        "cursor  path       change_type",
        "------  ---------  -----------",
        "     1  a.txt      created",
        "     2  src/b.txt  created",
        "2 rows",
    ]
    assert committed("sql", "--table", QUERY, "--limit", "1").out.splitlines()[-1] == "1 row"
    assert committed("sql", "SELECT 1 WHERE 0").out == "No rows.\n"


def test_separated_values(committed: Runner) -> None:
    assert committed("sql", "--csv", ODD).out == 'text,bytes,gone,number\n"a,b",00ff,,1.5\n'
    assert committed("sql", "--tsv", ODD).out == "text\tbytes\tgone\tnumber\na,b\t00ff\t\t1.5\n"


def test_json_as_a_document_and_as_lines(committed: Runner) -> None:
    expected = {"text": "a,b", "bytes": {"base64": "AP8="}, "gone": None, "number": 1.5}
    assert committed("sql", "--json", ODD).json == {"version": 1, "rows": [expected]}
    assert json.loads(committed("sql", "--nl", ODD).out) == expected
    assert committed("sql", "--nl", QUERY, "--limit", "1").out.count("\n") == 1


def test_no_statement_is_no_rows(committed: Runner) -> None:
    assert committed("sql", "").out == "No rows.\n"


def test_parameters(committed: Runner) -> None:
    query = "SELECT typeof(:a) AS a, typeof($b) AS b, typeof(@c) AS c"
    found = committed("sql", "--json", query, "-p", "a=5", "--param", "b=x", "-p", ":c=null").json["rows"]
    assert found == [{"a": "integer", "b": "text", "c": "null"}]
    committed("sql", "SELECT :a", "-p", "a", code=2)
    committed("sql", "SELECT :a", code=2)
    committed("sql", "SELECT :a", "-p", "a=[1]", code=2)


def test_from_standard_input(committed: Runner) -> None:
    assert committed("sql", "-", "--csv", stdin=b"SELECT 1 AS one").out == "one\n1\n"
    committed("sql", "-", code=2, stdin=b"\xff")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM change",
        "UPDATE meta SET value = 1",
        "DROP TABLE change",
        "CREATE TABLE x (y)",
        "INSERT INTO meta VALUES (1, 2)",
        "PRAGMA journal_mode = DELETE",
        "ATTACH 'x.db' AS x",
        "VACUUM",
        "SELECT nonsense",
        "SELECT 1 AS a, 2 AS a",
    ],
)
def test_what_is_refused(query: str, committed: Runner) -> None:
    told = committed("sql", query, code=2)
    assert told.out == "" and told.err.startswith("spool: ")


def test_the_examples_of_its_help_run(committed: Runner) -> None:
    examples = [line for line in sql.EXAMPLES.splitlines() if line.startswith("  SELECT")]
    assert len(examples) == 3
    for example in examples:
        committed("sql", example.strip(), *(["-p", "session=x"] if ":session" in example else []))


def test_an_error_speaks_of_the_query(committed: Runner) -> None:
    error = committed("sql", "SELECT * FROM histry", code=2).err
    assert error == "spool: the query is refused: no such table: histry\n       Did you mean history?\n"
    assert "the views are audit" in committed("sql", "SELECT * FROM qqqq", code=2).err
    assert committed("sql", "SELEC 1", code=2).err.startswith('spool: the query is refused: near "SELEC"')
    assert "can only read" in committed("sql", "DELETE FROM blob", code=2).err
