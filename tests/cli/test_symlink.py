"""`spool symlink` puts a link at a path."""

import os
from pathlib import Path

from tests.cli.running import Runner


def test_a_link(spool: Runner, root: Path) -> None:
    assert spool("symlink", "latest", "v2/x").out == "A  latest  +1\n"
    assert os.readlink(root / "latest") == "v2/x"


def test_as_json(spool: Runner) -> None:
    (patch,) = spool("symlink", "latest", "v2", "--json").json["patches"]
    assert (patch["kind"], patch["change_type"]) == ("symlink", "created")
