"""A plan reads the same whatever command made it."""

import pytest

from journal.cli import plans
from tests.cli.running import Runner

DIFF = b"--- a/new\n+++ b/new\n@@ -0,0 +1 @@\n+new\n"


@pytest.fixture
def changed(committed: Runner) -> Runner:
    """What every command with --dry-run has something to do with."""
    committed("write", "z.txt", "--text", "x")
    committed("write", "a.txt", "--text", "x")
    return committed


@pytest.mark.parametrize(
    "argv", [["reset"], ["restore", "main"], ["checkout", "main", "../out"], ["apply"]], ids=lambda argv: str(argv[0])
)
def test_every_plan_has_the_same_keys_and_the_same_order(argv: list[str], changed: Runner) -> None:
    told = changed(*argv, "--dry-run", "--json", stdin=DIFF).json
    assert (told["dry_run"], told["conflicts"]) == (True, [])
    assert all(list(step) == ["path", "action", "reason", "bytes"] for step in told["plan"])
    paths = [step["path"] for step in told["plan"]]
    assert paths and paths == sorted(paths)
    lines = changed(*argv, "-n", stdin=DIFF).out.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [[step["action"], step["path"]] for step in told["plan"]]
    assert lines[-1] == plans.UNTOUCHED
    assert changed(*argv, "-n", "--plain", stdin=DIFF).out.splitlines() == lines[:-1]
