"""Counts how diffs land that come as people and models send them: right, refused, and in the wrong place.

Budget, over all kinds: tolerant right >= 73 % and wrong <= 0.4 %, strict wrong <= 0.1 %. The cases are those of
`tests/support/sloppy_cases.py`, 100 of each kind, or as many as are asked for: `sloppy.py 400`.
"""

import sys

from _bench import CHECKOUT, Figure, conclude

sys.path.insert(0, str(CHECKOUT))

from journal.records import Tolerance
from tests.support.sloppy_cases import KINDS, played

TOLERANCES: tuple[Tolerance, ...] = ("strict", "tolerant", "fuzzy")


def main(count: int) -> None:
    """Plays every kind, and prints what came of it."""
    print(f"{count} of each kind, in %: right / refused / WRONG")
    print(f"{'':34}" + "".join(f"{tolerance:>20}" for tolerance in TOLERANCES))
    of, totals = count * len(KINDS), dict.fromkeys(TOLERANCES, (0, 0))
    for kind in KINDS:
        shown = ""
        for tolerance in TOLERANCES:
            right, wrong = played(kind, count, tolerance)
            totals[tolerance] = totals[tolerance][0] + right, totals[tolerance][1] + wrong
            parts = [100 * part / count for part in (right, count - right - wrong, wrong)]
            shown += f"{parts[0]:8.0f} /{parts[1]:4.0f} /{parts[2]:4.1f}"
        print(f"{kind:34}{shown}", flush=True)
    tolerant, strict = totals["tolerant"], totals["strict"]
    conclude(
        [
            Figure("tolerant, not right", 100 - 100 * tolerant[0] / of, most=27, unit="%"),
            Figure("tolerant, wrong", 100 * tolerant[1] / of, most=0.4, unit="%"),
            Figure("strict, wrong", 100 * strict[1] / of, most=0.1, unit="%"),
        ]
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2] or (100,)))
