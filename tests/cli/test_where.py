"""`spool where` prints the path of the journal, and says how to make one."""

from pathlib import Path

from tests.cli.running import Runner


def test_from_the_root_and_below(spool: Runner, root: Path, spool_home: Path) -> None:
    path = Path(spool("where").out.rstrip("\n"))
    assert path.is_file() and path.is_relative_to(spool_home)
    (root / "sub").mkdir()
    assert spool.at(root / "sub")("where").out == f"{path}\n"
    assert spool("where", "--json").json == {"version": 1, "root": str(root), "journal": str(path)}


def test_without_a_journal(bare: Runner) -> None:
    assert "`spool init`" in bare("where", code=2).err
