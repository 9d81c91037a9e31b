"""How a command comes to its journal: as a session when it changes something, read-only when it looks."""

import io
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from journal.cli import output
from journal.cli.location import Place
from journal.cli.values import seconds
from journal.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from journal import Journal, Spool
    from journal.records import RecoveryReport

INIT = "Run `spool init` in the folder to journal first."


def describe(parser: ArgumentParser, *, conflicts: bool = True) -> None:
    """Adds what every command takes that changes something; without `conflicts` for one that asks nobody's leave."""
    group = parser.add_argument_group("on every command that changes something")
    group.add_argument(
        "--wait", type=seconds, default=0.0, metavar="SECONDS", help="wait so long for another writer (default: not)"
    )
    group.add_argument("--branch", metavar="NAME", help="work on this branch (default: the one that the root has)")
    group.add_argument("--allow-git", action="store_true", help="let paths lie in .git")
    group.add_argument("--allow-wide-root", action="store_true", help="let the root be / or a home folder")
    if conflicts:
        group.add_argument(
            "--on-conflict",
            choices=("refuse", "adopt", "overwrite"),
            default="refuse",
            help="when someone else edited a file: refuse (default), adopt the edit first, or keep it and go over it",
        )


@contextmanager
def session(arguments: Namespace, place: Place, *, create: bool = False, quiet: bool = False) -> "Iterator[Spool]":
    """Opens the root for changes; goes on with what is staged, and says when opening had to mend something.

    Raises:
        UnknownName: the root has no journal yet, and `create` is not set.
    """
    from journal import Spool

    try:
        spool = Spool.open(
            place.root,
            journal=place.journal,
            wait_s=arguments.wait,
            allow_git=arguments.allow_git,
            branch=arguments.branch,
            allow_wide_root=arguments.allow_wide_root,
            create=create,
            on_conflict=getattr(arguments, "on_conflict", "refuse"),
        )
    except UnknownName as error:
        if place.journal is None:
            error.hint = INIT
        raise
    with spool:
        if not (quiet or spool.recovery.clean):
            note(arguments, spool.recovery)
        yield spool


@contextmanager
def reading(place: Place, *, readonly: bool = True) -> "Iterator[Journal]":
    """Opens the journal beside whoever works with it; with `readonly` off, to keep a follower's place in it.

    Raises:
        UnknownName: the root has no journal yet.
    """
    from journal import Journal

    try:
        journal = Journal.open(place.journal or place.root, readonly=readonly)
    except UnknownName as error:
        if place.journal is None:
            error.hint = INIT
        raise
    with journal:
        yield journal


def standard_input() -> BinaryIO:
    """Gives standard input as bytes, and tells a person at a terminal that they are waited for."""
    if sys.stdin is None:
        return io.BytesIO()  # closed by the shell: `spool … <&-`
    if output.is_terminal(sys.stdin):
        output.complain("Reading from the terminal; Ctrl-D on a line of its own ends it.")
    return sys.stdin.buffer


def read_whole(file: str | None, place: Place) -> bytes:
    """Reads a file that the user named, or standard input when it is none or `-`."""
    if file in (None, "-"):
        return standard_input().read()
    return readable(place.beside(str(file))).read_bytes()


def readable(path: Path) -> Path:
    """Makes sure that a file the user named can be read.

    Raises:
        UsageError: it is not there, a folder, or not ours to read.
    """
    reason = "it is a folder"
    try:
        if not path.is_dir():
            path.stat()
            if os.access(path, os.R_OK):
                return path
            reason = "permission denied"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise UsageError(f"{str(path)!r} cannot be read: {reason}", hint="Name another file.")


def note(arguments: Namespace, report: "RecoveryReport") -> None:
    """Says on standard error that opening found something, for it is never silent."""
    if arguments.json:
        data = {"version": output.VERSION, "recovery": report.to_dict()}
        output.complain(output.as_json(data).decode().rstrip("\n"))
    else:
        output.complain("spool: " + "; ".join(sentences(report)))


def sentences(report: "RecoveryReport") -> list[str]:
    """Says what opening a journal found and mended, one clause a thing."""
    found = {
        "moved": "the root was moved, and its journal followed",
        "copied": "the root is a copy of another, and got a journal of its own",
        "missing": "the journal this root belongs to is not where it was, and a new one was made",
    }
    said = [found[report.journal]] if report.journal in found else []
    for text, names in (
        ("finished what was begun on", report.finished),
        ("took back what was begun on", report.undone),
        ("in conflict, left alone:", report.conflicts),
        ("kept unknown bytes in the journal before writing over", report.rescued),
    ):
        if names:
            said.append(f"{text} {', '.join(map(output.shown, names))}")
    if report.interrupted:
        said.append(f"{output.plural(len(report.interrupted), 'act')} marked as interrupted")
    if report.swept:
        said.append(f"swept {output.plural(report.swept, 'temporary file')}")
    return said
