"""A plan as people and programs read it, the same for every command with --dry-run: action, path, bytes, reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from journal.cli import output
from journal.cli.location import Place
from journal.cli.output import Screen
from journal.content.paths import key
from journal.records import FilePatch, PlanStep

COLOURS = {"write": "green", "delete": "red", "mode": "yellow", "leave": "dim"}
UNTOUCHED = "Nothing was touched."
WIDTH_MAX = 60
"""columns that the paths are aligned to; a longer one sticks out."""


def told(
    screen: Screen,
    place: Place,
    plan: Iterable[PlanStep],
    conflicts: Sequence[str] = (),
    *,
    besides: Mapping[str, Any],
    nothing: str = UNTOUCHED,
) -> None:
    """Tells what would be done: a line a step by path bytes, or one document with `plan`, `conflicts`, `dry_run`.

    `besides` are the keys of the document that the command has of its own; `nothing` is said of an empty plan.
    """
    ordered = sorted(plan, key=lambda step: key(step.path))
    if screen.json:
        screen.document({**besides, "plan": ordered, "conflicts": conflicts, "dry_run": True})
        return
    steps(screen, place, ordered)
    screen.advice(UNTOUCHED if ordered else nothing)


def steps(screen: Screen, place: Place, plan: Sequence[PlanStep]) -> None:
    """Writes a line a step."""
    if not plan:
        return
    names = [output.shown(place.shown(step.path)) for step in plan]
    width = min(max(map(output.columns, names)), WIDTH_MAX)
    for step, name in zip(plan, names, strict=True):
        action = screen.paint(f"{step.action:6}", COLOURS[step.action])
        size = output.size(step.bytes) if step.action == "write" else ""
        screen.line(f"{action}  {output.padded(name, width)}  {size:>9}  {step.reason}".rstrip())


def of_patches(patches: Iterable[FilePatch], reason: Callable[[FilePatch], str]) -> list[PlanStep]:
    """Makes the plan of patches that nobody staged; a file that gets another path is written there and deleted here."""
    plan = list[PlanStep]()
    for patch in patches:
        if not patch.changed:
            plan.append(PlanStep(patch.path, "leave", reason(patch), 0))
        elif patch.change_type == "deleted":
            plan.append(PlanStep(patch.path, "delete", reason(patch), 0))
        elif patch.change_type == "mode":
            plan.append(PlanStep(patch.path, "mode", reason(patch), 0))
        else:
            plan.append(PlanStep(patch.path, "write", reason(patch), patch.size_after or 0))
        if patch.renamed_from is not None:
            plan.append(PlanStep(patch.renamed_from, "delete", f"it becomes {output.shown(patch.path)}", 0))
    return plan
