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
