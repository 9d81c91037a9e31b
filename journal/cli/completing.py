"""What may stand at a word of a command line that somebody is typing, worked out from the parsers themselves."""

import itertools
import os
import shlex
from argparse import Action, Namespace
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Literal, NamedTuple

from journal.cli import access, main
from journal.cli.completion import SCRIPTS
from journal.cli.location import Place, located
from journal.cli.output import CONTROL
from journal.errors import JournalError

COMMITS_MAX = 50
"""newest commits that are offered; whoever means an older one knows its id."""

SHORT = 12
TRACKED = {"changes", "checkout", "diff", "follow", "log", "reset", "restore", "show"}
"""commands whose PATH is one that the journal knows, whether it stands on disk or not."""

FOLDERS = {"DIR", "FOLDER"}
FILES = {"FILE", "FROM", "JOURNAL", "PATH", "TO"}


class Offer(NamedTuple):
    """What fits: names, each with a few words about it; or the shell's own files, or folders."""

    kind: Literal["names", "paths", "files", "folders"]
    names: Sequence[tuple[str, str]] = ()


class Typed(NamedTuple):
    """A line up to the cursor: whole words, the beginning of one, and what of it stands before its value."""

    before: list[str]
    word: str
    prefix: str


def offered(words: Sequence[str], at: int) -> Offer:
    """Says what may stand at a word of a line whose first is `spool` itself; nothing when it cannot be told."""
    typed = _typed([_unquoted(each) for each in words[1:at]], _unquoted(words[at]) if at < len(words) else "")
    with suppress(JournalError, OSError, SystemExit):
        found = _offered(typed)
        fitting = [(typed.prefix + name, about) for name, about in found.names if name.startswith(typed.word)]
        return found._replace(names=[each for each in fitting if not CONTROL.search(each[0])])
    return Offer("names")


def _typed(before: Sequence[str], word: str) -> Typed:
    """Parts options from their values, which shells hand over as one word, or as three of which one is `=`."""
    parted = list[str]()
    for each in before:
        option, equals, value = each.partition("=")
        if each == "=" and parted and parted[-1].startswith("--"):
            continue
        parted += [option, value] if equals and each.startswith("--") else [each]
    option, equals, value = word.partition("=")
    if word == "=" and parted and parted[-1].startswith("--"):
        return Typed(parted, "", "")
    if equals and word.startswith("--"):
        return Typed([*parted, option], value, f"{option}=")
    return Typed(parted, word, "")


def _unquoted(word: str) -> str:
    for end in ("", "'", '"'):
        with suppress(ValueError):
            return "".join(shlex.split(word + end)[:1])
    return word


def _offered(typed: Typed) -> Offer:
    head, rest = main.split(typed.before)
    if head and head[-1] in main.TAKING_A_VALUE and len(typed.before) == len(head):
        return Offer("folders" if head[-1] in ("-C", "--root") else "files")
    if not rest and typed.word.startswith("-"):
        parser = main.Parser(prog="spool", add_help=False, allow_abbrev=False)
        main.common(parser)
        return _options(parser, typed)
    if not rest or rest == ["help"]:
        return Offer("names", [(name, main.SENTENCES[name]) for name in main.available()])
    name, *rest = rest
    parser = main.parser_of(name, main.found(name))
    action, is_option = _expected(parser, rest, typed.word)
    if is_option:
        return _options(parser, typed)
    return Offer("names") if action is None else _values(name, action, typed)


def _expected(parser: main.Parser, rest: Sequence[str], word: str) -> tuple[Action | None, bool]:
    """Finds the argument that a word is the value of, or says that it is to be an option."""
    operands, pending, closed = 0, None, False
    for each in rest:
        if pending is not None:
            pending = None
        elif not closed and each == "--":
            closed = True
        elif not closed and each.startswith("-") and each != "-":
            action = parser._option_string_actions.get(each)
            pending = action if action is not None and action.nargs is None else None
        else:
            operands += 1
    if pending is not None:
        return pending, False
    if word.startswith("-") and not closed:
        return None, True
    for action in parser._actions:
        if not action.option_strings:
            if operands == 0 or action.nargs in ("*", "+"):
                return action, False
            operands -= 1
    return None, False


def _options(parser: main.Parser, typed: Typed) -> Offer:
    """Lists the options that are not there yet, the long name of each."""
    given = {parser._option_string_actions.get(each) for each in typed.before}
    names = [
        (action.option_strings[-1], (action.help or "").partition(";")[0])
        for action in parser._actions
        if action.option_strings and (action not in given or action.default == []) and action.help != "==SUPPRESS=="
    ]
    return Offer("names", names)


def _values(command: str, action: Action, typed: Typed) -> Offer:
    """Lists what may be the value of an argument."""
    place = _place(typed.before)
    if action.choices is not None:
        return Offer("names", [(str(each), "") for each in action.choices])
    if action.metavar == "SHELL":
        return Offer("names", [(name, "") for name in SCRIPTS])
    if action.metavar == "ID":
        return Offer("names", _commits(place))
    if action.dest == "branch":
        return Offer("names", _branches(place))
    if action.metavar in FOLDERS:
        return Offer("folders")
    if action.metavar == "PATH" and (command in TRACKED or (command == "read" and "--at" in typed.before)):
        return Offer("paths", [(name, "") for name in _by_folder(_tracked(place), typed.word)])
    if action.metavar not in FILES:
        return Offer("names")
    if not {"-C", "--root"}.isdisjoint(typed.before):  # there the shell would look in the wrong folder
        return Offer("paths", [(name, "") for name in _on_disk(place, typed.word)])
    return Offer("files")


def _place(before: Sequence[str]) -> Place:
    """Finds the root that the line speaks of."""
    given = dict(itertools.pairwise(before))
    root = given.get("-C", given.get("--root"))
    return located(Namespace(root=None if root is None else os.path.expanduser(root), journal=given.get("--journal")))


def _commits(place: Place) -> list[tuple[str, str]]:
    with access.reading(place) as journal:
        found = [(each.id[:SHORT], each.message.partition("\n")[0]) for each in journal.commits(limit=COMMITS_MAX)]
        return [(name, "branch") for name in journal.branches()] + found


def _branches(place: Place) -> list[tuple[str, str]]:
    with access.reading(place) as journal:
        return [(name, "") for name in journal.branches()]


def _tracked(place: Place) -> list[str]:
    from journal.engine import known

    with access.reading(place) as journal:
        return [place.shown(path) for path in known.tracked(journal, place.root)]


def _by_folder(paths: Iterable[str], word: str) -> list[str]:
    """Cuts paths behind the next slash, so that one folder is gone down at a time."""
    found = dict[str, None]()
    for path in paths:
        if path.startswith(word) and (word.startswith("..") or not path.startswith("../")):
            end = path.find("/", len(word))
            found[path if end < 0 else path[: end + 1]] = None
    return list(found)


def _on_disk(place: Place, word: str) -> list[str]:
    folder = word.rpartition("/")[0]
    above = f"{folder}/" if folder else ""
    with os.scandir(os.path.join(place.start, folder)) as entries:
        names = [entry.name + ("/" if entry.is_dir() else "") for entry in entries]
    return sorted(above + name for name in names if name != ".spool/")
