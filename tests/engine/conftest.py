"""An open spool for each test, at the root that every test gets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from journal import Spool


@pytest.fixture
def spool(root: Path) -> Iterator[Spool]:
    """A session at the fresh root."""
    with Spool.open(root) as opened:
        yield opened


@pytest.fixture
def filled(spool: Spool) -> Spool:
    """A session that made two commits."""
    spool.write("a", "1")
    spool.write("src/b", "1", mode=0o755)
    spool.commit("first")
    spool.symlink("a", "src/b")
    spool.delete("src/b")
    spool.write("src/c", "2")
    spool.commit("second")
    return spool
