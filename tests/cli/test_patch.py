"""`spool patch` applies a diff to one file, and says which hunks do not fit."""

import hashlib
from pathlib import Path

from tests.cli.running import Runner

DIFF = b"--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n"
TWO = DIFF + b"@@ -9 +9 @@\n-nine\n+neun\n"


def test_from_standard_input_and_from_a_file(committed: Runner, root: Path, tmp_path: Path) -> None:
    assert committed("patch", "a.txt", stdin=DIFF).out == "M  a.txt  +1 -1\n"
    assert (root / "a.txt").read_text() == "one\nzwei\nthree\n"
    assert committed("patch", "a.txt", "-", stdin=DIFF).out == "=  a.txt  applied already\n"
    committed("reset")
    (tmp_path / "x.diff").write_bytes(DIFF)
    (root / "sub").mkdir()
    assert committed.at(root / "sub")("patch", "../a.txt", "../../x.diff").out == "M  ../a.txt  +1 -1\n"


def test_a_hunk_that_does_not_fit(committed: Runner, root: Path) -> None:
    told = committed("patch", "a.txt", stdin=TWO, code=3).err
    assert "hunk 2 of 2: the file ends at line 3" in told
    assert "--ignore-conflicts" in told
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"
    assert committed("patch", "a.txt", "--ignore-conflicts", stdin=TWO).out.splitlines() == [
        "M  a.txt  +1 -1",
        "   hunk 2 was left out: the file ends at line 3, the hunk goes on with 'nine'",
    ]


def test_as_json(committed: Runner) -> None:
    (patch,) = committed("patch", "a.txt", "--json", "--ignore-conflicts", stdin=TWO).json["patches"]
    assert [(hunk["hunk"], hunk["status"], hunk["line"]) for hunk in patch["report"]] == [
        (1, "applied", 1),
        (2, "refused", 0),
    ]
    committed("reset")
    error = committed("patch", "a.txt", "--json", stdin=TWO, code=3).err
    assert '"error": "patch_conflict"' in error
    assert '"status": "refused"' in error


def test_what_cannot_be_read(committed: Runner) -> None:
    odd = DIFF[:32] + b"word\n" + DIFF[32:]
    assert "line 4 of the diff" in committed("patch", "a.txt", "--tolerance", "strict", stdin=odd, code=2).err
    open_block = committed("patch", "a.txt", stdin=b"<<<<<<< SEARCH\none\n=======\n1\n", code=2).err
    assert "line 1 of the diff begins a block that does not end" in open_block and ">>>>>>> REPLACE" in open_block
    assert "diff is empty" in committed("patch", "a.txt", code=2).err
    assert "no-diff" in committed("patch", "a.txt", "no-diff", code=2).err
    assert "choice" in committed("patch", "a.txt", "--tolerance", "much", stdin=DIFF, code=2).err


def test_what_shall_stand_there(committed: Runner, root: Path) -> None:
    digest = hashlib.sha256(b"one\ntwo\nthree\n").hexdigest()
    assert "expected was nothing" in committed("patch", "a.txt", "--expect", "absent", stdin=DIFF, code=3).err
    committed("write", "a.txt", "--text", "x", "--expect", "0" * 64, code=3)
    committed("replace", "a.txt", "one", "1", "--expect", "0" * 64, code=3)
    committed("delete", "a.txt", "--expect", "0" * 64, code=3)
    assert "no digest" in committed("delete", "a.txt", "--expect", "12", code=2).err
    assert "one file" in committed("delete", "a.txt", "src/b.txt", "--expect", digest, code=2).err
    assert (root / "a.txt").read_text() == "one\ntwo\nthree\n"
    committed("patch", "a.txt", "--expect", digest, stdin=DIFF)
    committed("delete", "a.txt", "--expect", hashlib.sha256(b"one\nzwei\nthree\n").hexdigest())
    committed("write", "a.txt", "--text", "new", "--expect", "absent")
    assert (root / "a.txt").read_text() == "new"


def test_a_hunk_that_landed_otherwise_than_the_diff_says_is_told(committed: Runner) -> None:
    moved = DIFF.replace(b"@@ -1,3 +1,3 @@", b"@@ -3,3 +3,3 @@").replace(b" one", b" one  ")
    assert committed("patch", "a.txt", stdin=moved).out.splitlines() == [
        "M  a.txt  +1 -1",
        "   hunk 1 stands at line 1 (trailing-space): it stands 2 lines above its number",
    ]
    committed("reset")
    named = moved.replace(b"/x\n", b"/a.txt\n")
    assert "1 hunk, 1 of them not as the diff has it, +1 -1" in committed("apply", "-n", stdin=named).out
    assert "   hunk 1 stands at line 1" in committed("apply", stdin=named).out


def test_a_block_that_is_not_there_is_answered_by_what_comes_nearest(committed: Runner) -> None:
    block = b"a.txt\n<<<<<<< SEARCH\nthreee\n=======\n3\n>>>>>>> REPLACE\n"
    assert "nearest to it comes line 3, 'three'" in committed("apply", stdin=block, code=3).err
