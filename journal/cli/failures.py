"""Errors as a person or a program reads them: one sentence, its cure, an exit code, and never a traceback."""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from journal.cli import output
from journal.errors import JournalError

INTERRUPTED = 130
"""exit code of a program that Ctrl-C ended."""

PIPE_CLOSED = 141
"""exit code of a program whose reader went away, as shells report it for SIGPIPE."""

STORAGE = 6
UNEXPECTED = 1

CANDIDATES = 5
"""names that are listed when several may be meant."""

# The engine's advice names parameters; at the command line the same thing is a flag.
SPOKEN = {
    "adopt()": "`spool adopt`",
    "allow_git=True": "--allow-git",
    "branch=": "--branch ",
    "allow_wide_root=True": "--allow-wide-root",
    ", or Spool.open with create=True": "",
    "force=True": "--force",
    "ignore_conflicts=True": "--ignore-conflicts",
    "reset the path with force": "go back with `spool reset --force PATH`",
    "with force": "with --force",
    "overwrite=True": "--overwrite",
    "required=True": "--required",
    "say that all places are meant": "pass --all",
    ", or allow more by timeout_s=": "",
    "wait_s=": "--wait SECONDS",
    "journal=": "--journal",
    "from tree(head.id) and head.cursor": "from the tree and the cursor of `spool log -n 1 --json`",
    "the `digest` of status()": "what `spool status --digest` prints",
    "symlink()": "`spool symlink`",
    "Spool.apply()": "`spool apply`",
    "patch()": "`spool patch`",
}


def told(error: BaseException, *, as_json: bool, plain: bool) -> int:
    """Tells of an error on standard error, and gives the exit code that goes with it."""
    if isinstance(error, BrokenPipeError):
        _drop_output()
        return PIPE_CLOSED
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, OSError):
        _drop_output()  # what could not be written is not tried again when Python ends
    found = described(error)
    if as_json:
        output.complain(output.as_json({"version": output.VERSION, **found}).decode().rstrip("\n"))
    else:
        colour = not plain and output.coloured(output.is_terminal(sys.stderr))
        name = "\x1b[1;31mspool:\x1b[0m" if colour else "spool:"
        output.complain(f"{name} {_indented(found['message'])}")
        for line in _advice(found):
            output.complain("       " + _indented(line))
    if os.environ.get("SPOOL_DEBUG") == "1":
        output.complain("".join(traceback.format_exception(error)).rstrip("\n"))
    return int(found["exit_code"])


def described(error: BaseException) -> Mapping[str, Any]:
    """Gives an error as JSON types: `error`, `message`, `hint`, `exit_code`, and what its class knows besides."""
    if isinstance(error, JournalError):
        data = error.to_dict()
        return {**data, "hint": spoken(data["hint"]), "exit_code": error.exit_code}
    if isinstance(error, OSError) and error.strerror:
        place = f": {os.fsdecode(error.filename)!r}" if isinstance(error.filename, str | bytes) else ""
        message = f"the system refused: {error.strerror}{place}"
        hint = "Make room, or give the right to use it, then repeat the command."
        return {"error": "system", "message": message, "hint": hint, "exit_code": STORAGE}
    kind = type(error).__name__
    told_too = f": {error}" if str(error) else ""
    hint = "This is a mistake in spool itself: please report it, with what SPOOL_DEBUG=1 adds."
    return {
        "error": "unexpected",
        "message": f"unexpected {kind}{told_too}",
        "hint": hint,
        "exit_code": UNEXPECTED,
    }


def _advice(found: Mapping[str, Any]) -> list[str]:
    """Gives the cure as sentences, and the names or places that may have been meant."""
    said = [output.sentence(str(found["hint"]))] if found["hint"] else []
    lines = [line for line in found.get("nearest") or () if line not in found["message"]]
    candidates: Sequence[Any] = found.get("candidates") or lines
    if len(candidates) == 1 and repr(candidates[0]) in str(found["hint"]):
        return said  # it stands there already
    said += [f"  {name}" for name in candidates[:CANDIDATES]]
    return said + ([f"  and {len(candidates) - CANDIDATES} more"] if len(candidates) > CANDIDATES else [])


def spoken(hint: str) -> str:
    """Turns the parameters that an advice names into the flags of the command line."""
    for parameter, flag in SPOKEN.items():
        hint = hint.replace(parameter, flag)
    return hint


def _indented(text: str) -> str:
    """Keeps what follows a line end under the first line, and terminals unharmed."""
    return "\n       ".join(output.shown(line) for line in text.splitlines())


def _drop_output() -> None:
    """Lets Python end quietly: what it still holds for a closed pipe or a full disk goes nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        return  # standard output is no file of the system
