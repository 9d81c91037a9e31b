"""Optimize: packs the contents of a journal as small as they get, and gives the room back.

It is done in this order, a bounded transaction at a time, while the journal's roots are held:

1  contents, then chunks, that nothing reaches
2  chunks in the order of their numbers: each is decoded, its likely bases are looked up among those before it, and it
   is packed slowly against the best of them; then all of a range are written anew, so that their pages are full
3  free pages are taken off the end of the file

A kill in between leaves a valid journal, as each chunk gives the same bytes in either form. Chunks up to the one that
the last optimization ended at have had their chance, as bases are older than what is based on them: they are only
looked at, and written again where a prune has left gaps between them.
"""

import json
from array import array
from typing import NamedTuple

from journal.content.packing import Codec
from journal.content.repacking import Form, repacked
from journal.content.sketches import Sketches, sketch
from journal.database import Read
from journal.engine import retaining
from journal.engine.pace import Pace
from journal.engine.upkeep import Leases, Upkeep, drop, opened, upkeep
from journal.ids import ChunkId
from journal.limits import COLD_DEPTH_MAX, COLD_STEP_BYTES, COLD_TRIES, ZSTD_COLD_LEVEL
from journal.records import Progress
from journal.tables import chunks, invocations, retention, sessions
from journal.tables.chunks import Chunks, StoredChunk

NAME = "optimize"
DEEPEST = 255
"""steps that are counted of a chain; packing makes none so long."""


class Plan(NamedTuple):
    """What is to be done: what leaves, after which chunk to pack, up to which, and whether there are gaps to close."""

    blobs: list[int]
    chunks: list[int]
    after: int
    upto: int
    gaps: bool

    @property
    def idle(self) -> bool:
        """Tells that there is nothing to do."""
        return not (self.blobs or self.chunks or self.gaps) and self.after >= self.upto


def optimize(path: str, progress: Progress | None) -> dict[str, int]:
    """Packs a journal's contents as small as they get: how many left, how many chunks are smaller, bytes of the file.

    Raises:
        BusyError: a session holds a root of the journal. CorruptionError: a content is damaged.
    """
    with opened(path, readonly=False) as database:
        before, smaller = retention.room(database.look()).file_bytes, 0
        plan = Plan([], [], 0, 0, gaps=False)
        if sessions.first_branch(database.look()) is not None:
            with Leases.take(database, path):
                with database.read() as look:
                    plan = _plan(look)
                if not plan.idle:
                    with upkeep(database, NAME, {"level": ZSTD_COLD_LEVEL, "upto": plan.upto}) as work:
                        drop(work, plan.blobs, plan.chunks)
                        smaller = _Packing(work, plan, progress).run()
                        work.give_back()
        after = retention.room(database.look()).file_bytes
    return {"blobs": len(plan.blobs), "chunks": smaller, "bytes_before": before, "bytes_after": after}


def _plan(look: Read) -> Plan:
    dead_blobs, dead_chunks = retaining.unreached(look)
    last, after = invocations.newest_done(look, NAME), 0
    told = {} if last is None else json.loads(last.request)
    if told.get("level") == ZSTD_COLD_LEVEL:
        after = int(told["upto"])
    gaps = bool(dead_chunks) or (last is not None and invocations.any_since(look, "prune", last.id))
    return Plan(dead_blobs, dead_chunks, after, retention.last_chunk(look), gaps)


class _Packing:
    """The walk through the chunks, with what it knows of those that it has been at."""

    def __init__(self, work: Upkeep, plan: Plan, progress: Progress | None) -> None:
        look = work.database.look()
        self._work, self._plan = work, plan
        self._store, self._sketches = Chunks(work.database.look), Sketches()
        self._depths = array("B", bytes(plan.upto + 1))
        self._heights = array("B", bytes(plan.upto + 1))
        for number, base, _ in retention.chunks(look):
            if base is not None:
                self._heights[base] = max(self._heights[base], min(self._heights[number] + 1, DEEPEST))
        self._done, self._pace = 0, Pace(progress, chunks.total(look))

    def run(self) -> int:
        """Goes through all chunks; gives how many are smaller now."""
        after, smaller = 0, 0
        while held := chunks.portion(self._work.database.look(), after, COLD_STEP_BYTES):
            made = [self._packed(each) for each in held]
            changed = sum(new is not old for new, old in zip(made, held, strict=True))
            if changed or self._plan.gaps:
                with self._work.step() as (tx, _):
                    chunks.replace(tx, made)
            after, smaller = held[-1].id, smaller + changed
        return smaller

    def _packed(self, held: StoredChunk) -> StoredChunk:
        """Gives a chunk in its smallest form, itself when that is the one it has; remembers what it is like."""
        data = self._store.by_number(held.id)
        made = held
        sketched = sketch(data)
        if held.id > self._plan.after:
            form = Form(Codec(held.codec), held.base_id, held.body)
            found = repacked(data, held.digest, form, self._bases(held, self._sketches.alike(sketched)))
            if found is not form:
                gen = 0 if found.base_id is None else max(held.gen, 1)
                made = held._replace(codec=int(found.codec), base_id=found.base_id, gen=gen, body=found.body)
        self._sketches.add(sketched, held.id)
        if made.base_id is not None:
            self._depths[held.id] = min(self._depths[made.base_id] + 1, DEEPEST)
        self._done += held.size
        self._pace.at(self._done)
        return made

    def _bases(self, held: StoredChunk, alike: list[ChunkId]) -> dict[ChunkId, bytes]:
        """Gives contents that a chunk may be packed against: its own base, and those with room below them for it."""
        room = COLD_DEPTH_MAX - 1 - self._heights[held.id]
        likely = [each for each in alike if self._depths[each] <= room and each != held.base_id][:COLD_TRIES]
        if held.base_id is not None:
            likely.append(held.base_id)
        return {each: self._store.by_number(each) for each in likely}
