"""`spool read`: prints a content: of a file as it stands, of a file as of a commit, or any by its digest."""

from argparse import ArgumentParser, Namespace
from contextlib import suppress
from typing import Any

from journal.cli import access
from journal.cli.location import Place, located
from journal.cli.output import Screen
from journal.errors import UnknownName, UsageError
from journal.records import Reader


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool read`."""
    parser.epilog = "The bytes come as they are. JSON: path, commit, sha256, size, content (text, or bytes in base64)."
    parser.add_argument("path", nargs="?", metavar="PATH", help="the file")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--at", metavar="ID", help="as of this commit: id, its beginning, or a branch (default: on disk)"
    )
    which.add_argument("--blob", metavar="DIGEST", help="the content of this SHA-256, whatever its path; without PATH")


def run(arguments: Namespace) -> int:
    """Prints the bytes."""
    screen = Screen(arguments)
    place = located(arguments)
    if (arguments.path is None) == (arguments.blob is None):
        raise UsageError("read takes either a PATH or --blob", hint="Name a file, or the digest of a content.")
    if arguments.blob is not None:
        with access.reading(place) as journal, journal.blob(arguments.blob).open() as pieces:
            _pieces(screen, {"path": None, "commit": None}, pieces)
    elif arguments.at is not None:
        _committed(screen, place, place.inside(arguments.path), arguments.at)
    else:
        _on_disk(screen, place, place.inside(arguments.path))
    return 0


def _on_disk(screen: Screen, place: Place, path: str) -> None:
    from journal.engine import status

    data = status.read_root(place.root, path)
    if data is None:
        hint = "`spool log --path PATH` finds the commits that held it."
        raise UnknownName(f"there is no file {path!r} in the root", hint=hint, name=path, candidates=())
    if screen.json:
        _document(screen, {"path": path, "commit": None}, data)
    else:
        screen.raw(data)


def _committed(screen: Screen, place: Place, path: str, at: str) -> None:
    with access.reading(place) as journal:
        commit = journal.commit(at)
        with journal.open_read(path, commit.id) as pieces:
            _pieces(screen, {"path": path, "commit": commit.id}, pieces)


def _pieces(screen: Screen, told: dict[str, Any], pieces: Reader) -> None:
    """Writes a content of the journal, in pieces."""
    if screen.json:
        _document(screen, told, pieces.read())
        return
    for piece in pieces:
        screen.raw(piece)


def _document(screen: Screen, told: dict[str, Any], data: bytes) -> None:
    from journal.ids import sha256

    content: str | bytes = data
    with suppress(UnicodeDecodeError):
        content = data.decode("utf-8")
    screen.document({**told, "sha256": sha256(data).hex(), "size": len(data), "content": content})
