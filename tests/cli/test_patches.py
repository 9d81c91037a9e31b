"""A change in a line and in a bar: counted in lines or bytes, and never wider than the terminal."""

from pathlib import Path

from journal.cli import output
from tests.cli.running import Runner


def test_bars_fit_the_width(spool: Runner, terminal: None) -> None:
    spool("write", "deep/" * 12 + "file.txt", "--text", "x\n" * 5000)
    spool("write", "b.txt", "--text", "x\n")
    spool("write", "c.bin", stdin=b"\0" * 10)
    spool("commit")
    spool("write", "deep/" * 12 + "file.txt", "--text", "y\n" * 100)
    lines = spool("show", "--stat", "--plain").out.splitlines()[-4:]
    assert all(output.columns(line) <= 60 for line in lines)
    assert lines[0].lstrip() == "b.txt" + " " * (lines[0].index("|") - 6) + "|    1 +"
    assert "Bin 0 -> 10 bytes" in lines[1]
    assert lines[2].startswith(" ...") and lines[2].count("+") > 10
    assert lines[3] == " 3 files changed, 5001 insertions(+)"
    bar = spool("diff", "--stat", "--plain").out.splitlines()[0].rpartition(" ")[2]
    assert set(bar) == {"+", "-"} and bar.count("-") > 5 * bar.count("+")


def test_every_change_has_its_place_in_a_bar(spool: Runner, terminal: None) -> None:
    spool("write", "big.txt", "--text", "x\n" * 100_000)
    spool("write", "small.txt", "--text", "x\n")
    spool("commit")
    spool("write", "big.txt", "--text", "y\n")
    spool("write", "small.txt", "--text", "y\n")
    big, small, _ = spool("diff", "--stat", "--plain").out.splitlines()
    assert "+" in big and "-" in big
    assert small.endswith("2 +-")


def test_modes_kinds_and_renames(committed: Runner, root: Path) -> None:
    committed("chmod", "700", "src/b.txt")
    committed("delete", "a.txt")
    committed("symlink", "a.txt", "src/b.txt")
    out = committed("diff", "--stat").out.splitlines()
    assert out[1] == " src/b.txt | 0 mode 755 -> 700"
    assert "2 files changed" in out[2]
    assert committed("move", "src/b.txt", "c.txt", "--json").json["patches"][0]["renamed_from"] == "src/b.txt"


def test_a_file_that_becomes_a_link(committed: Runner) -> None:
    assert "file -> symlink" in committed("symlink", "a.txt", "src/b.txt").out


def test_a_diff_without_colours_is_read_by_people_too(committed: Runner, terminal: None) -> None:
    committed("write", "x.txt", stdin=b"caf\xe9 \x1b[2J\n")
    out = committed("diff", "--plain").out
    assert "+caf\\xe9 \\x1b[2J\n" in out
