"""A plan as people read it: action, path, bytes and reason of each step."""

from collections.abc import Sequence

from journal.cli import output
from journal.cli.location import Place
from journal.cli.output import Screen
from journal.records import PlanStep

COLOURS = {"write": "green", "delete": "red", "mode": "yellow", "leave": "dim"}


def steps(screen: Screen, place: Place, plan: Sequence[PlanStep]) -> None:
    """Writes a line a step."""
    if not plan:
        return
    names = [output.shown(place.shown(step.path)) for step in plan]
    width = min(max(map(output.columns, names)), 60)
    for step, name in zip(plan, names, strict=True):
        action = screen.paint(f"{step.action:6}", COLOURS[step.action])
        size = output.size(step.bytes) if step.action == "write" else ""
        screen.line(f"{action}  {output.padded(name, width)}  {size:>9}  {step.reason}".rstrip())
