"""`spool show`: shows a commit and what it changed."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from journal.cli import access, forms, log, meant, patches
from journal.cli.location import located
from journal.cli.output import Screen
from journal.errors import UnknownName
from journal.records import Change, Commit

if TYPE_CHECKING:
    from journal import Journal

PAGE = 500
"""changes asked for at a time."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool show`."""
    parser.epilog = "JSON: commit, and patches with their hunks and text; without both for --stat and --name-only."
    parser.add_argument(
        "commit",
        nargs="?",
        metavar="ID",
        help="of the commit, or its beginning, or a branch (default: the head of main)",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these files, folders or globs (default: all)")
    forms.describe(parser)


def run(arguments: Namespace) -> int:
    """Prints the commit, then its changes."""
    screen = Screen(arguments)
    place = located(arguments)
    paths = [place.inside(path) for path in arguments.paths] or None
    with access.reading(place) as journal:
        commit = _commit(journal, arguments.commit)
        meant.refuse_mistyped(journal, place, arguments.paths)
        listed = _changes(journal, commit, paths)
        found = [change.patch for change in listed if change.renamed_to is None or change.parted]
        if screen.json:
            texts = [patches.brief(patch) if forms.is_short(arguments) else patch.to_dict() for patch in found]
            screen.document({"commit": commit, "patches": texts})
            return 0
        if arguments.html:
            forms.page(screen, arguments, f"commit {commit.id}", log.told(commit), found)
            return 0
        log.heading(screen, commit)
        screen.line()
        forms.show(screen, arguments, found)
    return 0


def _commit(journal: "Journal", name: str | None) -> Commit:
    if name is not None:
        return journal.commit(name)
    head = journal.head()
    if head is None:
        hint = "`spool commit -m MESSAGE` makes the first."
        raise UnknownName("there are no commits yet", hint=hint, name="main", candidates=())
    return head


def _changes(journal: "Journal", commit: Commit, paths: list[str] | None) -> list[Change]:
    """Reads the changes of a commit, a page at a time."""
    found: list[Change] = []
    while page := journal.changes(found[-1].cursor if found else 0, PAGE, paths=paths, commit=commit.id):
        found += page
    return found
