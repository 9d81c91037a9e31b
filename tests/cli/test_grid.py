"""A table is aligned, keeps to the terminal, and shows every kind of value."""

from argparse import Namespace

import pytest

from journal.cli import grid, output
from journal.cli.output import Screen

ROWS = [
    {"path": "a.txt", "size": 5, "note": None},
    {"path": "名前\n", "size": 12345, "note": b"\x00\xff"},
]


def screen(**options: bool) -> Screen:
    return Screen(Namespace(**({"json": False, "plain": False} | options)))


def test_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    grid.table(screen(), ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "path       size  note",
        "--------  -----  ----",
        "a.txt         5",
        "名前\\x0a  12345  00ff",
    ]


def test_plain_has_no_rule(capsys: pytest.CaptureFixture[str]) -> None:
    grid.table(screen(plain=True), ROWS[:1])
    assert capsys.readouterr().out.splitlines() == ["path   size  note", "a.txt     5"]


def test_no_rows_are_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    grid.table(screen(), [])
    assert capsys.readouterr().out == ""


def test_a_new_set_of_columns_is_a_new_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert grid.tables(screen(plain=True), [{"a": 1}, {"a": 2}, {"b": 3}]) == 3
    assert capsys.readouterr().out.splitlines() == ["a", "1", "2", "", "b", "3"]


def test_a_terminal_is_kept_to(terminal: None, capsys: pytest.CaptureFixture[str]) -> None:
    grid.table(screen(plain=True), [{"id": "a" * 64, "path": "名" * 40, "n": 1}])
    lines = capsys.readouterr().out.splitlines()
    assert all(output.columns(line) <= 60 for line in lines)
    assert "..." in lines[1] and lines[1].endswith("  1")


def test_many_columns_stand_below_one_another(terminal: None, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"column {number}" for number in range(12)]
    grid.table(screen(plain=True), [dict.fromkeys(names, "x" * 70), dict.fromkeys(names, None)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["column 0   " + "x" * 70, "column 1   " + "x" * 70]
    assert lines[12:14] == ["", "column 0"]


def test_a_pipe_gets_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    grid.table(screen(), [{"id": "a" * 200}])
    assert "a" * 200 in capsys.readouterr().out


@pytest.mark.parametrize(
    ("widths", "room", "expected"),
    [
        ([10, 10], 40, [10, 10]),
        ([64, 10], 40, [28, 10]),
        ([64, 64], 42, [20, 20]),
        ([64, 64, 3], 10, [8, 8, 3]),
    ],
)
def test_the_widest_columns_give_way(widths: list[int], room: int, expected: list[int]) -> None:
    assert grid.narrowed(widths, room) == expected
