"""The walk through a root: what it lists, in which order, and what it never enters."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from journal.errors import LimitExceeded, PathRefused
from journal.workspace import listing
from tests.workspace import foreign
from tests.workspace.foreign import Place


def everything(path: str) -> bool:
    return path != ".spool"


def listed(place: Place, start: str = "", keep: Callable[[str], bool] = everything, limit: int = 1000) -> list[str]:
    return list(listing.files(place.root, start, keep, limit))


def fill(place: Place, *names: str) -> None:
    for name in names:
        place[name].parent.mkdir(parents=True, exist_ok=True)
        place[name].write_text(name)


def test_files_and_symlinks_come_in_the_order_of_their_bytes(place: Place) -> None:
    fill(place, "b/x", "b.txt", "a/deep/er/y", "b-x", "é", "z")
    place["a/link"].symlink_to("/")
    os.mkfifo(place["a/fifo"])
    place["empty"].mkdir()
    assert listed(place) == ["a/deep/er/y", "a/link", "b-x", "b.txt", "b/x", "z", "é"]


@pytest.mark.parametrize(
    ("start", "found"),
    [("a", ["a/b/y", "a/x"]), ("a/b", ["a/b/y"]), ("a/x", ["a/x"]), ("none", []), ("no/ne", []), ("link", ["link"])],
)
def test_it_begins_where_it_is_told(place: Place, start: str, found: list[str]) -> None:
    fill(place, "a/x", "a/b/y", "c")
    place["link"].symlink_to("a")
    assert listed(place, start) == found


def test_what_is_not_kept_is_not_entered(place: Place) -> None:
    fill(place, "a/.git/x", "a/y", "b/z")
    seen: list[str] = []

    def keep(path: str) -> bool:
        seen.append(path)
        return everything(path) and not path.endswith(".git") and path != "b/z"

    assert listed(place, keep=keep) == ["a/y"]
    assert "a/.git/x" not in seen


def test_no_symlink_is_followed(place: Place) -> None:
    fill(place, "real/x")
    place["link"].symlink_to("real")
    assert listed(place) == ["link", "real/x"]
    with pytest.raises(PathRefused):
        listed(place, "link/x")


def test_a_folder_that_becomes_a_symlink_meanwhile_is_not_entered(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(place, "a/x", "b/y")

    def swap() -> None:
        os.rename(place["b"], place["c"])
        place["b"].symlink_to("/etc")

    foreign.before(monkeypatch, "open_dir", swap)
    assert [name for name in listed(place) if name.startswith("b/")] == []


def test_a_folder_that_goes_meanwhile_is_left_out(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(place, "a/x", "b/y")
    foreign.before(monkeypatch, "open_dir", lambda: os.rename(place["b"], place["a/b"]))
    assert listed(place) == ["a/b/y", "a/x"]


def test_a_device_is_refused_when_it_is_named(place: Place) -> None:
    os.mkfifo(place["fifo"])
    with pytest.raises(PathRefused, match="fifo"):
        listed(place, "fifo")


def test_it_has_a_bound(place: Place) -> None:
    fill(place, *(f"a/{number}" for number in range(9)))
    assert len(listed(place, "a", limit=9)) == 9
    with pytest.raises(LimitExceeded) as caught:
        listed(place, "a", limit=8)
    assert (caught.value.limit, caught.value.allowed, caught.value.found) == ("LISTED_NAMES_MAX", 8, 9)


def test_a_tree_may_be_deeper_than_folders_stay_open(place: Place) -> None:
    path = Path(*["d"] * 300, "x")
    fill(place, str(path))
    assert listed(place) == [str(path)]


def test_names_that_are_no_text_are_listed(place: Place) -> None:
    Path(os.fsdecode(os.fsencode(place["a"]) + b"\xff")).write_text("x")
    assert listed(place) == ["a\udcff"]


def test_every_descriptor_is_closed(place: Place) -> None:
    fill(place, "a/x", "b/y")
    before = set(os.listdir("/dev/fd"))
    listed(place)
    place.root.forget()
    assert set(os.listdir("/dev/fd")) == before
