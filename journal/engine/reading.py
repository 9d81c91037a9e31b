"""Contents and diffs as a journal gives them, each diff computed once."""

from collections.abc import Iterator
from contextlib import suppress

from journal.content.diffing import Side, compare, exchanged, preview, unified
from journal.content.diffing import hunks as hunks_of
from journal.database import Database, Write
from journal.errors import JournalError
from journal.ids import BlobId, ChunkDigest, Sha256
from journal.limits import WHOLE_BELOW
from journal.records import FilePatch, Hunk
from journal.tables import blobs, patches
from journal.tables.blobs import BlobRow
from journal.tables.chunks import Chunks
from journal.tables.patches import PatchRow
from journal.tables.states import State

Pair = tuple[BlobRow | None, BlobRow | None]
Ids = tuple[BlobId | None, BlobId | None]


class Reading:
    """A journal's contents: whole, in pieces, and compared. Diffs that were computed wait here to be memoized.

    `alike` remembers how alike two contents are that were compared to find a rename.
    """

    def __init__(self, database: Database, chunks: Chunks) -> None:
        self.database = database
        self.chunks = chunks
        self.computed: list[tuple[Ids, PatchRow]] = []
        self.alike: dict[tuple[Sha256, Sha256], int] = {}

    def read(self, sha256: Sha256) -> bytes:
        """Gives a whole content, checked against its name.

        Raises:
            UnknownName, DigestMismatch
        """
        with self.database.lock:
            blob = blobs.get(self.database.look(), sha256)
            return self._bytes(blob)

    def pieces(self, sha256: Sha256, offset: int = 0) -> Iterator[bytes]:
        """Yields a content from an offset on, in checked pieces."""
        with self.database.lock:
            blob = blobs.get(self.database.look(), sha256)
        source = blobs.pieces(blob, self.chunks, self.database.look(), offset)
        while True:
            with self.database.lock:
                self.database.alive()
                piece = next(source, None)
            if piece is None:
                return
            yield piece

    def counts(self, patch: FilePatch) -> tuple[int, int]:
        """Counts added and deleted lines; reads content only for a pair that was never compared."""
        if patch.is_binary or patch.too_large or patch.sha_before == patch.sha_after:
            return 0, 0
        with self.database.lock:
            before, after = self._pair(patch)
            if before is None or after is None or patch.kind != patch.kind_before:
                return (0 if after is None else after.line_count), (0 if before is None else before.line_count)
            found = self._compared(before, after)
            return found.additions, found.deletions

    def compare(self, ids: Ids, before: State, after: State) -> PatchRow:
        """Compares two texts that were never compared; of late ones not even a row is read."""
        result = compare(self.text(before), self.text(after))
        found = PatchRow(result.additions, result.deletions, False, result.blocks)
        self.computed.append((ids, found))
        return found

    def text(self, state: State) -> bytes:
        """Gives a whole content; of a late one not even a row is read. The lock is held by the caller."""
        if state.size < WHOLE_BELOW:  # such a content is one chunk, with the same name cut short
            data = self.chunks.late(ChunkDigest(state.sha256[:16]))
            if data is not None:
                return data
        return self._bytes(blobs.get(self.database.look(), state.sha256))

    def hunks(self, patch: FilePatch, context: int) -> tuple[Hunk, ...]:
        """Gives the changed places of two texts."""
        if patch.is_binary or patch.too_large or patch.sha_before == patch.sha_after:
            return ()
        with self.database.lock:
            before, after, found = self._texts(patch)
        if patch.kind_before is not None and patch.kind != patch.kind_before:
            return exchanged(before, after)
        return hunks_of(before, after, found.blocks, context)

    def unified(self, patch: FilePatch, context: int) -> bytes:
        """Renders a patch; binary and too large contents are told by one line."""
        told = patch.is_binary or patch.too_large
        with self.database.lock:
            before, after, found = (*self._stand_ins(patch), None) if told else self._texts(patch)
        old = new = None
        if patch.sha_before is not None and patch.kind_before is not None:
            old = Side(before, patch.mode_before or 0, patch.kind_before)
        if patch.sha_after is not None:
            new = Side(after, patch.mode_after or 0, patch.kind)
        binary = told and patch.sha_before != patch.sha_after
        blocks = () if found is None else found.blocks
        return unified(patch.path, old, new, blocks, context, renamed_from=patch.renamed_from, binary=binary)

    def side_by_side(self, patch: FilePatch, width: int, context: int) -> str:
        """Renders a patch in two columns, from what was found when it was compared."""
        from journal.content.side_by_side import side_by_side  # here, as few processes show anything

        return side_by_side(patch, self.hunks(patch, context), width)

    def html(self, patch: FilePatch, context: int, style: bool) -> str:
        """Renders a patch as a table of HTML, from what was found when it was compared."""
        from journal.content import markup

        return markup.html(patch, self.hunks(patch, context), style=style)

    def preview(self, patch: FilePatch) -> str:
        """Gives the first changed lines of two texts."""
        if patch.is_binary or patch.too_large or patch.sha_before == patch.sha_after:
            return ""
        with self.database.lock:
            before, after, found = self._texts(patch)
        return preview(before, after, found.blocks)

    def keep(self) -> None:
        """Memoizes the diffs that were computed in a transaction of its own; a journal opened to read keeps none."""
        if self.computed and not self.database.readonly and not self.database.closed:
            with suppress(JournalError), self.database.begin() as tx:  # a cache: what was computed is right without it
                self.memoize(tx)
        self.computed.clear()

    def memoize(self, tx: Write) -> None:
        """Keeps the diffs that were computed, inside a transaction of its caller."""
        for ids, row in self.computed:
            patches.put(tx, *ids, row)
        self.computed.clear()

    def _pair(self, patch: FilePatch) -> Pair:
        look = self.database.look()
        before = None if patch.sha_before is None else blobs.get(look, Sha256(bytes.fromhex(patch.sha_before)))
        after = None if patch.sha_after is None else blobs.get(look, Sha256(bytes.fromhex(patch.sha_after)))
        return before, after

    def _texts(self, patch: FilePatch) -> tuple[bytes, bytes, PatchRow]:
        before, after = self._pair(patch)
        old = b"" if before is None else self._bytes(before)
        new = b"" if after is None else self._bytes(after)
        return old, new, self._compared(before, after, (old, new))

    def _stand_ins(self, patch: FilePatch) -> tuple[bytes, bytes]:
        """Gives the names of contents that a patch does not show; of a symlink the target, which it does show."""
        before, after = self._pair(patch)
        old = b"" if before is None else self._bytes(before) if patch.kind_before == "symlink" else before.sha256
        new = b"" if after is None else self._bytes(after) if patch.kind == "symlink" else after.sha256
        return old, new

    def _compared(
        self, before: BlobRow | None, after: BlobRow | None, data: tuple[bytes, bytes] | None = None
    ) -> PatchRow:
        ids = (None if before is None else before.id, None if after is None else after.id)
        found = patches.find(self.database.look(), *ids)
        if found is None:
            if data is None:
                data = (b"" if before is None else self._bytes(before), b"" if after is None else self._bytes(after))
            result = compare(*data)
            found = PatchRow(result.additions, result.deletions, False, result.blocks)
            self.computed.append((ids, found))
        return found

    def _bytes(self, blob: BlobRow) -> bytes:
        return blobs.whole(blob, self.chunks, self.database.look())
