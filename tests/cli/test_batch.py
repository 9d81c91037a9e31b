"""`spool batch` carries out lines of JSON, all or none, and names the line that is wrong."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Runner


def lines(*operations: dict[str, object]) -> bytes:
    return "\n\n".join(map(json.dumps, operations)).encode()


PLAN = lines(
    {"op": "write", "path": "x.txt", "content": "x\n", "mode": "755"},
    {"op": "replace", "path": "a.txt", "match": {"pattern": "ONE", "flags": "i"}, "replacement": "1"},
    {"op": "move", "path": "src/b.txt", "to": "b.txt"},
    {"op": "symlink", "path": "l", "target": "x.txt"},
    {"op": "write", "path": "bin", "content": {"base64": "AP8="}},
)


def test_a_line_a_result(committed: Runner, root: Path) -> None:
    assert committed("batch", stdin=PLAN).out.splitlines() == [
        "A  x.txt  +1",
        "M  a.txt  +1 -1  (1 place)",
        "R  src/b.txt -> b.txt",
        "A  l  +1",
        "A  bin  nothing -> 2 B",
        "5 operations of 5 applied.",
    ]
    assert (root / "a.txt").read_text() == "1\ntwo\nthree\n"


def test_from_a_file_with_contents_in_files(spool: Runner, root: Path, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(b"logo")
    (root / "sub").mkdir()
    (root / "sub" / "plan").write_bytes(lines({"op": "write", "path": "logo", "content": {"file": "../../logo"}}))
    spool.at(root / "sub")("batch", "plan")
    assert (root / "logo").read_bytes() == b"logo"


def test_as_json(committed: Runner) -> None:
    found = committed("batch", "--json", stdin=PLAN).lines
    assert [(each["line"], each["index"], each["applied"]) for each in found] == [
        (1, 0, True), (3, 1, True), (5, 2, True), (7, 3, True), (9, 4, True),
    ]  # fmt: skip
    assert found[2]["patch"]["renamed_from"] == "src/b.txt"


def test_a_diff_and_what_shall_stand_there(committed: Runner, root: Path) -> None:
    diff = "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -9 +9 @@\n-nine\n+9\n"
    plan: list[dict[str, object]] = [
        {"op": "patch", "path": "a.txt", "diff": diff, "ignore_conflicts": True},
        {"op": "replace", "path": "a.txt", "match": "three", "replacement": "3", "unique": True},
        {"op": "write", "path": "new", "content": "x", "expect": "absent"},
    ]
    found = committed("batch", "--json", stdin=lines(*plan)).lines
    assert [(each["conflicted"], each["patch"]["changed"]) for each in found] == [
        (True, True),
        (False, True),
        (False, True),
    ]
    assert (root / "a.txt").read_text() == "one\n2\n3\n"
    again = lines({"op": "delete", "path": "a.txt"}, plan[2])
    assert "line 3: 'new' holds" in committed("batch", stdin=again, code=3).err


def test_a_later_line_overtakes(spool: Runner) -> None:
    twice = lines({"op": "write", "path": "a", "content": "1"}, {"op": "write", "path": "a", "content": "2"})
    out = spool("batch", stdin=twice).out.splitlines()
    assert out[0].endswith("(overtaken by a later line)")
    assert out[-1] == "1 operation of 2 applied."


def test_nothing_to_do(spool: Runner) -> None:
    assert spool("batch", stdin=b"\n \n").out == "0 operations of 0 applied.\n"
    assert spool("batch", "--json", stdin=b"").out == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"nope", "line 2 is no JSON"),
        (b"\xff", "line 2 is no JSON"),
        (b"[" * 100_000, "line 2 is no JSON"),
        (b"[]", "line 2: an operation is a JSON object"),
        (b'{"op": "writ"}', "line 2: no operation is called 'writ'"),
        (b'{"op": "delete"}', "line 2: delete lacks its key 'path'"),
        (b'{"op": "delete", "path": "src"}', "line 2: "),
        (b'{"op": "delete", "path": "/etc/x"}', "line 2: "),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_done(line: bytes, told: str, committed: Runner, root: Path) -> None:
    plan = b'{"op": "delete", "path": "a.txt"}\n' + line
    assert told in committed("batch", stdin=plan, code=2).err
    assert (root / "a.txt").exists()


def test_a_plan_that_is_not_there(spool: Runner) -> None:
    assert "no-plan" in spool("batch", "no-plan", code=2).err
