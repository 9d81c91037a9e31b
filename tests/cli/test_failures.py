"""An error is a sentence with its cure, or one document, and the exit code of its kind."""

import ast
import errno
import json
import re
from pathlib import Path

import pytest

from journal import errors
from journal.cli import failures

KINDS = [
    (errors.UsageError("x"), 2),
    (errors.UnknownName("x", name="y", candidates=()), 2),
    (errors.ConflictError("x"), 3),
    (errors.SchemaTooNew("x", found=9, supported=1), 4),
    (errors.NotAJournal("x"), 5),
    (errors.DiskFull("x"), 6),
    (errors.BusyError("x", holder="1", waited_s=0.0), 75),
    (OSError(errno.ENOSPC, "No space left on device"), 6),
    (KeyError("x"), 1),
    (KeyboardInterrupt(), 130),
    (BrokenPipeError(), 141),
]


@pytest.mark.parametrize(("error", "code"), KINDS, ids=lambda value: str(value))
def test_each_kind_has_its_exit_code_and_no_traceback(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failures.told(error, as_json=False, plain=False) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert "\x1b" not in captured.err
    quiet = isinstance(error, KeyboardInterrupt | BrokenPipeError)
    assert (captured.err == "") is quiet


def test_a_sentence_and_its_cure(capsys: pytest.CaptureFixture[str]) -> None:
    failures.told(errors.UsageError("this\nis wrong\x1b", hint="do that"), as_json=False, plain=False)
    assert capsys.readouterr().err == "spool: this\n       is wrong\\x1b\n       Do that.\n"


def test_names_that_may_be_meant_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.UnknownName("several", hint="Give more.", name="a", candidates=tuple("abcdefg"))
    failures.told(error, as_json=False, plain=False)
    lines = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in lines] == ["spool: several", "Give more.", *"abcde", "and 2 more"]


def test_as_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.PathRefused("no", hint="pass allow_git=True", path="\udcff", reason="r")
    assert failures.told(error, as_json=True, plain=False) == 2
    assert json.loads(capsys.readouterr().err) == {
        "version": 1,
        "error": "path_refused",
        "message": "no",
        "hint": "pass --allow-git",
        "retryable": False,
        "exit_code": 2,
        "path": "\\udcff",
        "reason": "r",
    }


def test_what_nobody_expected_asks_for_a_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    failures.told(ZeroDivisionError("by zero"), as_json=False, plain=False)
    told = capsys.readouterr().err
    assert told.startswith("spool: unexpected ZeroDivisionError: by zero\n")
    assert "SPOOL_DEBUG=1" in told
    monkeypatch.setenv("SPOOL_DEBUG", "1")
    failures.told(ZeroDivisionError("by zero"), as_json=False, plain=False)
    assert "ZeroDivisionError: by zero\n" in capsys.readouterr().err


def test_a_terminal_gets_a_colour(terminal: None, capsys: pytest.CaptureFixture[str]) -> None:
    failures.told(errors.UsageError("x"), as_json=False, plain=False)
    failures.told(errors.UsageError("x"), as_json=False, plain=True)
    assert capsys.readouterr().err == "\x1b[1;31mspool:\x1b[0m x\nspool: x\n"


def test_advice_speaks_of_flags() -> None:
    assert (
        failures.spoken("pass allow_git=True, or name it with journal=")
        == "pass --allow-git, or name it with --journal"
    )


API = re.compile(r"\b[a-z_]+\(\)|\b[a-z_]+=(?=[\s.;,]|True|False|[A-Z]+\b|$)|\b(Spool|Journal)\.\w+")
BEYOND = {
    "datetime.now(UTC)",  # times are read by the command line itself
    "readonly=False",  # it opens what it follows or attaches in the right way
    "Journal.open",
}
"""parts of advice that no command can come to give."""


def advice() -> list[str]:
    """Every text of the package outside the command line that is given as a hint, with {} for what is filled in."""
    found = []
    for path in sorted(Path(errors.__file__).parent.glob("**/*.py")):
        if path.parent.name == "cli":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Assign) and "hint" in ast.unparse(node.targets[0])
            if isinstance(node, ast.keyword | ast.Assign) and (named or getattr(node, "arg", "") == "hint"):
                found += texts(node.value)
    return found


def texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [text for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr) for text in texts(child)]


def test_no_advice_names_what_only_a_program_can_pass() -> None:
    known = advice()
    assert len(known) > 100
    spoken = [failures.spoken(hint) for hint in known]
    assert [hint for hint in spoken if API.search(hint) and not any(part in hint for part in BEYOND)] == []


def test_one_name_that_stands_in_the_hint_is_not_listed_again(capsys: pytest.CaptureFixture[str]) -> None:
    error = errors.UnknownName("no", hint="did you mean 'b'?", name="a", candidates=("b",))
    failures.told(error, as_json=False, plain=False)
    assert capsys.readouterr().err == "spool: no\n       Did you mean 'b'?\n"
