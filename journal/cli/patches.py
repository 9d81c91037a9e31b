"""Changes as they are shown: a letter and a line, a bar of pluses and minuses, a coloured diff."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from journal.cli import output
from journal.cli.location import Place
from journal.cli.output import Screen
from journal.limits import DIFF_CONTEXT
from journal.records import FilePatch

LETTERS = {"created": "A", "modified": "M", "deleted": "D", "renamed": "R", "mode": "M"}
COLOURS = {"created": "green", "modified": "yellow", "deleted": "red", "renamed": "cyan", "mode": "yellow"}


def report(arguments: Namespace, place: Place, patches: Sequence[FilePatch]) -> int:
    """Tells what a verb did: a line a path, or one document with `patches`."""
    screen = Screen(arguments)
    if screen.json:
        screen.document({"patches": [brief(patch) for patch in patches]})
    else:
        for patch in patches:
            screen.line(line(screen, place, patch))
            for told in landings(patch):
                screen.line(f"   {told}")
    return 0


def landings(patch: FilePatch) -> list[str]:
    """Tells of the hunks that did not land as the diff has them: where they stand, and how they were found."""
    made = []
    for hunk in patch.report:
        if hunk.status == "refused":
            made.append(f"hunk {hunk.hunk} was left out: {hunk.note}")
        elif hunk.status == "applied" and (hunk.note or hunk.level != "exact"):
            how = "" if hunk.level == "exact" else f" ({hunk.level})"
            made.append(f"hunk {hunk.hunk} stands at line {hunk.line}{how}" + (f": {hunk.note}" if hunk.note else ""))
    return made


def brief(patch: FilePatch) -> dict[str, Any]:
    """Gives a patch as JSON types with its counts, without its text."""
    lazy = {"additions": patch.additions, "deletions": patch.deletions, "changed": patch.changed}
    return patch.to_dict(diff=False) | lazy


def line(screen: Screen, place: Place, patch: FilePatch) -> str:
    """Tells a change in one line: letter, path, counts."""
    name = output.shown(place.shown(patch.path))
    if not patch.changed:
        absent = patch.sha_before is None and patch.sha_after is None
        why = "no match" if patch.replacements == 0 else "not there" if absent else "as it was"
        if patch.report and all(hunk.status == "already" for hunk in patch.report):
            why = "applied already"
        return f"{screen.paint('=', 'dim')}  {name}  {screen.paint(why, 'dim')}"
    if patch.renamed_from is not None:
        name = f"{output.shown(place.shown(patch.renamed_from))} -> {name}"
    parts = [letter(screen, patch.change_type), name, counts(screen, patch)]
    if patch.replacements is not None:
        parts.append(f"({output.plural(patch.replacements, 'place')})")
    return "  ".join(part for part in parts if part)


def letter(screen: Screen, change_type: str) -> str:
    """Gives the letter of a kind of change, in its colour."""
    return screen.paint(LETTERS[change_type], COLOURS[change_type])


def counts(screen: Screen, patch: FilePatch) -> str:
    """Tells how much changed: lines, or bytes where there are none, and the mode."""
    said = []
    if patch.sha_before != patch.sha_after and (patch.is_binary or patch.too_large):
        said.append(f"{output.size(patch.size_before)} -> {output.size(patch.size_after)}")
    elif patch.additions or patch.deletions:
        said.append(plus_minus(screen, patch.additions, patch.deletions))
    if patch.mode_before is not None and patch.mode_after is not None and patch.mode_before != patch.mode_after:
        said.append(f"mode {patch.mode_before:o} -> {patch.mode_after:o}")
    if patch.kind_before is not None and patch.kind != patch.kind_before:
        said.append(f"{patch.kind_before} -> {patch.kind}")
    return ", ".join(said)


def plus_minus(screen: Screen, additions: int, deletions: int) -> str:
    """Tells lines added and deleted, such as `+3 -1`."""
    added = screen.paint(f"+{additions}", "green") if additions else ""
    deleted = screen.paint(f"-{deletions}", "red") if deletions else ""
    return " ".join(part for part in (added, deleted) if part)


def total(files: int, additions: int, deletions: int) -> str:
    """Sums up changes in git's words."""
    parts = [output.plural(files, "file") + " changed"]
    if additions:
        parts.append(output.plural(additions, "insertion(+)", "insertions(+)"))
    if deletions:
        parts.append(output.plural(deletions, "deletion(-)", "deletions(-)"))
    return ", ".join(parts)


