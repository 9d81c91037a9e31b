"""Whether diffs that are remembered are those of their contents: a sample, the same at every verification."""

import random
from collections.abc import Iterator

from journal.content.diffing import DIFF_VERSION, compare, unpack_blocks
from journal.database import Database, Read
from journal.errors import CorruptionError, UnknownName
from journal.ids import BlobId, Sha256
from journal.limits import VERIFY_PATCH_BYTES_MAX, VERIFY_PATCHES
from journal.records import Finding
from journal.rescue.codes import finding
from journal.rescue.gauge import Gauge
from journal.tables import blobs, chunks
from journal.tables.patches import NOBODY

SEED = 20
COLUMNS = "SELECT before_id, after_id, additions, deletions, is_binary, blocks FROM patch WHERE version = :version "
SELECT_ALL = COLUMNS + "LIMIT :most"
SELECT_NEXT = COLUMNS + "AND before_id >= :at ORDER BY before_id, after_id LIMIT 1"
SELECT_COUNT = "SELECT count(*), min(before_id), max(before_id) FROM patch WHERE version = :version"
SELECT_SIZE = "SELECT size FROM blob WHERE id = :id"

Row = tuple[int, int, int, int, int, bytes]


def patches(database: Database, checked: dict[str, int], gauge: Gauge) -> Iterator[Finding]:
    """Compares some pairs of contents again; a pair whose content is damaged or gone is told elsewhere, or nowhere."""
    store = chunks.Chunks(database.look)
    done = 0
    with database.lock:
        sample = _sample(database.look())
    for row in sample:
        gauge.tell()
        with database.lock:
            found = _texts(database.look(), store, row)
        if found is None:
            continue
        done += 1
        name = f"contents {row[0]} and {row[1]}"
        result = compare(*found)
        try:
            same = (result.additions, result.deletions, 0, result.blocks) == (*row[2:5], unpack_blocks(row[5]))
        except CorruptionError as error:
            yield finding("patch", name, f"the diff of them cannot be read: {error}")
            continue
        if not same:
            yield finding("patch", name, "the diff of them that is remembered is another one")
    checked["patches"] = done


def _sample(look: Read) -> list[Row]:
    """Chooses rows by chance, but by the same chance each time; all of them when there are few."""
    count, low, high = look.row(SELECT_COUNT, version=DIFF_VERSION) or (0, 0, 0)
    if count <= VERIFY_PATCHES:
        return look.rows(SELECT_ALL, version=DIFF_VERSION, most=VERIFY_PATCHES)
    chance, rows = random.Random(SEED), dict[tuple[int, int], Row]()
    for _ in range(VERIFY_PATCHES):
        row = look.row(SELECT_NEXT, version=DIFF_VERSION, at=chance.randint(low, high))
        if row is not None:
            rows[row[0], row[1]] = row
    return list(rows.values())


def _texts(look: Read, store: chunks.Chunks, row: Row) -> tuple[bytes, bytes] | None:
    """Gives the two contents of a row; None when they are large, or cannot be had."""
    ids = [number for number in row[:2] if number != NOBODY]
    if sum(look.value(SELECT_SIZE, id=number) or 0 for number in ids) > VERIFY_PATCH_BYTES_MAX:
        return None
    try:
        before, after = (_content(look, store, number) for number in row[:2])
    except (CorruptionError, UnknownName):
        return None
    return before, after


def _content(look: Read, store: chunks.Chunks, number: int) -> bytes:
    if number == NOBODY:
        return b""
    sha = blobs.name(look, BlobId(number))
    return blobs.whole(blobs.get(look, sha or Sha256(b"")), store, look)
