"""The command `spool`: finds the command that is meant, reads its arguments and runs it."""

import argparse
import importlib
import importlib.util
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from journal.cli import failures, output
from journal.errors import UnknownName, UsageError

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "Begin": {
        "init": "make the journal of a folder",
        "demo": "walk through it all in a throw-away folder",
        "where": "print where the journal is",
    },
    "Change files": {
        "write": "put content at a path",
        "replace": "replace text in a file",
        "patch": "apply a diff to a file",
        "apply": "apply a diff over many files, all of it or nothing",
        "delete": "remove files",
        "move": "give a file another path",
        "chmod": "set permission bits",
        "symlink": "put a symbolic link at a path",
        "batch": "carry out many changes, all or none",
        "adopt": "stage what someone else changed on disk",
    },
    "Look": {
        "status": "show what is staged, in conflict or edited by hand",
        "diff": "show what is staged, or what lies between commits, line by line",
        "read": "print a file, now or as of a commit",
        "log": "list commits",
        "show": "show a commit and what it changed",
        "branches": "list the branches, each with its newest commit",
        "checkout": "write the files of a commit into another folder",
        "replay": "carry the commits out one after the other in another folder, each checked",
    },
    "Publish, or take back": {
        "validate": "show what would be judged and published, with its digest",
        "commit": "publish all that is staged",
        "reset": "take back what is staged",
        "restore": "stage what takes files to an older commit",
    },
    "Follow and ask": {
        "changes": "list committed changes after a cursor",
        "follow": "list committed changes as they come",
        "audit": "list what was asked for, decided and done",
        "sql": "ask the journal with SQL",
    },
    "Take care": {
        "export": "write the journal out for git, or as JSON lines or Parquet",
        "backup": "copy the journal, also while it is in use",
        "attach": "give the root another journal, such as a copy",
        "prune": "let old commits go, and give their room back",
        "optimize": "pack what is kept as small as it gets",
        "verify": "check that the journal is sound",
        "salvage": "bring what can be read of a damaged journal into a new one",
        "recover": "mend what a crash left open, and say what was done",
        "completion": "print what lets a shell complete spool's commands",
    },
}
SENTENCES = {name: sentence for group in COMMANDS.values() for name, sentence in group.items()}
LATE = {"demo"}  # shown only where it is installed

ELSEWHERE = {
    "add": "adopt", "blame": "log", "branch": "branches", "cat": "read", "check": "verify", "ci": "commit",
    "co": "checkout", "create": "write", "discard": "reset", "edit": "replace", "fsck": "verify", "gc": "optimize",
    "history": "log", "ln": "symlink", "mv": "move", "patches": "diff", "put": "write", "query": "sql",
    "remove": "delete", "rename": "move", "revert": "reset", "rm": "delete", "save": "commit", "st": "status",
    "stage": "adopt", "tail": "follow", "track": "adopt", "undo": "reset", "unlink": "delete", "vacuum": "optimize",
    "watch": "follow",
}  # fmt: skip
"""What other programs call it."""

PAGED = {"audit", "changes", "diff", "log", "show"}
"""what may be longer than a screen, and ends."""

NO_OPTION = "\0"
"""marks an operand that looks like an option; no argument of a process can hold it."""

LACKING = "the following arguments are required: "
IS_LONG = re.compile(r"--[\w-]+(=.*)?", re.DOTALL).fullmatch
UNKNOWN = "unrecognized arguments: "
TAKING_A_VALUE = {"-C", "--root", "--journal"}

ABOUT = """\
A journal for work on files: a change is staged, appears at once, and can be
published or taken back whole, at any time, after any crash.

"""
EPILOG = """\
`spool COMMAND --help` tells the rest. Exit codes: 0 done, 1 differences, 2 usage,
3 conflict, 4 schema, 5 corruption, 6 storage, 75 busy, 130 interrupted, 141 closed pipe.
With --json an error is one JSON document on standard error.
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are errors like any other."""

    def error(self, message: str) -> NoReturn:
        """Refuses the arguments.

        Raises:
            UsageError: always.
        """
        if message.startswith(LACKING):
            message = LACKING + ", ".join(filter(self._needs, message.removeprefix(LACKING).split(", ")))
        hint = self._meant(message) or f"`{self.prog} --help` shows how it is called."
        raise UsageError(message.replace(NO_OPTION, ""), hint=hint)

    def _needs(self, name: str) -> bool:
        """Tells whether an argument has to be given: argparse also counts PATHs of which there may be none."""
        optional = (each for each in self._actions if each.nargs in ("*", "?"))
        return name not in {each.metavar for each in optional}

    def _meant(self, message: str) -> str:
        """Asks whether an option was meant that is spelled alike."""
        import difflib

        words = message.removeprefix(UNKNOWN).split() if message.startswith(UNKNOWN) else []
        mistyped = next((word.partition("=")[0] for word in words if word.startswith("-")), "")
        near = difflib.get_close_matches(mistyped, self._option_string_actions, n=1) if mistyped else []
        return f"Did you mean {near[0]}?" if near else ""


