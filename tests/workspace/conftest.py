"""A root for each test, on a file system that can do more or less."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from journal.workspace import calls, look
from tests.workspace.foreign import Place


@pytest.fixture(autouse=True)
def _no_device_is_believed() -> Iterator[None]:
    """What an earlier test found out about the disk is not what these tests speak of."""
    believed = set(look.EXACT_DEVICES)
    look.EXACT_DEVICES.clear()
    yield
    look.EXACT_DEVICES.clear()
    look.EXACT_DEVICES.update(believed)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "root")
    yield made
    made.temp.close()
    made.root.close()


@pytest.fixture(params=["exchange", "links", "plain"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the file system can do; without any, there is one look less."""

    def unable(*_: object) -> None:
        raise OSError(errno.EINVAL, "unable")

    if request.param != "exchange":
        monkeypatch.setattr(calls, "exchange", unable)
        monkeypatch.setattr(calls, "rename_new", unable)
    if request.param == "plain":
        monkeypatch.setattr(calls, "link", unable)
    return str(request.param)
