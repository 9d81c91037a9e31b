"""`spool read` prints exact bytes: of the root, of a commit, of a content."""

import hashlib
from pathlib import Path

import pytest

from tests.cli.running import Runner

DATA = b"\x00\xff" * 700_000


def test_on_disk_and_committed(committed: Runner, root: Path) -> None:
    head = committed("status", "--json").json["head"]
    committed("write", "a.txt", "--text", "staged\n")
    assert committed("read", "a.txt").out == "staged\n"
    for name in (head, head[:7], "main"):
        assert committed("read", "a.txt", "--at", name).out == "one\ntwo\nthree\n"
    assert committed.at(root / "src")("read", "b.txt", "--at", "main").out == "b\n"
    assert committed.at(root / "src")("read", "b.txt").out == "b\n"


def test_bytes_as_they_are(spool: Runner) -> None:
    spool("write", "x", stdin=DATA)
    spool("commit")
    digest = hashlib.sha256(DATA).hexdigest()
    for argv in (["x"], ["x", "--at", "main"], ["--blob", digest]):
        assert spool("read", *argv).out.encode("utf-8", "surrogateescape") == DATA


def test_as_json(committed: Runner) -> None:
    digest = hashlib.sha256(b"b\n").hexdigest()
    expected = {"version": 1, "path": "src/b.txt", "commit": None, "sha256": digest, "size": 2, "content": "b\n"}
    assert committed("read", "src/b.txt", "--json").json == expected
    at = committed("read", "src/b.txt", "--at", "main", "--json").json
    assert at == expected | {"commit": committed("status", "--json").json["head"]}
    assert committed("read", "--blob", digest, "--json").json == expected | {"path": None}
    committed("write", "bin", stdin=b"\xff")
    assert committed("read", "bin", "--json").json["content"] == {"base64": "/w=="}


@pytest.mark.parametrize(
    "argv",
    [
        ["missing.txt"],
        ["missing.txt", "--at", "main"],
        ["a.txt", "--at", "0000000"],
        ["a.txt", "--at", "abc"],
        ["a.txt", "--at", "no branch"],
        ["/etc/passwd"],
        ["src"],
        [],
        ["a.txt", "--blob", "0" * 64],
        ["--blob", "0" * 64],
        ["--blob", "nonsense"],
    ],
)
def test_what_is_not_there(argv: list[str], committed: Runner) -> None:
    told = committed("read", *argv, code=2)
    assert told.out == "" and told.err.startswith("spool: ")
