"""`spool init` makes a journal once, and says where it is."""

import os
from pathlib import Path

from tests.cli.running import Runner


def test_it_makes_and_then_finds(bare: Runner, root: Path, spool_home: Path) -> None:
    made = bare("init").out.splitlines()
    assert made[0] == f"Made the journal of {root}"
    assert Path(made[1].strip()).is_relative_to(spool_home)
    assert bare("init").out.splitlines()[:2] == [f"Found the journal of {root}", made[1]]


def test_as_json(bare: Runner, root: Path) -> None:
    first, second = bare("init", "--json").json, bare("init", "--json").json
    assert (first["root"], first["created"], second["created"]) == (str(root), True, False)
    assert first["journal"] == second["journal"]
    assert os.path.isfile(first["journal"])


def test_plain_is_the_path_only(bare: Runner) -> None:
    assert os.path.isfile(bare("init", "--plain").out.rstrip("\n"))


def test_elsewhere(bare: Runner, root: Path, tmp_path: Path) -> None:
    told = bare("init", "--journal", "../elsewhere/x.db", "--json").json
    assert told["journal"] == str(tmp_path / "elsewhere" / "x.db")
    assert bare("where").out == told["journal"] + "\n"


def test_it_does_not_look_upwards(spool: Runner, root: Path) -> None:
    (root / "sub").mkdir()
    assert spool.at(root / "sub")("init", "--json").json["root"] == str(root / "sub")


def test_a_root_that_is_too_wide_is_refused(bare: Runner, tmp_path: Path, monkeypatch: object) -> None:
    told = bare.at(Path("/"))("init", code=2).err
    assert "the whole file system" in told
    assert "--allow-wide-root" in told
