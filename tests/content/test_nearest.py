"""What comes nearest to a text that stands nowhere: the lines one would look for, in bounded work."""

import random

import pytest

from journal.content.nearest import nearest
from journal.limits import NEAREST_LINES_MAX, QUOTED_CHARS_MAX

SOURCE = """\
import os

class Reader:
    def read(self, path: str) -> bytes:
        with open(path, "rb") as file:
            return file.read()

    def size(self, path: str) -> int:
        return os.stat(path).st_size
"""
FILLING = "".join(f"line {number} of many that say little\n" for number in range(2000))


@pytest.mark.parametrize("text", [SOURCE, FILLING[: len(FILLING) // 2] + SOURCE + FILLING], ids=["small", "large"])
@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("def raed(self, path: str) -> bytes:", "    def read(self, path: str) -> bytes:"),
        ("return os.stat(path).size", "        return os.stat(path).st_size"),
        ("\treturn file.read( )", "            return file.read()"),
        ("with open(path, 'rb')", '        with open(path, "rb") as file:'),
        ("class Raeder", "class Reader:"),
    ],
)
def test_a_line(text: str, wanted: str, line: str) -> None:
    assert wanted not in text
    number = text.split("\n").index(line) + 1
    assert nearest(text, wanted)[0] == f"{number}: {line}"


def test_several_lines_are_sought_as_a_window() -> None:
    text = FILLING + SOURCE + FILLING
    wanted = "\n    def size(self, path: str):\n        return os.stat(path).st_size\n"
    first = text.split("\n").index("    def size(self, path: str) -> int:") + 1
    assert nearest(text, wanted) == (
        f"{first}: " + "    def size(self, path: str) -> int:",
        f"{first + 1}: " + "        return os.stat(path).st_size",
    )
    assert nearest(text, "def sise(self, path)\n    return os.stat(pth).size") == nearest(text, wanted)


def test_of_a_long_window_those_lines_are_told_that_differ() -> None:
    text = "".join(f"step {number}\n" for number in range(100))
    wanted = "".join(f"step {number}\n" for number in range(20, 60)).replace("step 33\n", "stop 33\n")
    assert nearest(text, wanted) == ("34: step 33",)
    assert len(nearest(text, wanted.replace("p", "b"))) <= NEAREST_LINES_MAX
    assert nearest(text, wanted.replace("stop", "step").replace("\n", "\r\n")) != ()


@pytest.mark.parametrize("wanted", ["zzz", "   ", "\n\n", "#" * 5000, "x\n" * 400, "\udcff\udc80"])
def test_nothing_alike_is_nothing(wanted: str) -> None:
    assert nearest(SOURCE, wanted) == ()
    assert nearest("", wanted) == ()
    assert nearest(FILLING, wanted) == ()


def test_the_best_come_first_and_only_so_many() -> None:
    text = "".join(f"value_{number} = compute({number})\n" for number in range(10, 90)) + "value = compute(7)\n"
    found = nearest(text, "value == compute(7)")
    assert found[0] == "81: value = compute(7)"
    assert len(found) == NEAREST_LINES_MAX
    assert found == nearest(text, "value == compute(7)")


def test_a_line_without_end_is_quoted_where_its_like_stands() -> None:
    choose = random.Random(5)
    noise = "".join(choose.choices("abcdefgh;", k=50_000))
    text = noise + "function total(items){return sum(items)}" + noise
    (told,) = nearest(text, "function totl(items){return sum(items)}")
    assert told.startswith("1: …function total(items)")
    assert len(told) == len("1: ") + QUOTED_CHARS_MAX


def test_bytes_that_are_no_text_are_shown() -> None:
    assert nearest("caf\udce9 au lait\n", "caf\udce9 au lai t") == ("1: caf\\xe9 au lait",)
