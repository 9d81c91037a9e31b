"""Weighs 10,000 versions of a 1 MB text file, and times reading any of them.

Budget: the content tables (`chunk`, `blob`) take <= 5 MB; a version chosen at random is read, its digest checked, in
<= 5 ms at p50. Each version differs from the one before by one line that was changed, added or removed. The rows of the
acts (audit, edits, and what is staged) are told apart, and the whole file beside them, all after closing. The reference
for a read is the `zlib` of the standard library, which opens one whole copy: 10,000 of them would take 2 GB.

It takes about two minutes and says how far it is. `many_versions.py 1000` makes fewer versions.
"""

import hashlib
import random
import sys
import time
import zlib
from functools import partial
from pathlib import Path

from _bench import Figure, Rounds, conclude, fresh, home, text, timed
from _weigh import CONTENT, weigh
from journal import Journal, Spool

VERSIONS = 10_000
SIZE = 1_000_000
READS = 300
SHOWN_S = 10.0
PATH = "src/large.py"


def change(lines: list[bytes], number: int) -> None:
    """Changes, adds or removes one line."""
    choose = random.Random(number)
    place, kind = choose.randrange(len(lines)), choose.randrange(3)
    lines[place : place + (kind != 1)] = [] if kind == 2 else [b"    edited = %d  # of %d" % (number, place)]


def write(folder: Path, versions: int) -> list[str]:
    """Writes every version and commits the last; gives their digests."""
    (folder / "root").mkdir()
    lines, digests, shown = text(0, SIZE).split(b"\n"), list[str](), time.monotonic()
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        for number in range(versions):
            change(lines, number)
            data = b"\n".join(lines)
            digests.append(hashlib.sha256(data).hexdigest())
            spool.write(PATH, data)
            if time.monotonic() - shown > SHOWN_S:
                shown = time.monotonic()
                print(f"  {number + 1:,} of {versions:,} versions", flush=True)
        spool.commit("the last of them")
    return digests


def checked(journal: Journal, digest: str) -> None:
    """Reads a version, with nothing remembered of those before it."""
    assert hashlib.sha256(journal.blob(digest).read()).hexdigest() == digest


def reads(journal: Path, digests: list[str]) -> Rounds:
    """Times reading versions at random, each by a journal that was just opened, beside opening a whole copy."""
    rounds, copy = Rounds(), zlib.compress(text(0, SIZE))
    rounds.begin()
    for digest in random.Random(1).sample(digests, min(READS, len(digests))):
        with Journal.open(journal) as opened:
            rounds.ours(timed(partial(checked, opened, digest)))
        rounds.reference(timed(lambda: hashlib.sha256(zlib.decompress(copy)).hexdigest()))
    return rounds


def main(versions: int) -> None:
    """Writes, weighs and reads, and prints what it took."""
    home()
    folder = fresh()
    digests: list[str] = []
    took = timed(lambda: digests.extend(write(folder, versions)))
    journal = folder / "state" / "journal.db"
    rounds, weights = reads(journal, digests), weigh(journal)
    content = sum(weights[name] for name in CONTENT)
    conclude(
        [
            Figure("chunk and blob", content / 1e6, most=5, unit="MB"),
            Figure("audit (invocation, audit_link)", (weights["invocation"] + weights["audit_link"]) / 1e6, unit="MB"),
            Figure("edit", weights["edit"] / 1e6, unit="MB"),
            Figure("the whole file", journal.stat().st_size / 1e6, unit="MB"),
            rounds.figure("one version, p50", most=5),
            rounds.figure("one version, p95", 0.95),
            Figure("one write", took / versions),
        ]
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2] or (VERSIONS,)))
