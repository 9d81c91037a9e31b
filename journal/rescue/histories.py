"""Paths and commits out of a damaged journal: a commit comes over when its id follows from all that it says."""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import NamedTuple

from journal.content.paths import ESCAPED
from journal.database import Write
from journal.ids import ChangeFields, commit_id
from journal.limits import SALVAGE_GUESSES_MAX
from journal.rescue.cells import Value, Values
from journal.rescue.losses import Losses
from journal.tables import salvaged


class Change(NamedTuple):
    """A row of the feed."""

    seq: Value
    commit_id: Value
    path_id: Value
    change_type: Value
    before_blob: Value
    before_mode: Value
    before_kind: Value
    after_blob: Value
    after_mode: Value
    after_kind: Value
    renamed_from: Value
    invocation_id: Value


class Histories:
    """The paths and commits that came over; `tx` is the transaction that is open."""

    def __init__(self, tx: Write, losses: Losses) -> None:
        self.tx = tx
        self.broken = False
        self._losses = losses
        self._other_names = dict[int, str]()
        self._rows = dict[int, list[Values]]()
        self._shas = dict[int, list[bytes]]()
        self._bases = dict[tuple[Value, int], bytes]()
        self._proven = dict[int, Values]()

    def paths(self, rows: Iterable[Values], told: Iterable[Values]) -> None:
        """Brings paths over; `told` are names and numbers by the index, which knows what the table lost."""
        for row in rows:
            salvaged.put(self.tx, "path", row)
        for entry in told:
            if len(entry) != 2 or not isinstance(entry[0], str) or not isinstance(entry[1], int):
                continue
            name, number = str(entry[0]), int(entry[1])
            if salvaged.path(self.tx, number) is None:
                if not name.startswith(ESCAPED):
                    salvaged.put(self.tx, "path", (number, name, None))
            elif salvaged.path(self.tx, number) != name and not name.startswith(ESCAPED):
                self._other_names[number] = name

    def bases(self, rows: Iterable[Values]) -> None:
        """Takes in which commits were let go last: those after them have them for parents."""
        for row in rows:
            if isinstance(row[1], int) and isinstance(row[2], bytes):
                self._bases[row[0], row[1] + 1] = row[2]

    def commits(self, rows: Iterable[Values], told: Iterable[Values]) -> None:
        """Takes in what commits say of themselves; `told` are ids and numbers by the index."""
        for row in rows:
            if isinstance(row[0], int) and isinstance(row[1], bytes):
                self._rows.setdefault(row[0], []).append(row)
                self._shas.setdefault(row[0], []).append(row[1])
        for entry in told:
            if len(entry) == 2 and isinstance(entry[0], bytes) and isinstance(entry[1], int) and len(entry[0]) == 32:
                self._shas.setdefault(entry[1], []).append(entry[0])

    def changes(self, rows: Iterable[Values]) -> Iterator[int]:
        """Brings over each commit whose changes are all there; those that lie scattered are put together at the end."""
        group, scattered = list[Change](), dict[Value, list[Change]]()
        for change in map(Change._make, rows):
            if group and group[0].commit_id != change.commit_id:
                self._settle(group, scattered)
                yield len(group)
                group = []
            group.append(change)
        if group:
            self._settle(group, scattered)
        for number in sorted(each for each in scattered if isinstance(each, int)):
            if number not in self._proven and not self._proves(number, scattered[number]):
                self._tell(number, scattered[number])
            yield 0
        for number in sorted(self._shas):
            if number not in self._proven and number not in scattered:
                self._tell(number, [])

    def end(self) -> None:
        """Writes the commits; one whose parent was lost stands without."""
        for number, row in sorted(self._proven.items()):
            parent, merged = (each if each in self._proven else None for each in row[2:4])
            if not salvaged.put(self.tx, "commits", (*row[:2], parent, merged, *row[4:])):
                self._tell(number, [])

    def _settle(self, group: list[Change], scattered: dict[Value, list[Change]]) -> None:
        number = group[0].commit_id
        if number not in self._proven and (number in scattered or not self._proves(number, group)):
            scattered.setdefault(number, []).extend(group)

    def _proves(self, number: Value, changes: list[Change]) -> bool:
        """Looks for a way to take the rows that gives the commit's id, and keeps the changes when there is one."""
        if not isinstance(number, int):
            return False
        by_path = dict[Value, list[Change]]()
        for change in changes:
            same = by_path.setdefault(change.path_id, [])
            if change not in same:
                same.append(change)
        named = (each for change in changes for each in (change.path_id, change.renamed_from))
        renamed = sorted({each for each in named if isinstance(each, int) and each in self._other_names})
        switches = product([False, True], repeat=len(renamed))
        ways = product(self._sayings(number), product(*by_path.values()), switches)
        for row, chosen, switched in islice(ways, SALVAGE_GUESSES_MAX):
            names = {each: self._other_names[each] for each, on in zip(renamed, switched, strict=True) if on}
            if self._says(row, chosen, names):
                self._keep(row, chosen, names)
                return True
        return False

    def _sayings(self, number: int) -> list[tuple[Values, bytes | None]]:
        """Lists the rows of a commit, each by every id that it or its parent may have."""
        found = list[tuple[Values, bytes | None]]()
        for row in self._rows.get(number, []):
            for sha in dict.fromkeys(self._shas[number]):
                parents: list[bytes | None] = [None]
                if isinstance(row[5], int) and (row[4], row[5]) in self._bases:
                    parents.append(self._bases[row[4], row[5]])
                if isinstance(row[2], int):
                    parents = [*dict.fromkeys(self._shas.get(row[2], []))]
                found += [((row[0], sha, *row[2:]), parent) for parent in parents]
        return found

    def _says(self, said: tuple[Values, bytes | None], changes: Iterable[Change], names: dict[int, str]) -> bool:
        row, parent = said
        merged = next(iter(self._shas.get(row[3], [])), None) if isinstance(row[3], int) else None
        created, message, metadata, files = row[7], row[8], row[9], row[10]
        fields = [self._fields(change, names) for change in changes]
        whole = [each for each in fields if each is not None]
        if len(whole) != len(fields) or len(whole) != files:
            return False
        if not isinstance(created, int) or not isinstance(message, str) or not isinstance(metadata, str):
            return False
        try:
            return commit_id(parent, merged, created, message, metadata, whole) == row[1]
        except (OverflowError, UnicodeEncodeError):
            return False

    def _fields(self, change: Change, names: dict[int, str]) -> ChangeFields | None:
        """Gives a change as a commit's id covers it; None when it names a path or content that is not here."""
        path, old = self._name(change.path_id, names), self._name(change.renamed_from, names)
        before, after = (
            None if each is None else salvaged.content(self.tx, each)
            for each in (change.before_blob, change.after_blob)
        )
        if path is None or (old is None) != (change.renamed_from is None):
            return None
        if (before is None) != (change.before_blob is None) or (after is None) != (change.after_blob is None):
            return None
        sides = (before and before[0], change.before_mode, change.before_kind)
        return ChangeFields(path, *sides, after and after[0], change.after_mode, change.after_kind, old)  # type: ignore[arg-type]

    def _name(self, number: Value, names: dict[int, str]) -> str | None:
        if number is None:
            return None
        return names.get(number) if number in names else salvaged.path(self.tx, number)

    def _keep(self, said: tuple[Values, bytes | None], changes: Iterable[Change], names: dict[int, str]) -> None:
        row = said[0]
        for number, name in names.items():
            salvaged.rename(self.tx, number, name)
            del self._other_names[number]
        for change in changes:
            act = change.invocation_id if salvaged.knows_act(self.tx, change.invocation_id) else None
            if not salvaged.put(self.tx, "change", change._replace(invocation_id=act)):
                self._losses.find("change", str(change.seq), "the feed has another row at its place")
        self._proven[int(row[0])] = row  # type: ignore[arg-type]

    def _tell(self, number: int, changes: list[Change]) -> None:
        """Says what a lost commit had, as far as that is known."""
        self.broken = True
        sha = next(iter(self._shas.get(number, [])), None)
        reason = "its commit is damaged and cannot be proven" if number in self._rows else "its commit cannot be read"
        for change in changes:
            content = salvaged.content(self.tx, change.after_blob)
            path = salvaged.path(self.tx, change.path_id) or f"path {change.path_id!r}"
            self._losses.lose(sha, path, None if content is None else content[0], reason)
        said = next((row[10] for row in self._rows.get(number, [])), None)
        missing = said - len(changes) if isinstance(said, int) else 0
        if missing > 0 or not changes:
            reason = f"{missing} of its {said!r} changes cannot be read" if missing > 0 else "the commit cannot be read"
            self._losses.lose(sha, "", None, reason)
