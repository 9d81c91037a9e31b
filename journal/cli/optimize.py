"""`spool optimize`: packs what is kept as small as it gets, and gives the room back."""

from argparse import ArgumentParser, Namespace

from journal.cli import access, output
from journal.cli.location import located
from journal.cli.output import Screen, plural
from journal.cli.progress import bar


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool optimize`."""
    parser.epilog = (
        "No commit goes and nothing reads differently; contents that nothing names any more leave. It takes some ten\n"
        "seconds for 100 MB the first time; the next one packs only what came since. Readers go on meanwhile.\n"
        "JSON: blobs, chunks, bytes_before, bytes_after."
    )


def run(arguments: Namespace) -> int:
    """Optimizes, and says what it came to."""
    screen, place = Screen(arguments), located(arguments)
    with access.reading(place, readonly=False) as journal, bar(screen, "Packing", in_bytes=True) as progress:
        found = journal.optimize(progress=progress)
    before, after = output.size(found["bytes_before"]), output.size(found["bytes_after"])
    if screen.json:
        screen.document(found)
    elif not found["chunks"] and found["bytes_before"] == found["bytes_after"]:
        screen.line(f"It is packed as small as it gets: {after}.")
    else:
        left = f", {plural(found['blobs'], 'content')} that nothing names left" if found["blobs"] else ""
        packed = f": {plural(found['chunks'], 'chunk')} packed smaller" if found["chunks"] else ""
        screen.line(f"{before} before, {after} now{packed}{left}")
    return 0
