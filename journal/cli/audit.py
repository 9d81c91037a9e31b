"""`spool audit`: lists what was asked for, decided and done, newest first, or tells all of one act."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from typing import Any

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.values import local, positive, whole
from journal.records import Invocation

COLOURS = {"ok": "green", "running": "dim"}
ABOUT = ("path", "paths", "message", "description", "command", "url", "to")
"""what of a request tells most of it, the first that is there."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool audit`."""
    parser.epilog = (
        "An act is named by its number, as @42. For counts and sums ask the view `audit` with `spool sql`.\n"
        "With --json: a line an act; one document for a single one."
    )
    parser.add_argument("act", nargs="?", type=numbered, metavar="@ACT", help="only this one, with all that is known")
    parser.add_argument("-n", "--limit", type=positive, metavar="N", help="at most N")
    parser.add_argument("--kind", metavar="KIND", help="only of this kind: spool, shell, fetch, tool")
    parser.add_argument("--state", metavar="STATE", help="only in this state: ok, failed, denied, running, …")
    parser.add_argument("--session", metavar="NAME", help="only of this session")
    parser.add_argument("--after", type=numbered, default=0, metavar="@ACT", help="go on behind this one")
    parser.add_argument("--reverse", action="store_true", help="oldest first")


def run(arguments: Namespace) -> int:
    """Prints the acts."""
    screen = Screen(arguments)
    with access.reading(located(arguments)) as journal:
        if arguments.act is not None:
            _one(screen, journal.invocation(arguments.act))
            return 0
        found = journal.invocations(
            after=arguments.after,
            kind=arguments.kind,
            session_id=arguments.session,
            limit=arguments.limit,
            state=arguments.state,
            newest_first=not arguments.reverse,
        )
        if not _tell(screen, found) and not screen.json:
            screen.advice("No such act.")
    return 0


def numbered(text: str) -> int:
    """Reads the number of an act, `@42` or `42`.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        return whole(text.removeprefix("@"))
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{text!r} is no act, such as @42") from error


def _tell(screen: Screen, acts: Iterable[Invocation]) -> int:
    count = 0
    for act in acts:
        count += 1
        if screen.json:
            screen.record(act.to_dict())
        else:
            screen.line(_line(screen, act))
    return count


def _line(screen: Screen, act: Invocation) -> str:
    state = screen.paint(f"{act.state:7}", COLOURS.get(act.state, "red"))
    said = [f"@{act.id:<6}", local(act.started_at)[:19], state, f"{act.name:8}", _about(act.request)]
    if act.duration_s is not None:
        said.append(screen.paint(f"{act.duration_s * 1000:.1f} ms", "dim"))
    if act.state not in COLOURS:
        said.append(screen.paint(output.shown(act.decision_reason or act.error or ""), "red"))
    return "  ".join(part for part in said if part).rstrip()


def _about(request: Any) -> str:
    """Says in a few words what an act was about."""
    value = next((request[key] for key in ABOUT if request.get(key)), "")
    text = value if isinstance(value, str) else output.as_json(value).decode().strip()
    line = output.shown(text.partition("\n")[0])
    return line if len(line) <= 60 else line[:57] + "..."


def _one(screen: Screen, act: Invocation) -> None:
    if screen.json:
        screen.document(act.to_dict())
        return
    for name, value in act.to_dict().items():
        if value is None or value == {} or value == "":
            continue
        if name in ("started_at", "finished_at"):
            value = local(getattr(act, name))
        text = value if isinstance(value, str) else output.as_json(value).decode().rstrip("\n")
        screen.line(f"{screen.paint(f'{name:15}', 'bold')}  {output.shown(text)}")
