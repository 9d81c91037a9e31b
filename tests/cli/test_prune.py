"""`spool prune` says what would go, and does it when told."""

import pytest

from journal.cli.values import amount
from tests.cli.running import Runner


def many(runner: Runner) -> None:
    for number in range(4):
        runner("write", "a.txt", "--text", f"{number}\n")
        runner("commit", "-m", f"{number}")


def test_it_says_what_would_go_and_touches_nothing(committed: Runner) -> None:
    many(committed)
    told = committed("prune", "--keep-commits", "2").out
    assert told.startswith("3 commits, ") and " would go; of " in told and "--yes" in told
    assert committed("prune", "--keep-commits", "2", "--yes", "-n").out == told
    plan = committed("prune", "--keep-commits", "2", "--json").json
    assert plan["commits"] == 3 and plan["dry_run"] is True
    done = committed("prune", "--keep-commits", "2", "--yes", "--json").json
    assert {**done, "bytes_after": 0, "dry_run": True} == {**plan, "bytes_after": 0}
    assert committed("prune", "--keep-commits", "2", "--yes").out == "Nothing to prune.\n"
    assert committed("verify").out


def test_it_is_done_and_told(committed: Runner) -> None:
    many(committed)
    assert " are gone; of " in committed("prune", "--keep-days", "0", "--yes").out


def test_without_a_criterion_or_with_a_wrong_one_it_is_refused(committed: Runner) -> None:
    assert "what to keep" in committed("prune", code=2).err
    for wrong in (("--keep-commits", "0"), ("--keep-days", "x"), ("--max-bytes", "much")):
        committed("prune", *wrong, code=2)
    assert "'x' is no number of days" in committed("prune", "--keep-days", "x", code=2).err


def test_a_size_that_cannot_be_reached_is_told(committed: Runner) -> None:
    many(committed)
    told = "1.0 KiB is not reached: all that is left is to be kept\n"
    assert committed("prune", "--max-bytes", "1K").out.endswith(told)
    assert committed("prune", "--max-bytes", "1K", "--yes").out.endswith(told)
    assert committed("prune", "--max-bytes", "1K", "--yes").out == "Nothing to prune.\n" + told
    assert committed("prune", "--max-bytes", "1G").out == "Nothing to prune.\n"


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("12", 12), ("64K", 65536), ("64KiB", 65536), ("1.5m", 1572864), ("2G", 2 << 30)]
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert amount(text) == size
