"""`spool validate` shows what a commit would publish, with the digest that it can be held to."""

from pathlib import Path

from journal import Spool
from tests.cli.running import Runner


def test_nothing_staged(spool: Runner) -> None:
    assert spool("validate").out == "Nothing staged, nothing to validate.\n"
    found = spool("validate", "--json").json
    assert found == {"version": 1, "patches": [], "digest": spool("status", "--digest").out.strip()}
    assert spool("validate", "--plain").out == spool("status", "--digest").out


def test_what_would_be_judged_with_its_digest(committed: Runner, root: Path) -> None:
    committed("write", "a.txt", "--text", "one\ntwo\n")
    committed("delete", "src/b.txt")
    digest = committed("status", "--digest").out.strip()
    out = committed("validate").out.splitlines()
    assert out[:4] == ["M  a.txt  -1", "D  src/b.txt  -1", " 2 files changed, 2 deletions(-)", f"digest {digest}"]
    assert committed("validate", "--plain").out.splitlines() == [*out[:2], digest]
    found = committed("validate", "--json").json
    assert found["digest"] == digest
    assert [(each["path"], each["deletions"]) for each in found["patches"]] == [("a.txt", 1), ("src/b.txt", 1)]
    committed("commit", "--expect", digest)
    with Spool.open(root) as held:
        held.write("a.txt", "beside a session")
        assert committed("validate", "--plain").out.splitlines()[-1] == held.status().digest


def test_it_judges_nothing_and_so_leaves_no_row(committed: Runner) -> None:
    count = "SELECT count(*) AS n FROM audit"
    before = committed("sql", "--json", count).json
    committed("write", "a.txt", "--text", "x")
    committed("validate")
    assert committed("sql", "--json", count).json["rows"][0]["n"] == before["rows"][0]["n"] + 1


def test_a_root_without_a_journal(bare: Runner) -> None:
    assert "spool init" in bare("validate", code=2).err