def entry() -> int:
    """Runs `spool` on the arguments of the process; returns its exit code."""
    return main(sys.argv[1:])


def main(argv: Sequence[str]) -> int:
    """Runs `spool` on these arguments; returns its exit code, whatever happens."""
    options = argv[: argv.index("--")] if "--" in argv else argv
    try:
        code = run(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except (Exception, KeyboardInterrupt) as error:
        return failures.told(error, as_json="--json" in options, plain="--plain" in options)


def run(argv: Sequence[str]) -> int:
    """Runs one command.

    Raises:
        JournalError: as the command does.
    """
    head, rest = split(argv)
    if not rest or rest == ["help"]:
        return front(head)
    name, *rest = rest
    if name == "help":
        name, rest = rest[0], ["--help"]
    command = found(name)
    parser = parser_of(name, command)
    try:
        arguments = parsed(parser, [*head, *rest])
    except SystemExit:  # --help was printed
        return 0
    try:
        return carried_out(name, command, arguments)
    except UnknownName as error:
        from journal.cli import meant

        meant.suggest(error, arguments)
        raise


def carried_out(name: str, command: Any, arguments: argparse.Namespace) -> int:
    """Carries a command out, through a pager where a person reads what may be long."""
    if name not in PAGED or arguments.json or arguments.no_pager or not output.is_terminal(sys.stdout):
        return int(command.run(arguments))
    from journal.cli import pager

    return pager.through(lambda: int(command.run(arguments)))


def parser_of(name: str, command: Any) -> Parser:
    """Gives the parser of a command's arguments."""
    parser = Parser(
        prog=f"spool {name}",
        description=SENTENCES[name][0].upper() + SENTENCES[name][1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.describe(parser)
    common(parser)
    return parser


def parsed(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """Reads options and operands in any order; what follows `--` is an operand, however it begins."""
    at = argv.index("--") if "--" in argv else len(argv)
    for word in argv[:at]:
        if IS_LONG(word) and word.partition("=")[0] not in parser._option_string_actions:
            parser.error(UNKNOWN + word)  # before its value is taken for an operand
    operands = [NO_OPTION + each if each.startswith("-") else each for each in argv[at + 1 :]]
    arguments = parser.parse_intermixed_args([*argv[:at], *operands])
    for name, value in vars(arguments).items():
        if isinstance(value, str):
            setattr(arguments, name, value.removeprefix(NO_OPTION))
        elif isinstance(value, list):
            setattr(arguments, name, [each.removeprefix(NO_OPTION) for each in value])
    return arguments


def split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Parts the options that stand before the command from the command and what follows."""
    at = 0
    while at < len(argv) and argv[at].startswith("-"):
        at += 2 if argv[at] in TAKING_A_VALUE else 1
    return list(argv[:at]), list(argv[at:])


def found(name: str) -> Any:
    """Imports the module of a command.

    Raises:
        UsageError: there is none; the hint names one that may be meant.
    """
    if name in available():
        return importlib.import_module(f"journal.cli.{name}")
    import difflib

    meant = ELSEWHERE.get(name) or next(iter(difflib.get_close_matches(name, available(), n=1)), None)
    hint = f"Did you mean `spool {meant}`?" if meant else "`spool --help` lists the commands."
    raise UsageError(f"there is no command {name!r}", hint=hint)


def available() -> list[str]:
    """Names the commands that are installed."""
    return [name for name in SENTENCES if name not in LATE or importlib.util.find_spec(f"journal.cli.{name}")]


def common(parser: argparse.ArgumentParser) -> None:
    """Adds what every command takes."""
    group = parser.add_argument_group("on every command")
    group.add_argument("-C", "--root", metavar="DIR", help="work as if started in DIR (default: here)")
    group.add_argument("--journal", metavar="FILE", help="use this journal instead of the root's own")
    group.add_argument("--json", action="store_true", help='write JSON, each document with "version": 1')
    group.add_argument("--plain", action="store_true", help="no colours, no headings, no advice")
    group.add_argument("--no-pager", action="store_true", help="print to the terminal, however much it is")


def front(head: Sequence[str]) -> int:
    """Answers `spool` without a command: its help, or its version."""
    known = available()
    about = ABOUT
    for title, group in COMMANDS.items():
        about += f"{title}:\n" + "".join(f"  {name:10} {group[name]}\n" for name in group if name in known) + "\n"
    parser = Parser(
        prog="spool",
        usage="spool [OPTION...] COMMAND [ARGUMENT...]",
        description=about.rstrip(),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    common(parser)
    parser.add_argument("--version", action="store_true", help="print the version, and no more")
    try:
        arguments = parser.parse_args(head)
    except SystemExit:  # --help was printed
        return 0
    output.write((f"spool {version()}\n" if arguments.version else parser.format_help()).encode())
    return 0


def version() -> str:
    """Gives the release that is installed."""
    from importlib import metadata

    try:
        return metadata.version("spool-journal")
    except metadata.PackageNotFoundError:
        return "unknown"


if __name__ == "__main__":
    raise SystemExit(entry())
