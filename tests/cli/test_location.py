"""A path means what it would to git: relative to where the user stands, inside the root or refused."""

import os
from argparse import Namespace
from pathlib import Path

import pytest

from journal.cli.location import Place, located
from journal.cli.main import main
from journal.content.paths import normal
from journal.errors import PathRefused, UsageError
from journal.workspace import places


def at(folder: Path | str | None, journal: str | None = None) -> Namespace:
    return Namespace(root=None if folder is None else str(folder), journal=journal)


@pytest.fixture
def marked(root: Path) -> Path:
    (root / ".spool").mkdir()
    (root / ".spool" / "id").write_text("x")
    (root / "sub" / "deep").mkdir(parents=True)
    return root


def test_the_root_is_found_upwards(marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(marked / "sub" / "deep")
    assert located(at(None)) == Place(str(marked), "sub/deep", None)
    assert located(at("..")) == Place(str(marked), "sub", None)
    assert located(at(marked)) == Place(str(marked), "", None)
    assert located(at(None), search=False) == Place(str(marked / "sub" / "deep"), "", None)


def test_where_nothing_is_marked_the_folder_itself_is_taken(root: Path) -> None:
    (root / ".spool").mkdir()  # a state folder that happens to have this name
    (root / "sub").mkdir()
    assert located(at(root / "sub")) == Place(str(root / "sub"), "", None)


def test_a_link_to_the_root_is_the_root(marked: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(marked)
    assert located(at(tmp_path / "link" / "sub")) == Place(str(marked), "sub", None)


def test_a_root_that_lost_its_mark_is_found_by_its_journal(root: Path) -> None:
    (root / "sub").mkdir()
    journal = places.default_journal(str(root))
    journal.parent.mkdir()
    journal.write_bytes(b"")
    assert located(at(root / "sub")) == Place(str(root), "sub", None)


@pytest.mark.parametrize("folder", ["missing", "a\0b", "file"])
def test_what_is_no_folder_is_refused(folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        located(at(f"{tmp_path}/{folder}"))


def test_a_journal_is_named_from_where_the_user_stands(marked: Path) -> None:
    assert located(at(marked / "sub", "x.db")).journal == str(marked / "sub" / "x.db")
    assert located(at(marked, "/elsewhere/x.db")).journal == "/elsewhere/x.db"


@pytest.mark.parametrize(
    ("prefix", "given", "meant"),
    [
        ("", "a", "a"),
        ("", "./a//b", "a/b"),
        ("sub", "a", "sub/a"),
        ("sub", "../a", "a"),
        ("sub/deep", "../../a", "a"),
        ("sub", ".", "sub"),
        ("sub", "..", "."),
        ("", ".", "."),
        ("sub", "dir/", "sub/dir/"),
        ("sub", "*.py", "sub/*.py"),
        ("sub", "/r/a", "a"),
        ("sub", "/r/x/../a", "a"),
        ("sub", "/r/dir/", "dir/"),
        ("sub", "/r", "."),
        ("", os.fsdecode(b"\xff"), os.fsdecode(b"\xff")),
    ],
)
def test_a_path_is_taken_from_where_the_user_stands(prefix: str, given: str, meant: str) -> None:
    assert Place("/r", prefix, None).inside(given) == meant


@pytest.mark.parametrize("given", ["..", "../a", "sub/../../a", "/etc/passwd", "/", "/root-beside", "sub/../.."])
def test_a_path_that_leads_out_is_left_to_the_engine_to_refuse(given: str, root: Path) -> None:
    with pytest.raises(PathRefused):
        normal(Place(str(root), "", None).inside(given))


def test_an_empty_path_is_refused(root: Path) -> None:
    with pytest.raises(PathRefused):
        Place(str(root), "", None).inside("")


def test_a_refused_path_is_a_row_of_the_audit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(root), "init"]) == 0
    assert main(["-C", str(root), "write", "/etc/x", "--text", "x"]) == 2
    assert main(["-C", str(root), "delete", "../x"]) == 2
    capsys.readouterr()
    assert main(["-C", str(root), "sql", "--csv", "SELECT state FROM audit"]) == 0
    assert capsys.readouterr().out.split() == ["state", "denied", "denied"]


def test_an_absolute_path_through_a_link_is_understood(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert Place(str(root), "", None).inside(str(tmp_path / "link" / "a.txt")) == "a.txt"


def test_a_path_is_shown_as_it_would_be_typed() -> None:
    assert Place("/r", "", None).shown("sub/a") == "sub/a"
    assert Place("/r", "sub", None).shown("sub/a") == "a"
    assert Place("/r", "sub", None).shown("a") == "../a"


def test_a_file_may_be_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home-of-ann")
    place = Place("/r", "sub", None)
    assert [place.beside(name) for name in ("a", "/x/a", "~/a")] == [
        Path("/r/sub/a"),
        Path("/x/a"),
        Path("/home-of-ann/a"),
    ]
