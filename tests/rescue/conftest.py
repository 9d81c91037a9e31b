"""A sound journal, made once: every test damages copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rescue.damaging import Sound, made


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    """A journal of several commits, closed."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPOOL_HOME", str(folder / "home"))
        return made(folder)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder for a damaged copy and what is salvaged of it."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder
