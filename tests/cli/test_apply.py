"""`spool apply` applies a diff over many files, all of it or nothing, and can say beforehand what it would do."""

from pathlib import Path

from tests.cli.running import Runner

DIFF = (
    b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+zwei\n three\n"
    b"diff --git a/new b/new\nnew file mode 100755\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+new\n"
    b"diff --git a/src/b.txt b/c.txt\nrename from src/b.txt\nrename to c.txt\n"
)
PLAN = [
    "write   a.txt           15 B  1 hunk, +1 -1",
    "write   c.txt            2 B  it was src/b.txt",
    "write   new              4 B  it is absent",
    "delete  src/b.txt             it becomes c.txt",
    "Nothing was touched.",
]
TOLD = ["M  a.txt  +1 -1", "A  new  +1", "R  src/b.txt -> c.txt"]


def test_a_line_a_file(committed: Runner, root: Path) -> None:
    assert committed("apply", stdin=DIFF).out.splitlines() == TOLD
    assert sorted(each.name for each in root.iterdir() if each.is_file()) == ["a.txt", "c.txt", "new"]
    assert (root / "new").stat().st_mode & 0o777 == 0o755


def test_a_dry_run(committed: Runner, root: Path) -> None:
    assert committed("apply", "--dry-run", "-", stdin=DIFF).out.splitlines() == PLAN
    assert (root / "src/b.txt").exists() and not (root / "new").exists()
    told = committed("apply", "-n", "--json", stdin=DIFF).json
    assert [(each["path"], each["action"]) for each in told["plan"]] == [
        *[("a.txt", "write"), ("c.txt", "write"), ("new", "write")],
        ("src/b.txt", "delete"),
    ]
    assert (told["conflicts"], told["dry_run"]) == ([], True)
    patches = told["patches"]
    assert [patch["change_type"] for patch in patches] == ["modified", "created", "renamed"]
    assert patches[0]["report"][0]["status"] == "applied"
    assert committed("status", "--json").json["staged"] == []


def test_all_or_nothing(committed: Runner, root: Path, tmp_path: Path) -> None:
    (tmp_path / "x.diff").write_bytes(DIFF.replace(b"-two", b"-2"))
    assert "does not fit 'a.txt'" in committed("apply", "../x.diff", code=3).err
    assert not (root / "new").exists()
    assert "diff is empty" in committed("apply", code=2).err


def test_names_are_of_the_root_wherever_one_stands(committed: Runner, root: Path) -> None:
    assert committed.at(root / "src")("apply", stdin=DIFF).out.splitlines()[1] == "A  ../new  +1"


def test_what_diff_prints_is_taken(committed: Runner, root: Path) -> None:
    committed("write", "a.txt", "--text", "other")
    committed("delete", "src/b.txt")
    diff = committed("diff").out.encode()
    committed("reset")
    committed("apply", stdin=diff)
    assert (root / "a.txt").read_text() == "other" and not (root / "src/b.txt").exists()