def stat(screen: Screen, patches: Iterable[FilePatch]) -> None:
    """Writes a line a path with a bar that fits the width, then the sum."""
    rows = [(_label(patch), patch, patch.additions, patch.deletions) for patch in patches]
    if not rows:
        return
    most = max(additions + deletions for _, _, additions, deletions in rows)
    digits = max(len(str(most)), 3 if any(_bytes(patch) for _, patch, _, _ in rows) else 1)
    told = max((len(_in_bytes(patch, digits)) for _, patch, _, _ in rows if _bytes(patch)), default=0)
    reserve = max(digits + 11, told) + 4
    names = min(max(output.columns(label) for label, *_ in rows), max(screen.width - reserve, 16))
    room = max(screen.width - names - digits - 5, 5)
    for label, patch, additions, deletions in rows:
        name = output.padded(output.fitted(label, names), names)
        screen.line(f" {name} | {_measure(screen, patch, additions, deletions, digits, room, most)}".rstrip())
    screen.line(" " + total(len(rows), sum(row[2] for row in rows), sum(row[3] for row in rows)))


def _label(patch: FilePatch) -> str:
    name = output.shown(patch.path)
    return name if patch.renamed_from is None else f"{output.shown(patch.renamed_from)} => {name}"


def _bytes(patch: FilePatch) -> bool:
    return (patch.is_binary or patch.too_large) and patch.sha_before != patch.sha_after


def _in_bytes(patch: FilePatch, digits: int) -> str:
    word = "Bin" if patch.is_binary else "Big"
    return f"{word:>{digits}} {patch.size_before or 0} -> {patch.size_after or 0} bytes"


def _measure(
    screen: Screen, patch: FilePatch, additions: int, deletions: int, digits: int, room: int, most: int
) -> str:
    """Gives what stands behind the bar of a path: bytes, or a number and its pluses and minuses."""
    if _bytes(patch):
        return _in_bytes(patch, digits)
    changed = additions + deletions
    if not changed and patch.mode_before != patch.mode_after and None not in (patch.mode_before, patch.mode_after):
        return f"{0:>{digits}} mode {patch.mode_before:o} -> {patch.mode_after:o}"
    pluses, minuses = additions, deletions
    if most > room:
        length = max(_scaled(changed, most, room), (additions > 0) + (deletions > 0))
        pluses = min(max(_scaled(additions, changed, length), additions > 0), length - (deletions > 0))
        minuses = length - pluses
    bar = screen.paint("+" * pluses, "green") + screen.paint("-" * minuses, "red")
    return f"{changed:>{digits}} {bar}"


def _scaled(part: int, whole: int, room: int) -> int:
    return (part * room + whole // 2) // whole if whole else 0


def unified(screen: Screen, patch: FilePatch, context: int = DIFF_CONTEXT) -> None:
    """Writes a patch as a unified diff: coloured and harmless to people, its exact bytes to a pipe."""
    text = patch.unified(context)
    if not screen.for_people:
        screen.raw(text.encode("utf-8", "surrogateescape"))
        return
    in_hunk = False
    lines = text.split("\n")
    for number, each in enumerate(lines):
        if number == len(lines) - 1 and not each:
            return
        in_hunk = each[:1] in "@ +-\\" if in_hunk else each.startswith("@@")
        screen.line(_painted(screen, output.shown(each, output.CONTROL_BUT_TAB), in_hunk))


def place(screen: Screen, each: str) -> str:
    """Colours the line above a hunk, that says where it is."""
    end = each.find("@@", 2) + 2
    return screen.paint(each[:end], "cyan") + each[end:]


def _painted(screen: Screen, each: str, in_hunk: bool) -> str:
    if not in_hunk:
        return screen.paint(each, "bold")
    if each.startswith("@@"):
        return place(screen, each)
    colour = {"+": "green", "-": "red"}.get(each[:1])
    return screen.paint(each, colour) if colour else each
