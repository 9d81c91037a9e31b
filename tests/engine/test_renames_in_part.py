"""Renames in a part of the changes: one of the whole is told where both its sides are shown, and no other is."""

from pathlib import Path

from journal import Delete, Spool, ValidationContext, Write
from tests.engine.clerk import Patches
from tests.engine.looking import disk
from tests.engine.renaming import TEXT, committed, edited, git, told

CROSSED = [("a.txt", "renamed", "a.py"), ("b.py", "renamed", "src.txt")]
PYTHON = [("a.py", "deleted", None), ("b.py", "created", None)]


def crossed(spool: Spool) -> None:
    """Two alike files, each renamed to the ending the other had."""
    committed(spool, **{"a.py": TEXT, "src.txt": edited(1)})
    spool.batch([Delete("a.py"), Delete("src.txt"), Write("a.txt", TEXT), Write("b.py", edited(1))])


def test_a_part_of_the_stage_is_told_by_itself(spool: Spool, root: Path, tmp_path: Path) -> None:
    committed(spool, old=TEXT)
    spool.journal.checkout("main", tmp_path / "other")
    spool.batch([Delete("old"), Write("new", edited(1))])
    assert told(spool.diff("old")) == [("old", "deleted", None)]
    assert told(spool.diff("new")) == [("new", "created", None)]
    git(tmp_path / "other", spool.diff("new")[0].diff_bytes)
    assert disk(tmp_path / "other").keys() == {"old", "new"}


def test_what_is_shown_of_the_stage_is_paired_as_in_the_whole(spool: Spool) -> None:
    crossed(spool)
    assert told(spool.diff()) == CROSSED
    assert told(spool.diff("*.py")) == PYTHON
    assert told(spool.diff(["a.py", "a.txt"])) == CROSSED[:1]
    assert told(spool.diff(["a.py", "a.txt", "b.py"])) == [CROSSED[0], PYTHON[1]]


def test_a_validator_sees_its_part_paired_as_in_the_whole(spool: Spool) -> None:
    clerks = {paths: Told() for paths in ("*.py", "a.*", "*")}
    for paths, clerk in clerks.items():
        spool.register_validator(clerk, name=paths, paths=paths)
    crossed(spool)
    spool.validate()
    assert [clerk.last for clerk in clerks.values()] == [PYTHON, CROSSED[:1], CROSSED]


class Told:
    """A validator that agrees, and keeps what it was shown last."""

    def __init__(self) -> None:
        self.last: list[tuple[str, str, str | None]] = []

    def __call__(self, patches: Patches, context: ValidationContext) -> None:
        self.last = told(patches)


def test_two_commits_are_compared_as_a_whole_whatever_is_shown(spool: Spool) -> None:
    crossed(spool)
    crossing = spool.commit("crossed")
    assert crossing is not None
    assert told(spool.journal.diff(crossing.parent_id, "main")) == CROSSED
    assert told(spool.journal.diff(crossing.parent_id, "main", "*.py")) == PYTHON
    assert told(spool.journal.diff(crossing.parent_id, "main", ["src.txt", "b.py"])) == CROSSED[1:]
