"""Times commits of moved files: a thousand with equal contents, and two hundred that were edited as well.

There is no budget. Beside each stands the same commit with nothing looked for: paths that went and paths that came.
Nothing was diffed before, so that the commit finds the renames and counts their lines; the files were not moved by
`move`, whose renames need no finding.
"""

from unittest import mock

from _bench import Rounds, conclude, edited, fresh, text, timed
from journal import Delete, Spool, Write
from journal.engine import renames

ROUNDS = 5
MANY, SOME = 1000, 200


def commit(rounds: Rounds, number: int, *, edits: int, paired: bool) -> None:
    """Commits so many files, and then the same in another folder."""
    folder = fresh()
    (folder / "root").mkdir()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        spool.batch(Write(f"old/{n}.py", text(n)) for n in range(number))
        spool.commit("head")
        spool.batch(Delete(f"old/{n}.py") for n in range(number))
        spool.batch(Write(f"new/{n}.py", edited(text(n), n, edits)) for n in range(number))
        if paired:
            rounds.ours(timed(lambda: spool.commit("moved")))
        else:
            with mock.patch.object(renames, "of_stage", return_value={}):
                rounds.reference(timed(lambda: spool.commit("moved")))
        found = sum(change.renamed_from is not None for change in spool.journal.changes(number, 2 * number))
        assert found == (number if paired else 0)


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    equal, similar = Rounds(), Rounds()
    for _ in range(ROUNDS):
        equal.begin()
        similar.begin()
        for paired in (True, False):
            commit(equal, MANY, edits=0, paired=paired)
            commit(similar, SOME, edits=3, paired=paired)
    conclude(
        [
            equal.figure("1,000 files moved, commit"),
            similar.figure("200 files moved and edited, commit"),
        ]
    )


if __name__ == "__main__":
    main()
