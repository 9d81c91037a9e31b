"""`spool status`: shows what is staged, in conflict or edited by hand, and what can be done about it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from journal.cli import access, output, patches
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.records import Status, StatusEntry

if TYPE_CHECKING:
    from journal import Journal

FIRST = "`spool write PATH` stages a first change, `spool adopt .` the files that are there."
NO_ORIGINS: Mapping[str, str] = {}
SHORT = 12
"""characters of a commit id that are shown; seven are enough to name it."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool status`."""
    parser.epilog = (
        "With --plain a line a path: A, M, D or R when it is staged, C when the disk holds a third content,\n"
        "E when it was edited by hand and is not staged; then two blanks and the path from the root, of a renamed\n"
        "one OLD -> NEW. JSON: branch, head, session_id, staged, conflicts, edits, digest, clean; it tells of a\n"
        "renamed path as of two, one deleted and one created."
    )
    parser.add_argument(
        "--digest", action="store_true", help="only the digest of what is staged, for `spool commit --expect`"
    )


def run(arguments: Namespace) -> int:
    """Prints where the root stands."""
    screen = Screen(arguments)
    place = located(arguments)
    from journal.engine import status

    with access.reading(place) as journal:
        found = status.of(journal, place.root)
        if screen.json:
            screen.document({**found.to_dict(), "clean": found.clean})
        elif arguments.digest:
            screen.line(found.digest)
        else:
            origins = status.renamed(journal, place.root)
            if screen.plain:
                _list(screen, found, origins)
            else:
                screen.line(_heading(screen, journal, found))
                _tell(screen, place, found, origins)
    return 0


def _list(screen: Screen, found: Status, origins: Mapping[str, str]) -> None:
    olds = set(origins.values())
    for entry in found.staged:
        if entry.path in origins:
            screen.line(f"R  {output.shown(origins[entry.path])} -> {output.shown(entry.path)}")
        elif entry.path not in olds:
            screen.line(f"{patches.LETTERS[entry.change_type]}  {output.shown(entry.path)}")
    for mark, entries in (("C", found.conflicts), ("E", found.edits)):
        for entry in entries:
            screen.line(f"{mark}  {output.shown(entry.path)}")


def _heading(screen: Screen, journal: "Journal", found: Status) -> str:
    branch = f"On branch {screen.paint(output.shown(found.branch), 'bold')}, "
    if found.head is None:
        return branch + "no commits yet"
    subject = output.shown(journal.commit(found.head).message.partition("\n")[0])
    head = screen.paint(found.head[:SHORT], "yellow")
    return f"{branch}head {head}" + (f" {subject}" if subject else "")


def _tell(screen: Screen, place: Place, found: Status, origins: Mapping[str, str]) -> None:
    if found.staged:
        screen.line()
        screen.line("Staged:")
        _entries(screen, place, found.staged, "", origins)
        screen.advice("  `spool diff` shows it, `spool commit -m MESSAGE` publishes it, `spool reset` takes it back.")
    if found.conflicts:
        screen.line()
        screen.line("In conflict, the disk holds what was not written here:")
        _entries(screen, place, found.conflicts, "red")
        screen.advice("  `spool diff --disk` shows it, `spool adopt` stages it as it stands, and")
        screen.advice("  `spool reset --force PATH` keeps these bytes in the journal, then goes back to head.")
    if found.edits:
        screen.line()
        screen.line("Edited by hand, not staged:")
        _entries(screen, place, found.edits, "red")
        screen.advice("  `spool diff --disk` shows it, `spool adopt` stages it as it stands, and")
        screen.advice("  `spool reset --force PATH` takes it back, and keeps these bytes in the journal.")
    if found.clean:
        screen.line("Nothing staged; the root is as its head says." if found.head else "Nothing staged.")
        screen.advice(FIRST if not found.head else "`spool log` lists commits.")


def _entries(
    screen: Screen, place: Place, entries: Sequence[StatusEntry], colour: str, origins: Mapping[str, str] = NO_ORIGINS
) -> None:
    """Writes aligned lines: letter, path, sizes; a renamed path is one line, with the size that its old one had."""
    olds = set(origins.values())
    gone = {entry.path: entry for entry in entries if entry.path in olds}
    told = [entry for entry in entries if entry.path not in gone]
    names = [output.shown(place.shown(entry.path)) for entry in told]
    for number, entry in enumerate(told):
        if (old := gone.get(origins.get(entry.path, ""))) is not None:
            names[number] = f"{output.shown(place.shown(old.path))} -> {names[number]}"
            told[number] = replace(entry, change_type="renamed", size_before=old.size_before)
    width = max(map(output.columns, names))
    for entry, name in zip(told, names, strict=True):
        letter = patches.LETTERS[entry.change_type]
        painted = screen.paint(letter, colour) if colour else patches.letter(screen, entry.change_type)
        sizes = screen.paint(_sizes(entry), "dim")
        screen.line(f"  {painted}  {output.padded(name, min(width, 60))}  {sizes}".rstrip())


def _sizes(entry: StatusEntry) -> str:
    sizes = [output.size(count) for count in (entry.size_before, entry.size_after) if count is not None]
    return sizes[0] if len(set(sizes)) == 1 else " -> ".join(sizes)
