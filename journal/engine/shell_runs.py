"""A shell command's rows: written before it starts, its output as it comes, closed once when it ends.

    1  a transaction before the command: the audit row, running, with the command beside it; or both closed, refused
    2  while it prints: what has gathered goes into contents that nobody sees yet, a bounded piece a transaction; so
       what came is there when the host dies, and the next opening closes the row with it
    3  a transaction at its end: the rest of the output, how the command ended and what it cost, and the audit row
"""

import time
from typing import NamedTuple

from journal.content.packing import PackedBlob, PackedChunk, Tally, pack, pack_chunk
from journal.database import Write
from journal.engine.desk import Desk, now_us, took
from journal.ids import BlobId, chunk_digest
from journal.limits import CHUNK_MAX, OUTPUT_HELD_S
from journal.tables import blobs, chunks, shell_runs
from journal.tables.invocations import Asked, Opened, Outcome
from journal.tables.shell_runs import RunEnd, RunStart


class Printed:
    """One stream of a command's output on its way in: `size` bytes came, and those up to a bound are kept."""

    def __init__(self, keep_bytes: int) -> None:
        self.size = 0
        self.blob: BlobId | None = None
        self.tally = Tally()
        self._left = keep_bytes
        self._held = bytearray()
        self._since_s = 0.0

    def take(self, data: bytes) -> None:
        """Takes the next bytes; what is beyond the bound is only counted."""
        self.size += len(data)
        kept = data[: self._left]
        self._left -= len(kept)
        if kept:
            if not self._held:
                self._since_s = time.monotonic()
            self._held += kept
            self.tally.update(kept)

    @property
    def truncated(self) -> bool:
        """Tells that not all of it is kept."""
        return self.size > self.tally.size

    def due(self) -> bool:
        """Tells that what is held has grown, or waited, long enough to be stored."""
        waited_s = time.monotonic() - self._since_s
        return len(self._held) >= CHUNK_MAX or (bool(self._held) and waited_s >= OUTPUT_HELD_S)

    def packed(self) -> list[PackedChunk]:
        """Gives all that is held as chunks, to be stored in this order, and holds nothing any more."""
        held, self._held = bytes(self._held), bytearray()
        parts = [held[at : at + CHUNK_MAX] for at in range(0, len(held), CHUNK_MAX)]
        return [pack_chunk(part, chunk_digest(part), None, None) for part in parts]

    def whole(self) -> PackedBlob:
        """Gives all that is kept as one content, where nothing of it was stored yet."""
        return pack(bytes(self._held))


class Running(NamedTuple):
    """A command whose row is open, and its two streams."""

    opened: Opened
    stdout: Printed
    stderr: Printed


def refuse(desk: Desk, asked: Asked, run: RunStart) -> Opened:
    """Writes the rows of a command that is refused: `asked` says why."""
    finished = now_us()
    outcome = Outcome("denied", finished, took(asked.started_at, finished))
    with desk.lock, desk.transaction() as (tx, chain):
        return chain.record(asked, outcome, lambda act: shell_runs.start(tx, act, run))


def begin(desk: Desk, asked: Asked, run: RunStart, keep_bytes: int) -> Running:
    """Writes the rows of a command that is about to start."""
    with desk.lock, desk.transaction() as (tx, chain):
        opened = chain.open(asked)
        shell_runs.start(tx, opened.id, run)
    return Running(opened, Printed(keep_bytes), Printed(keep_bytes))


def store(desk: Desk, running: Running) -> None:
    """Stores what has gathered of the output, where enough has, or for long enough."""
    for printed in (running.stdout, running.stderr):
        if printed.due():
            packed = printed.packed()  # outside of the lock
            with desk.lock, desk.database.begin() as tx:
                first = printed.blob is None
                _extend(tx, printed, packed)
                if first:
                    shell_runs.hold(tx, running.opened.id, running.stdout.blob, running.stderr.blob)
    desk.database.checkpoint_when_large()


def finish(desk: Desk, running: Running, outcome: Outcome, end: RunEnd) -> RunEnd:
    """Closes the rows of a command that ended, with the rest of its output; gives how it ended, with its contents."""
    out, err = running.stdout, running.stderr
    rest = [each.whole() if each.blob is None else each.packed() for each in (out, err)]
    with desk.lock, desk.transaction() as (tx, chain):
        shell_runs.release(tx, running.opened.id)
        kept = list[BlobId]()
        for each, late in zip((out, err), rest, strict=True):
            if isinstance(late, PackedBlob):
                kept.append(blobs.put(tx, late))
            else:
                _extend(tx, each, late)
                kept.append(blobs.finish(tx, _begun(each), each.tally))
        whole = end._replace(
            stdout_blob=kept[0],
            stderr_blob=kept[1],
            stdout_size=out.size,
            stderr_size=err.size,
            truncated=int(out.truncated or err.truncated),
        )
        shell_runs.complete(tx, running.opened.id, whole)
        chain.close(running.opened, outcome)
    return whole


def recover(tx: Write, opened: Opened) -> None:
    """Completes the row of a command whose host died: what came of its output is named, and kept."""
    kept, sizes = list[BlobId | None](), list[int | None]()
    held = shell_runs.output(tx, opened.id)
    shell_runs.release(tx, opened.id)
    for number in held:
        tally = None if number is None else _tallied(tx, number)
        sizes.append(None if tally is None else tally.size)
        kept.append(None if number is None or tally is None else blobs.finish(tx, number, tally))
    end = RunEnd(stdout_blob=kept[0], stderr_blob=kept[1], stdout_size=sizes[0], stderr_size=sizes[1])
    shell_runs.complete(tx, opened.id, end)


def _tallied(tx: Write, number: BlobId) -> Tally:
    """Reads what came of a content that nobody named."""
    store, tally = chunks.Chunks(lambda: tx), Tally()
    for chunk in blobs.list_of(tx, number):
        tally.update(store.by_number(chunk))
    return tally


def _extend(tx: Write, printed: Printed, packed: list[PackedChunk]) -> None:
    if printed.blob is None:
        printed.blob = blobs.begin(tx)
    blobs.extend(tx, printed.blob, [chunks.put(tx, each) for each in packed])


def _begun(printed: Printed) -> BlobId:
    assert printed.blob is not None  # some of it was stored
    return printed.blob

