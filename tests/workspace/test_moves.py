"""A move keeps the inode, goes over nothing, and can be taken back."""

import errno
import os

import pytest

from journal.workspace import calls, moves
from journal.workspace.outcome import Outcome
from tests.workspace.foreign import ALIENS, Change, Place, before, never, save_by_rename, save_in_place, tree


def test_move_keeps_the_inode(place: Place, system: str) -> None:
    place["d"].mkdir()
    expected = place.old("a")
    fd, name = place.root.parent("d/b")
    assert moves.move(place.fd, "a", fd, name, expected, never) == Outcome()
    assert tree(place["."]) == {"d": "dir", "d/b": b"old"} and place["d/b"].stat().st_ino == expected.inode


def test_move_goes_over_nothing(place: Place, system: str) -> None:
    expected = place.old("a")
    place["b"].write_bytes(b"theirs")
    outcome = moves.move(place.fd, "a", place.fd, "b", expected, never)
    assert outcome.alien is not None and tree(place["."]) == {"a": b"old", "b": b"theirs"}


@pytest.mark.parametrize("change", ALIENS)
def test_move_takes_an_alien_back(place: Place, system: str, change: Change) -> None:
    expected = place.old("a")
    change(place["a"])
    seen = tree(place["."])
    outcome = moves.move(place.fd, "a", place.fd, "b", expected, never)
    assert outcome.alien is not None and not outcome.kept and tree(place["."]) == seen


def test_move_of_what_is_gone_and_into_what_is_gone(place: Place, system: str) -> None:
    expected = place.old("a")
    place["d"].mkdir()
    fd, name = place.root.parent("d/b")
    place["d"].rmdir()
    with pytest.raises(FileNotFoundError):
        moves.move(place.fd, "a", fd, name, expected, never)
    place["a"].unlink()
    assert moves.move(place.fd, "a", place.fd, "b", expected, never) == Outcome(gone=True)


def test_an_alien_whose_old_name_was_taken_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = place.old("a")
    place["a"].write_bytes(b"first")
    before(monkeypatch, "rename_new", lambda: place["a"].write_bytes(b"theirs"), at=2)
    outcome = moves.move(place.fd, "a", place.fd, "b", expected, never)
    assert outcome.alien is not None and outcome.kept
    assert tree(place["."]) == {"a": b"theirs", "b": b"first"}


@pytest.mark.parametrize("name", ["b", "A"])
def test_move_onto_a_second_link_of_the_file(place: Place, system: str, name: str) -> None:
    place.old("a")
    os.link(place["a"], place[name])
    assert moves.move(place.fd, "a", place.fd, name, place.look("a"), never).ok
    assert tree(place["."]) == {name: b"old"}


def test_move_to_another_spelling_where_case_is_folded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = place.old("a")
    real = calls.lstat

    def taken(*_: object) -> None:
        raise FileExistsError(errno.EEXIST, "exists")

    monkeypatch.setattr(calls, "rename_new", taken)
    monkeypatch.setattr(calls, "lstat", lambda name, dir_fd=None: real(name.lower(), dir_fd))
    assert moves.move(place.fd, "a", place.fd, "A", expected, never).ok
    assert tree(place["."]) == {"A": b"old"}


def test_a_second_link_with_other_content_is_not_unlinked(place: Place) -> None:
    expected = place.old("a")
    os.link(place["a"], place["b"])
    save_in_place(place["a"])
    assert moves.move(place.fd, "a", place.fd, "b", expected, never).alien is not None
    assert tree(place["."]) == {"a": b"theirs", "b": b"theirs"}


def test_taking_back_a_move(place: Place, system: str) -> None:
    expected = place.old("a")
    moves.move(place.fd, "a", place.fd, "b", expected, never)
    assert moves.take_back_move(place.fd, "a", place.fd, "b", expected)
    assert tree(place["."]) == {"a": b"old"}
    moves.move(place.fd, "a", place.fd, "b", expected, never)
    place["a"].write_bytes(b"theirs")
    assert not moves.take_back_move(place.fd, "a", place.fd, "b", expected)
    assert tree(place["."]) == {"a": b"theirs", "b": b"old"}


def test_a_move_is_not_taken_back_for_another_file(place: Place, system: str) -> None:
    expected = place.old("a")
    moves.move(place.fd, "a", place.fd, "b", expected, never)
    save_by_rename(place["b"])
    assert not moves.take_back_move(place.fd, "a", place.fd, "b", expected)
    assert tree(place["."]) == {"b": b"theirs"}
    place["b"].unlink()
    assert not moves.take_back_move(place.fd, "a", place.fd, "b", expected)
