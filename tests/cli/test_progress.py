"""A bar shows how far a thing is, to a person at a terminal and to nobody else, and never breaks a line."""

from argparse import Namespace

import pytest

from journal.cli.output import Screen
from journal.cli.progress import bar, line


def screen(*, json: bool = False, plain: bool = False) -> Screen:
    return Screen(Namespace(json=json, plain=plain))


def test_a_line_fits_its_room() -> None:
    assert line("Copying", 5, 10, 79) == f"Copying [{'#' * 20}{' ' * 20}]  50% 5 of 10"
    assert line("Copying", 1024, 4096, 44, in_bytes=True) == f"Copying [{'#' * 2}{' ' * 8}]  25% 1.0 KiB of 4.0 KiB"
    for room in range(1, 100):
        assert len(line("Copying", 1024, 4096, room, in_bytes=True)) <= room


def test_nothing_to_do_is_all_done() -> None:
    assert "100% 0 of 0" in line("Copying", 0, 0, 79)
    assert "100% 9 of 8" in line("Copying", 9, 8, 79)


@pytest.mark.usefixtures("terminal")
def test_it_is_wiped_out_in_the_end_also_by_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), bar(screen(), "Copying") as progress:
        assert progress is not None
        progress(1, 2)
        raise ZeroDivisionError
    told = capsys.readouterr().err
    assert "Copying [" in told and "50% 1 of 2" in told and told.endswith("\r\x1b[K")


def test_it_is_quiet_where_no_person_watches(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with bar(screen(), "Copying") as progress:
        assert progress is None
    request.getfixturevalue("terminal")
    for quiet in (screen(json=True), screen(plain=True)):
        with bar(quiet, "Copying") as progress:
            assert progress is None
    monkeypatch.setenv("TERM", "dumb")
    with bar(screen(), "Copying") as progress:
        assert progress is None
    assert capsys.readouterr().err == ""
