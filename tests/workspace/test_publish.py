"""Whatever somebody else does between two steps, their bytes stay, and the outcome tells of them."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from journal.errors import WorkspaceChanged
from journal.workspace import calls, publish
from journal.workspace.look import look, settled
from journal.workspace.temp import TempGone
from tests.workspace.foreign import (
    ALIENS,
    Change,
    Place,
    before,
    never,
    save_by_rename,
    save_in_place,
    to_folder,
    to_symlink,
    tree,
)


def test_put_replaces_what_was_expected(place: Place, system: str) -> None:
    expected = place.old("a")
    n, ours = place.new()
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.ok and outcome.displaced == (system != "plain")
    assert place["a"].read_bytes() == b"new" and place["a"].stat().st_ino == ours.inode
    assert not outcome.displaced or place.aside(n).read_bytes() == b"old"
    place.temp.discard(n)
    assert place.temp.leftovers() == []


def test_put_keeps_symlinks_and_hostile_names(place: Place, system: str) -> None:
    name = os.fsdecode(b"\xff\n") + "n" * 253
    place[name].symlink_to("old")
    n = place.temp.number()
    ours = place.temp.link_to(n, b"new")
    assert publish.put(place.temp, n, place.fd, name, place.look(name), never, ours).ok
    assert os.readlink(place[name]) == "new"


def test_put_makes_a_new_file(place: Place, system: str) -> None:
    n, ours = place.new()
    assert publish.put(place.temp, n, place.fd, "a", None, never, ours) == publish.Outcome()
    assert tree(place["."]) == {"a": b"new"} and place.temp.leftovers() == []


@pytest.mark.parametrize("kind", ["file", "folder", "symlink"])
def test_put_of_a_new_file_goes_over_nothing(place: Place, system: str, kind: str) -> None:
    n, ours = place.new()
    if kind == "file":
        place["a"].write_bytes(b"theirs")
    elif kind == "folder":
        place["a"].mkdir()
    else:
        place["a"].symlink_to("x")
    seen = tree(place["."])
    outcome = publish.put(place.temp, n, place.fd, "a", None, never, ours)
    assert not outcome.ok and outcome.alien is not None and outcome.alien.kind == kind
    assert tree(place["."]) == seen and place.temp.leftovers() == []


@pytest.mark.parametrize("change", ALIENS)
def test_put_gives_back_an_alien(place: Place, system: str, change: Change) -> None:
    expected = place.old("a")
    n, ours = place.new()
    change(place["a"])
    seen = tree(place["."])
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert not outcome.ok and outcome.alien is not None and not outcome.kept and not outcome.displaced
    assert tree(place["."]) == seen and place.temp.leftovers() == []


@pytest.mark.parametrize("change", ALIENS)
def test_put_gives_back_an_alien_of_the_last_instant(
    place: Place, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    expected = place.old("a")
    n, ours = place.new()
    before(monkeypatch, "exchange", lambda: change(place["a"]))
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.alien is not None and not outcome.kept
    assert place["a"].stat(follow_symlinks=False).st_ino == outcome.alien.inode
    assert place.temp.leftovers() == []


def test_put_without_exchange_sees_an_edit_in_place_of_the_last_instant(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.temp.can_exchange = False
    expected = place.old("a")
    n, ours = place.new()
    before(monkeypatch, "rename", lambda: save_in_place(place["a"]))
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.alien is not None and not outcome.kept and place["a"].read_bytes() == b"theirs"
    assert place.temp.leftovers() == []


def test_put_without_exchange_keeps_what_cannot_go_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.temp.can_exchange = False
    expected = place.old("a")
    n, ours = place.new()
    before(monkeypatch, "rename", lambda: place["a"].write_bytes(b"first"))
    before(monkeypatch, "lstat", lambda: save_by_rename(place["a"]), at=2)
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.alien is not None and outcome.kept
    assert place["a"].read_bytes() == b"theirs" and place.aside(n).read_bytes() == b"first"


def test_put_accepts_another_inode_with_the_expected_content(place: Place, system: str) -> None:
    expected = place.old("a")._replace(inode=1)
    n, ours = place.new()
    asked = []

    def known(dir_fd: int, name: str) -> bool:
        asked.append(Path(os.readlink(f"/proc/self/fd/{dir_fd}"), name).read_bytes())
        return True

    assert publish.put(place.temp, n, place.fd, "a", expected, known, ours).ok
    assert asked and set(asked) == {b"old"} and place["a"].read_bytes() == b"new"


def test_put_asks_for_the_digest_when_the_stat_is_too_young(place: Place) -> None:
    place["a"].write_bytes(b"old")
    expected = look(place.fd, "a")
    assert expected is not None and not settled(expected)
    n, ours = place.new()
    assert publish.put(place.temp, n, place.fd, "a", expected, never, ours).alien is not None
    n, ours = place.new()
    assert publish.put(place.temp, n, place.fd, "a", expected, lambda *_: True, ours).displaced


@pytest.mark.parametrize("error", [WorkspaceChanged("changed"), PermissionError(errno.EACCES, "no")])
def test_what_cannot_be_hashed_goes_back(place: Place, system: str, error: Exception) -> None:
    expected = place.old("a")._replace(inode=1)
    n, ours = place.new()

    def unreadable(dir_fd: int, name: str) -> bool:
        raise error

    assert publish.put(place.temp, n, place.fd, "a", expected, unreadable, ours).alien is not None
    assert tree(place["."]) == {"a": b"old"} and place.temp.leftovers() == []


def test_put_does_not_hash_what_has_another_size(place: Place) -> None:
    expected = place.old("a")
    n, ours = place.new()
    save_in_place(place["a"])
    outcome = publish.put(place.temp, n, place.fd, "a", expected, lambda *_: pytest.fail("hashed"), ours)
    assert outcome.alien is not None


def test_put_where_the_expected_is_gone(place: Place, system: str) -> None:
    expected = place.old("a")
    n, ours = place.new()
    place["a"].unlink()
    assert publish.put(place.temp, n, place.fd, "a", expected, never, ours) == publish.Outcome(gone=True)
    assert tree(place["."]) == {} and place.temp.leftovers() == []


@pytest.mark.parametrize("again", [save_in_place, save_by_rename])
def test_a_second_edit_while_the_first_goes_back(place: Place, monkeypatch: pytest.MonkeyPatch, again: Change) -> None:
    expected = place.old("a")
    n, ours = place.new()
    place["a"].write_bytes(b"first")
    before(monkeypatch, "exchange", lambda: again(place["a"]), at=2)
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.alien is not None and outcome.kept
    assert place["a"].read_bytes() == b"theirs" and place.aside(n).read_bytes() == b"first"


def test_ours_deleted_while_an_alien_goes_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = place.old("a")
    n, ours = place.new()
    place["a"].write_bytes(b"first")
    before(monkeypatch, "exchange", lambda: place["a"].unlink(), at=2)
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.alien is not None and not outcome.kept and place["a"].read_bytes() == b"first"


def test_a_folder_goes_back_even_when_ours_was_edited_meanwhile(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = place.old("a")
    n, ours = place.new()
    to_folder(place["a"])
    before(monkeypatch, "exchange", lambda: save_in_place(place["a"]), at=2)
    outcome = publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert outcome.alien is not None and outcome.kept
    assert (place["a"] / "inside").exists() and place.aside(n).read_bytes() == b"theirs"


def test_put_when_the_temp_folder_was_deleted(place: Place, system: str) -> None:
    expected = place.old("a")
    for name, wanted in (("a", expected), ("b", None)):
        n, ours = place.new()
        shutil.rmtree(place[".spool"])
        with pytest.raises(TempGone):
            publish.put(place.temp, n, place.fd, name, wanted, never, ours)
        n, ours = place.new()
        assert publish.put(place.temp, n, place.fd, name, wanted, never, ours).ok
    assert tree(place["."]) == {"a": b"new", "b": b"new"}


@pytest.mark.parametrize("step", ["exchange", "lstat"])
def test_the_temp_folder_deleted_within_a_put(place: Place, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    expected = place.old("a")
    n, ours = place.new()
    before(monkeypatch, step, lambda: shutil.rmtree(place[".spool"]))
    if step == "exchange":
        with pytest.raises(TempGone):
            publish.put(place.temp, n, place.fd, "a", expected, never, ours)
        assert place["a"].read_bytes() == b"old"
    else:
        assert publish.put(place.temp, n, place.fd, "a", expected, never, ours).ok
        assert place["a"].read_bytes() == b"new"


def test_put_in_a_folder_that_was_removed(place: Place, system: str) -> None:
    place["d"].mkdir()
    fd, name = place.root.parent("d/a")
    place["d"].rmdir()
    n, ours = place.new()
    with pytest.raises(FileNotFoundError) as caught:
        publish.put(place.temp, n, fd, name, None, never, ours)
    assert not isinstance(caught.value, TempGone)
    assert place.temp.leftovers() == [f"w-{n}"]


def test_a_parent_swapped_for_a_symlink_out_of_the_root(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/a").write_bytes(b"outside")
    place["d"].mkdir()
    expected = place.old("d/a")
    fd, name = place.root.parent("d/a")
    n, ours = place.new()

    def swap() -> None:
        os.rename(place["d"], place["moved"])
        place["d"].symlink_to(tmp_path / "outside")

    before(monkeypatch, "exchange", swap)
    assert publish.put(place.temp, n, fd, name, expected, never, ours).ok
    assert (tmp_path / "outside/a").read_bytes() == b"outside" and place["moved/a"].read_bytes() == b"new"


def test_another_error_leaves_the_prepared_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(calls, "exchange", refuse)
    expected = place.old("a")
    n, ours = place.new()
    with pytest.raises(PermissionError):
        publish.put(place.temp, n, place.fd, "a", expected, never, ours)
    assert place.temp.leftovers() == [f"w-{n}"] and place["a"].read_bytes() == b"old"


def test_the_probe_is_made_once_and_only_when_in_doubt(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [place.temp.can_exchange]
    assert publish.probe_exchange(place.temp) is True
    known.append(place.temp.can_exchange)
    assert known[0] is None and known[1] is True
    assert place.temp.leftovers() == []
    count = []

    def unable(*_: object) -> None:
        count.append(1)
        raise OSError(errno.EINVAL, "unable")

    monkeypatch.setattr(calls, "exchange", unable)
    for _ in range(3):
        expected = place.old("a")
        n, ours = place.new()
        assert publish.put(place.temp, n, place.fd, "a", expected, never, ours).displaced
        place.temp.discard(n)
    assert len(count) == 2 and place.temp.can_exchange is False


def test_remove_takes_what_was_expected(place: Place, system: str) -> None:
    expected = place.old("a")
    n = place.temp.number()
    assert publish.remove(place.temp, n, place.fd, "a", expected, never) == publish.Outcome(displaced=True)
    assert tree(place["."]) == {} and place.aside(n).read_bytes() == b"old"


@pytest.mark.parametrize("change", ALIENS)
def test_remove_gives_back_an_alien(place: Place, system: str, change: Change) -> None:
    expected = place.old("a")
    change(place["a"])
    seen = tree(place["."])
    n = place.temp.number()
    outcome = publish.remove(place.temp, n, place.fd, "a", expected, never)
    assert outcome.alien is not None and not outcome.kept
    assert tree(place["."]) == seen and place.temp.leftovers() == []


def test_remove_keeps_what_cannot_go_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = place.old("a")
    place["a"].write_bytes(b"first")
    before(monkeypatch, "rename_new", lambda: place["a"].write_bytes(b"theirs"), at=2)
    n = place.temp.number()
    outcome = publish.remove(place.temp, n, place.fd, "a", expected, never)
    assert outcome.alien is not None and outcome.kept
    assert place["a"].read_bytes() == b"theirs" and place.aside(n).read_bytes() == b"first"


def test_remove_of_what_is_gone(place: Place, system: str) -> None:
    expected = place.old("a")
    place["a"].unlink()
    assert publish.remove(place.temp, 1, place.fd, "a", expected, never) == publish.Outcome(gone=True)


def test_remove_when_the_temp_folder_was_deleted(place: Place, system: str) -> None:
    expected = place.old("a")
    calls_back: list[int] = []
    place.temp.on_remade = lambda: calls_back.append(1)
    shutil.rmtree(place[".spool"])
    assert publish.remove(place.temp, 1, place.fd, "a", expected, never).displaced
    assert calls_back == [1] and place.aside(1).read_bytes() == b"old"


def test_set_mode_changes_the_bits_alone(place: Place) -> None:
    expected = place.old("a")
    assert publish.set_mode(place.fd, "a", expected, 0o4751).ok
    found = place.look("a")
    assert found.mode == 0o4751 and found.inode == expected.inode and found.mtime_ns == expected.mtime_ns


@pytest.mark.parametrize("change", [save_by_rename, to_folder, to_symlink])
def test_set_mode_of_another_file_does_nothing(place: Place, change: Change) -> None:
    expected = place.old("a")
    place["b"].touch()
    change(place["a"])
    seen = place.look("a")
    outcome = publish.set_mode(place.fd, "a", expected, 0o777)
    assert outcome.alien is not None and place.look("a")[:8] == seen[:8]


def test_set_mode_of_what_is_gone(place: Place) -> None:
    expected = place.old("a")
    place["a"].unlink()
    assert publish.set_mode(place.fd, "a", expected, 0o777).gone


def test_set_mode_follows_no_symlink_put_there_meanwhile(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = place.old("a")
    place["victim"].touch()
    place["victim"].chmod(0o600)

    def swap() -> None:
        os.rename(place["a"], place["b"])
        place["a"].symlink_to("victim")

    before(monkeypatch, "chmod_fd", swap)
    assert publish.set_mode(place.fd, "a", expected, 0o777).ok
    assert place.look("victim").mode == 0o600 and place.look("b").mode == 0o777


def test_taking_back_a_mode(place: Place) -> None:
    expected = place.old("a")
    publish.set_mode(place.fd, "a", expected, 0o777)
    assert publish.take_back_mode(place.fd, "a", expected, expected.mode)
    assert place.look("a").mode == expected.mode
    save_by_rename(place["a"])
    assert not publish.take_back_mode(place.fd, "a", expected, 0o777)
