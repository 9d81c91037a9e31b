"""`spool log`: lists commits, newest first."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from journal.cli import access, output, patches
from journal.cli.location import located
from journal.cli.output import Screen
from journal.cli.values import whole
from journal.records import Commit

SHORT = 12


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool log`."""
    parser.epilog = "With --json: a line a commit."
    parser.add_argument("-n", "--limit", type=whole, metavar="N", help="at most N")
    parser.add_argument("--path", metavar="PATH", help="only those that changed this path")
    parser.add_argument("--branch", metavar="NAME", help="only those of this branch (default: all)")
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
        newest_first = not arguments.reverse or arguments.limit is not None
        commits: Iterable[Commit] = journal.commits(
            limit=arguments.limit, path=path, branch=arguments.branch, newest_first=newest_first
        )
        if arguments.reverse and newest_first:
            commits = reversed(list(commits))  # the last N, told in the order in which they came
        if not _tell(screen, arguments, commits) and not screen.json:
            screen.advice("No commits yet." if path is None else "No commit changed this path.")
    return 0


def _tell(screen: Screen, arguments: Namespace, commits: Iterable[Commit]) -> int:
    """Writes every commit; gives how many there were."""
    number = 0
    for number, commit in enumerate(commits, start=1):
        if screen.json:
            screen.record(commit.to_dict())
        elif arguments.oneline:
            subject = output.shown(commit.message.partition("\n")[0])
            screen.line(f"{screen.paint(commit.id[:SHORT], 'yellow')} {when(commit)[:16]}  {subject}".rstrip())
        else:
            if number > 1:
                screen.line()
            heading(screen, commit)
    return number


def heading(screen: Screen, commit: Commit) -> None:
    """Writes what a commit says of itself, on lines of their own."""
    screen.line(screen.paint(f"commit {commit.id}", "yellow"))
    if commit.merged_id is not None:
        screen.line(f"Merged   {commit.merged_id}")
    screen.line(f"Branch   {output.shown(commit.branch)}")
    screen.line(f"Session  {output.shown(commit.session_id)}")
    screen.line(f"Date     {when(commit)}")
    screen.line(f"Changed  {patches.total(commit.files, commit.additions, commit.deletions).replace(' changed', '')}")
    for key, value in commit.metadata.items():
        text = value if isinstance(value, str) else output.as_json(value).decode().rstrip("\n")
        screen.line(f"Metadata {output.shown(key)} = {output.shown(text)}")
    if commit.message:
        screen.line()
        for line in commit.message.rstrip("\n").split("\n"):
            screen.line(("    " + output.shown(line, output.CONTROL_BUT_TAB)).rstrip())


def when(commit: Commit) -> str:
    """Gives the time of a commit where the user is."""
    return commit.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
