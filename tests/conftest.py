"""What every test gets: a state folder of its own, fixed random choices, and a look at the journals it leaves."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

SQLITE_HEADER = b"SQLite format 3\x00"

# A run is the same as the last; `--hypothesis-profile=explore` looks further, with other examples each time.
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=80, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("ci"), derandomize=False, max_examples=2_000)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def spool_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder, outside `tmp_path` so that a root may be anywhere in there."""
    home = tmp_path_factory.mktemp("spool-home")
    monkeypatch.setenv("SPOOL_HOME", str(home))
    memory = home.with_name(home.name + "-memory")  # what a restart of the machine would empty
    memory.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    return home


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh folder to journal."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def journals_are_sound(request: pytest.FixtureRequest, tmp_path: Path, spool_home: Path) -> Iterator[None]:
    """Verifies every journal that the test leaves, `*.db`, unless the test is marked `damaged`."""
    yield
    if request.node.get_closest_marker("damaged"):
        return
    paths = [path for folder in (tmp_path, spool_home) for path in databases(folder)]
    if not paths:
        return
    from journal import Journal

    for path in paths:
        with Journal.open(path) as journal:
            report = journal.verify()
        assert report.ok, f"{path} is not sound when the test ends: {report.findings}"


def databases(folder: Path) -> Iterator[Path]:
    """Every SQLite file below `folder` that is named `*.db`."""
    open_here = files_open_here()
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if name.endswith(".db") and path.is_file() and is_database(path, open_here):
                yield path


def files_open_here() -> set[tuple[int, int]]:
    """Device and inode of every file that this process holds open."""
    found = set()
    for descriptor in os.listdir("/dev/fd"):
        try:
            stat = os.fstat(int(descriptor))
        except OSError:
            continue  # the descriptor that listed the folder
        found.add((stat.st_dev, stat.st_ino))
    return found


def is_database(path: Path, open_here: set[tuple[int, int]]) -> bool:
    """Whether `path` opens as SQLite files do.

    A file that is open in this process is taken for one without a look: to close it again after reading its first
    bytes would drop the locks that SQLite holds on it.
    """
    stat = path.stat()
    if (stat.st_dev, stat.st_ino) in open_here:
        return True
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER
