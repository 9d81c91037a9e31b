"""What went on in a damaged journal: roots, sessions, the audit, and what is staged where its rows agree."""

from collections.abc import Callable, Iterable

from journal.database import Read, Write
from journal.rescue.cells import Values
from journal.rescue.losses import Losses
from journal.tables import salvaged

Rows = Callable[[str], Iterable[Values]]

AS_THEY_ARE = ("root", "session", "invocation", "audit_link", "follower", "base", "pruned")
NUMBERED = {"commits": "id", "change": "seq", "edit": "id", "invocation": "id", "audit_link": "seq"}
"""tables that give out each number once, and the column of it."""


def in_any_order(look: Read) -> None:
    """Lets a connection take rows before those that they name."""
    look.rows("PRAGMA foreign_keys=OFF")


def actors(tx: Write, rows: Rows) -> None:
    """Brings over roots, branches, sessions and the audit; branches are placed at their commits later."""
    for table in AS_THEY_ARE:
        for row in rows(table):
            salvaged.put(tx, table, row)
    for row in rows("branch"):
        salvaged.put(tx, "branch", (*row[:3], None, row[4]))


def commands(tx: Write, rows: Rows, losses: Losses) -> None:
    """Brings over the commands of acts that are here, with what they printed as far as that is."""
    for row in rows("shell_run"):
        out, err = (each if salvaged.content(tx, each) is not None else None for each in row[7:9])
        if salvaged.knows_act(tx, row[0]):
            salvaged.put(tx, "shell_run", (*row[:7], out, err, *row[9:]))
        if (out, err) != tuple(row[7:9]):
            losses.find("output", f"invocation {row[0]!r}", "what its command printed is damaged")


def edits(tx: Write, rows: Rows) -> None:
    """Brings over the log of edits, of paths and contents that are here."""
    for row in rows("edit"):
        if _known(tx, (row[3], row[11]), (row[5], row[8])):
            undone = row[12] if salvaged.knows_act(tx, row[12]) else None
            salvaged.put(tx, "edit", (*row[:12], undone))


def staged(tx: Write, rows: Rows, losses: Losses) -> None:
    """Brings over what is staged and agrees with its last edit, and what is open on disk, an act whole or not."""
    for row in rows("staged"):
        path, edit = salvaged.path(tx, row[1]), salvaged.edit(tx, row[8])
        agrees = edit is not None and edit == (row[0], row[1], tuple(row[5:8]))
        if path is not None and agrees and _whole(tx, row[2], row[5]) and salvaged.put(tx, "staged", row):
            continue
        content = salvaged.content(tx, row[5])
        name = path or f"path {row[1]!r}"
        losses.lose(None, name, content and content[0], "what was staged of it is damaged")
    _intents(tx, list(rows("intent")), losses)
    for row in rows("made_dir"):
        if salvaged.path(tx, row[1]) is not None and salvaged.edit(tx, row[2]) is not None:
            salvaged.put(tx, "made_dir", row)
    for row in rows("rescued"):
        path, kept = salvaged.path(tx, row[1]), salvaged.content(tx, row[2])
        if path is None or kept is None or not kept[1] or not salvaged.put(tx, "rescued", row):
            losses.lose(None, path or f"path {row[1]!r}", kept and kept[0], "it was kept aside and is damaged")


def _intents(tx: Write, rows: list[Values], losses: Losses) -> None:
    bad = {row[2] for row in rows if not _sound_intent(tx, row)}
    for row in rows:
        if row[2] in bad or not salvaged.put(tx, "intent", row):
            path = salvaged.path(tx, row[1]) or f"path {row[1]!r}"
            losses.find("intent", path, "a write of it was not finished, and what it was to become cannot be told")


def _sound_intent(tx: Write, row: Values) -> bool:
    prior = row[19] is None or salvaged.edit(tx, row[19]) is not None
    return (
        prior
        and salvaged.knows_act(tx, row[2])
        and _known(tx, (row[1], row[7]), ())
        and _whole(tx, row[8], row[13], row[20], row[23])
    )


def _known(tx: Write, paths: Iterable[object], contents: Iterable[object]) -> bool:
    """Tells whether paths and contents, as far as there are any, are here by name."""
    return all(each is None or salvaged.path(tx, each) is not None for each in paths) and all(  # type: ignore[arg-type]
        each is None or salvaged.content(tx, each) is not None  # type: ignore[arg-type]
        for each in contents
    )


def _whole(tx: Write, *contents: object) -> bool:
    """Tells whether contents, as far as there are any, are here with their bytes."""
    found = [salvaged.content(tx, each) for each in contents if each is not None]  # type: ignore[arg-type]
    return all(each is not None and each[1] for each in found)


def trees(tx: Write, rows: Rows, losses: Losses, *, commits_lost: bool, tree_whole: bool) -> None:
    """Makes branches and their trees of the commits; where one was lost, the old tree knows better what came last."""
    for table, number in salvaged.stand_in(tx):
        losses.find("stand-in", f"{table} {number}", "it is gone, and a row without its facts stands for it")
    for row in rows("base_entry"):  # the tree that the oldest commits stand on, where older ones were let go
        path, content = salvaged.path(tx, row[1]), salvaged.content(tx, row[2])
        if path is None or content is None or not salvaged.put(tx, "base_entry", row):
            losses.lose(None, path or f"path {row[1]!r}", content and content[0], "what stood there first is damaged")
    salvaged.fold(tx)
    if not commits_lost:
        return
    told = {row for row in rows("head_entry") if _known(tx, (row[1],), ()) and _whole(tx, row[2])}
    folded = salvaged.tree(tx)
    kept = {row[:2] for row in told}
    gone = [(row[0], row[1]) for row in folded if tree_whole and row[:2] not in kept]
    salvaged.correct(tx, sorted(told - folded, key=str), gone)  # type: ignore[arg-type]


def numbers(tx: Write, rows: Rows, losses: Losses) -> None:
    """Goes on with the numbers that are given out once, and says of how many the rows are gone."""
    told = {row[0]: row[1] for row in rows("sqlite_sequence") if isinstance(row[1], int)}
    for table, key in NUMBERED.items():
        gap = salvaged.issue(tx, table, key, told.get(table, 0))
        if gap.missing > 0:
            losses.find("rows", table, f"{gap.missing} of its rows cannot be read")
