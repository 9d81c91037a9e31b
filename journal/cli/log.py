"""`spool log`: lists commits, newest first."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator

from journal.cli import access, meant, output, patches
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.cli.values import local, moment, positive
from journal.records import Commit

SHORT = 12


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool log`."""
    parser.epilog = "With --json: a line a commit."
    parser.add_argument("-n", "--limit", type=positive, metavar="N", help="at most N")
    parser.add_argument("--path", metavar="PATH", help="only those that changed this path")
    parser.add_argument("--branch", metavar="NAME", help="only those of this branch (default: all)")
    parser.add_argument(
        "--since", type=moment, metavar="TIME", help="only from then on: 2030-01-31T15:30, or 3d for three days ago"
    )
    parser.add_argument("--until", type=moment, metavar="TIME", help="only up to then")
    parser.add_argument("--oneline", action="store_true", help="a line a commit")
    parser.add_argument("--reverse", action="store_true", help="oldest first")


def run(arguments: Namespace) -> int:
    """Prints the commits."""
    screen = Screen(arguments)
    place = located(arguments)
    path = None if arguments.path is None else place.inside(arguments.path)
    with access.reading(place) as journal:
        if arguments.branch is not None:
            journal.head(arguments.branch)  # which refuses a name that no branch has
        if arguments.path is not None:
            meant.refuse_mistyped(journal, place, [arguments.path])
        newest_first = not arguments.reverse or arguments.limit is not None
        commits: Iterable[Commit] = journal.commits(
            limit=arguments.limit,
            path=path,
            branch=arguments.branch,
            newest_first=newest_first,
            since=arguments.since,
            until=arguments.until,
        )
        if arguments.reverse and newest_first:
            commits = reversed(list(commits))  # the last N, told in the order in which they came
        if not _tell(screen, arguments, commits) and not screen.json:
            screen.advice(_nothing(arguments, place, path))
    return 0


def _nothing(arguments: Namespace, place: Place, path: str | None) -> str:
    if path is not None and os.path.isdir(os.path.join(place.root, path)):
        name = output.shown(arguments.path)
        return f"{name} is a folder: `spool changes {name}` tells of it."
    if arguments.since is not None or arguments.until is not None:
        return "No such commit at that time."
    return "No commits yet." if arguments.path is None else "No commit changed this path."


def _tell(screen: Screen, arguments: Namespace, commits: Iterable[Commit]) -> int:
    """Writes every commit; gives how many there were."""
    number = 0
    for number, commit in enumerate(commits, start=1):
        if screen.json:
            screen.record(commit.to_dict())
        elif arguments.oneline:
            screen.line(short(screen, commit))
        else:
            if number > 1:
                screen.line()
            heading(screen, commit)
    return number


def short(screen: Screen, commit: Commit) -> str:
    """Tells of a commit in one line: id, time, subject."""
    subject = output.shown(commit.message.partition("\n")[0])
    return f"{screen.paint(commit.id[:SHORT], 'yellow')} {local(commit.created_at)[:16]}  {subject}".rstrip()


def heading(screen: Screen, commit: Commit) -> None:
    """Writes what a commit says of itself, on lines of their own."""
    first, *rest = told(commit)
    screen.line(screen.paint(first, "yellow"))
    for line in rest:
        screen.line(line)


def told(commit: Commit) -> Iterator[str]:
    """Yields the lines of what a commit says of itself, harmless ones."""
    yield f"commit {commit.id}"
    if commit.merged_id is not None:
        yield f"Merged   {commit.merged_id}"
    yield f"Branch   {output.shown(commit.branch)}"
    yield f"Session  {output.shown(commit.session_id)}"
    yield f"Date     {local(commit.created_at)}"
    yield f"Changed  {patches.total(commit.files, commit.additions, commit.deletions).replace(' changed', '')}"
    for key, value in commit.metadata.items():
        text = value if isinstance(value, str) else output.as_json(value).decode().rstrip("\n")
        yield f"Metadata {output.shown(key)} = {output.shown(text)}"
    if commit.message:
        yield ""
        for line in commit.message.rstrip("\n").split("\n"):
            yield ("    " + output.shown(line, output.CONTROL_BUT_TAB)).rstrip()
