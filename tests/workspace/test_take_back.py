"""What was published is taken back with the very inode, and nothing foreign with it."""

import shutil

import pytest

from journal.workspace import publish, take_back
from tests.workspace.foreign import ALIENS, Change, Place, never, tree


def test_taking_back_a_put(place: Place, system: str) -> None:
    expected = place.old("a")
    n, ours = place.new()
    if not publish.put(place.temp, n, place.fd, "a", expected, never, ours).displaced:
        return  # nothing was displaced where a file can have no second name
    assert take_back.take_back_put(place.temp, n, place.fd, "a", ours)
    assert place["a"].read_bytes() == b"old" and place["a"].stat().st_ino == expected.inode
    assert place["a"].stat().st_mtime_ns == expected.mtime_ns and place.temp.leftovers() == []


@pytest.mark.parametrize("change", ALIENS)
def test_a_put_is_not_taken_back_over_a_foreign_file(place: Place, system: str, change: Change) -> None:
    expected = place.old("a")
    n, ours = place.new()
    displaced = publish.put(place.temp, n, place.fd, "a", expected, never, ours).displaced
    change(place["a"])
    seen = tree(place["."])
    if displaced:
        assert not take_back.take_back_put(place.temp, n, place.fd, "a", ours)
        assert place.aside(n).read_bytes() == b"old"
    assert tree(place["."]) == seen


def test_a_put_is_taken_back_where_ours_was_deleted(place: Place) -> None:
    for can_exchange in (None, False):
        place.temp.can_exchange = can_exchange
        expected = place.old("a")
        n, ours = place.new()
        assert publish.put(place.temp, n, place.fd, "a", expected, never, ours).displaced
        place["a"].unlink()
        assert take_back.take_back_put(place.temp, n, place.fd, "a", ours)
        assert place["a"].read_bytes() == b"old" and place.temp.leftovers() == []


def test_taking_back_a_new_file(place: Place, system: str) -> None:
    n, ours = place.new()
    publish.put(place.temp, n, place.fd, "a", None, never, ours)
    assert take_back.take_back_new(place.temp, n, place.fd, "a", ours)
    assert tree(place["."]) == {} and place.temp.leftovers() == []
    assert take_back.take_back_new(place.temp, n, place.fd, "a", ours)


@pytest.mark.parametrize("change", ALIENS)
def test_a_foreign_file_is_not_taken_back(place: Place, system: str, change: Change) -> None:
    n, ours = place.new()
    publish.put(place.temp, n, place.fd, "a", None, never, ours)
    change(place["a"])
    seen = tree(place["."])
    assert not take_back.take_back_new(place.temp, n, place.fd, "a", ours)
    assert tree(place["."]) == seen and place.temp.leftovers() == []


def test_a_new_file_is_taken_back_when_the_temp_folder_was_deleted(place: Place) -> None:
    n, ours = place.new()
    publish.put(place.temp, n, place.fd, "a", None, never, ours)
    shutil.rmtree(place[".spool"])
    assert take_back.take_back_new(place.temp, n, place.fd, "a", ours)
    assert tree(place["."]) == {}


def test_taking_back_a_removal(place: Place, system: str) -> None:
    expected = place.old("a")
    publish.remove(place.temp, 1, place.fd, "a", expected, never)
    assert take_back.take_back_remove(place.temp, 1, place.fd, "a")
    assert place["a"].stat().st_ino == expected.inode
    publish.remove(place.temp, 1, place.fd, "a", place.look("a"), never)
    place["a"].write_bytes(b"theirs")
    assert not take_back.take_back_remove(place.temp, 1, place.fd, "a")
    assert place["a"].read_bytes() == b"theirs" and place.aside(1).read_bytes() == b"old"
