"""Times marking the words that differ in changed lines of source, beside diff-match-patch letter by letter.

Budget: p95 a pair <= 1 ms. The pairs are lines of real source, each with one to four of its words replaced, and, for
the worst case, lines that have nothing to do with each other.
"""

import functools
import random

from _bench import Rounds, conclude, sources, timed
from journal.content import intraline, similarity
from journal.content.similarity import Effort
from journal.limits import INTRALINE_WORK_MAX

ROUNDS = 3
PAIRS = 1500

Pairs = list[tuple[str, str]]


def lines() -> list[str]:
    """Takes lines of some length from real source, in an order of chance."""
    found = [line for data in sources() for line in data.decode("utf-8", "replace").split("\n") if len(line) > 20]
    random.Random(1).shuffle(found)
    return found[: 2 * PAIRS]


def edited(line: str, choose: random.Random) -> str:
    """Replaces some words of a line."""
    words = similarity.words(line)
    for _ in range(choose.randrange(1, 5)):
        words[choose.randrange(len(words))] = choose.choice(("value", "x", "other_name", "(", "None"))
    return "".join(words)


def ours(old: str, new: str) -> object:
    """Marks the words of one pair."""
    return intraline.pieces(old, new, Effort(INTRALINE_WORK_MAX))


def reference(old: str, new: str) -> object:
    """Compares a pair letter by letter, and tidies that up."""
    diffs = similarity.engine().diff_main(old, new, False)
    similarity.engine().diff_cleanupSemantic(diffs)
    return diffs


def main() -> None:
    """Runs the rounds, and prints what they cost."""
    choose, some = random.Random(2), lines()
    kinds: dict[str, Pairs] = {
        "edited": [(line, edited(line, choose)) for line in some[:PAIRS]],
        "unrelated": list(zip(some[:PAIRS], some[PAIRS:], strict=False)),
    }
    reference("warm", "worm")
    rounds = {kind: Rounds() for kind in kinds}
    for _ in range(ROUNDS):
        for kind, pairs in kinds.items():
            rounds[kind].begin()
            for old, new in pairs:
                rounds[kind].ours(timed(functools.partial(ours, old, new)))
                rounds[kind].reference(timed(functools.partial(reference, old, new)))
    conclude(
        [
            rounds["edited"].figure("edited, p50"),
            rounds["edited"].figure("edited, p95", 0.95, most=1.0),
            rounds["unrelated"].figure("unrelated, p95", 0.95, most=1.0),
        ]
    )


if __name__ == "__main__":
    main()
