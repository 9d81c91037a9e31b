"""What the journal says of paths, asked one by one or many at once."""

from pathlib import Path
from typing import Any

from journal import Spool
from journal.engine.knowing import Known


def test_what_is_learned_of_many_paths_is_what_each_would_tell(root: Path) -> None:
    def facts(known: Known) -> tuple[Any, ...]:
        return (known.path_id, known.head, known.staged, known.row, known.marked)

    names = ["committed", "staged", "both", "gone", "new folder/x", "never seen"]
    with Spool.open(root) as spool:
        for path in ("committed", "both", "gone"):
            spool.write(path, "x")
        spool.commit("three")
    with Spool.open(root) as spool:
        for path in ("staged", "both", "new folder/x"):
            spool.write(path, "y")
        spool.delete("gone")
        desk = spool._desk
        desk.forget()
        single = [facts(desk.know(path)) for path in names]
        desk.forget()
        desk.expect([*names, "staged"])
        assert [facts(desk.know(path)) for path in names] == single
        assert [desk.tracks(path) for path in names] == [True] * 5 + [False]


def test_an_adopted_path_is_asked_about_once_and_known_afterwards(spool: Spool, root: Path) -> None:
    (root / "theirs").write_text("theirs")
    spool.adopt("theirs")
    desk = spool._desk
    assert desk.know("theirs").adopted is True
    desk.forget()
    assert desk.know("theirs").adopted is None
    spool.write("theirs", "ours")
    assert desk.know("theirs").adopted is False
    spool.reset()
    assert (root / "theirs").read_text() == "theirs"
