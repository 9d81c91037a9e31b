"""A sound journal for each test to damage."""

from pathlib import Path

import pytest

from tests.rescue.damages import sound_journal


@pytest.fixture
def sound(root: Path, tmp_path: Path) -> Path:
    """A journal with two commits, and a third change staged."""
    path = tmp_path / "sound.db"
    sound_journal(root, path)
    return path
