"""Counts the points that were played, for the summary at the end."""

from collections import Counter
from collections.abc import Sequence

POINTS: Counter[tuple[str, str]] = Counter()
BAD: Counter[tuple[str, str]] = Counter()


def count(kind: str, scenario: str, problems: Sequence[Sequence[str]]) -> None:
    """Notes the points of one kind and scenario, each with its problems; and shows how far it is."""
    POINTS[kind, scenario] += len(problems)
    BAD[kind, scenario] += sum(map(bool, problems))
    print(f"\n{kind:10} {scenario:48} {len(problems):6} points {BAD[kind, scenario]:4} bad", end="", flush=True)


def lines() -> list[str]:
    """Tells the sums."""
    kinds = list(dict.fromkeys(kind for kind, _ in POINTS))
    told = []
    for kind in kinds:
        points = sum(number for (each, _), number in POINTS.items() if each == kind)
        bad = sum(number for (each, _), number in BAD.items() if each == kind)
        told.append(f"{kind:10} {points:6} points  {bad:4} bad states")
    return told
