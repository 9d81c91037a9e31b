"""Whatever is written reaches its reader whole, harmless to a terminal, exact in a pipe."""

import io
import json
import os
import sys
from argparse import Namespace
from typing import Any

import pytest

from journal.cli import output
from journal.cli.output import Screen

UNDECODABLE = os.fsdecode(b"a\xffb")


def screen(**options: bool) -> Screen:
    return Screen(Namespace(**({"json": False, "plain": False} | options)))


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"CLICOLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours_follow_the_environment(
    environment: dict[str, str], terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert output.coloured(terminal) is expected


def test_plain_and_json_are_never_coloured(terminal: None) -> None:
    assert screen().paint("x", "red") == "\x1b[31mx\x1b[0m"
    assert screen(plain=True).paint("x", "red") == "x"
    assert screen(json=True).paint("x", "red") == "x"
    assert screen().paint("", "red") == ""


def test_undecodable_names_are_shown_to_people_and_exact_in_a_pipe() -> None:
    assert output.encoded(UNDECODABLE, for_people=True) == b"a\\xffb"
    assert output.encoded(UNDECODABLE, for_people=False) == b"a\xffb"
    assert output.encoded("\ud800", for_people=False) == b"\\ud800"
    assert output.encoded("\ud800", for_people=True) == b"\\ud800"


def test_a_terminal_that_knows_few_letters_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert output.encoded("ä", for_people=True) == b"\\xe4"
    assert output.encoded("ä", for_people=False) == "ä".encode()


def test_names_cannot_steer_a_terminal() -> None:
    assert output.shown("a\x1b[31m\nb\x7f\u202e") == "a\\x1b[31m\\x0ab\\x7f\\u202e"
    assert output.shown("a\tb\r", output.CONTROL_BUT_TAB) == "a\tb\\x0d"
    assert output.shown("naïve 名.txt") == "naïve 名.txt"


def test_json_stays_json_whatever_is_in_it() -> None:
    line = output.as_json({"text": "ä\ud800\n", "number": 1})
    assert line.endswith(b"}\n") and line.count(b"\n") == 1
    assert json.loads(line) == {"text": "ä\ud800\n", "number": 1}


def test_documents_and_lines_carry_the_version(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    screen(json=True).document({"path": UNDECODABLE})
    screen(json=True).record({"data": b"\xff"})
    document, _, line = capsysbinary.readouterr().out.decode().partition("}\n}\n")
    assert json.loads(document + "}\n}") == {"version": 1, "path": {"bytes_base64": "Yf9i"}}
    assert json.loads(line) == {"version": 1, "data": {"base64": "/w=="}}


def test_advice_is_for_people_only(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    screen().advice("do this")
    screen(plain=True).advice("do that")
    assert capsysbinary.readouterr().out == b"do this\n"


def test_output_goes_to_whatever_stands_for_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    monkeypatch.setattr(sys, "stdout", text)
    output.write("ä".encode() + b"\xff\n")
    assert text.getvalue() == "ä\\xff\n"
    monkeypatch.setattr(sys, "stdout", None)
    output.write(b"nobody reads this")
    assert screen().terminal is False


def test_a_stream_that_takes_little_at_a_time_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(io.BytesIO):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:3])

    narrow = Narrow()
    monkeypatch.setattr(sys, "stdout", Namespace(buffer=narrow, flush=lambda: None))
    output.write(b"ten bytes!")
    assert narrow.getvalue() == b"ten bytes!"


def test_complaints_go_to_standard_error(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    output.complain(UNDECODABLE + "\ud800")
    assert capsysbinary.readouterr().err in (b"a\\udcffb\\ud800\n", b"a\\xffb\\ud800\n")
    monkeypatch.setattr(sys, "stderr", None)
    output.complain("nobody reads this")


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert not output.is_terminal(stream)
    assert not output.is_terminal(None)


def test_columns_are_those_of_a_terminal() -> None:
    assert [output.columns(text) for text in ("ab", "名", "e\u0301")] == [2, 2, 1]
    assert output.padded("名", 4) == "名  "
    assert output.fitted("a/long/path.py", 10) == "...path.py"
    assert output.fitted("short", 10) == "short"


def test_numbers_are_said_as_people_say_them() -> None:
    assert [output.size(count) for count in (None, 0, 1023, 1024, 1536, 1 << 20, 1 << 50)] == [
        "nothing", "0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1024.0 TiB",
    ]  # fmt: skip
    assert [output.plural(1, "path"), output.plural(2, "path"), output.plural(0, "entry", "entries")] == [
        "1 path",
        "2 paths",
        "0 entries",
    ]
