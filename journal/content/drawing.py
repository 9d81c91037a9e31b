"""A diff drawn up from two contents, which it carries along: no journal holds them."""

import hashlib
from collections.abc import Iterator

from journal.content import diffing, paths, text
from journal.content.diffing import Comparison, Side
from journal.errors import UnknownName, UsageError
from journal.limits import DIFF_CONTEXT, DIFF_TEXT_MAX
from journal.records import Change, FilePatch, Hunk
from journal.records.changes import checked_context

FILE_MODE = 0o644
"""permission bits of a content that is nobody's file."""


def create_diff(
    path: str, before: bytes | str | None, after: bytes | str | None, *, context: int = DIFF_CONTEXT
) -> FilePatch:
    """Gives the patch from one content to another; None is a file that does not exist. Text is UTF-8.

    `diff` and `hunks` come with so many lines of context.

    Raises:
        PathRefused: no file of a root can be called so. UsageError: a content is neither text nor bytes.
    """
    checked_context(context)
    name = paths.normal(path, allow_git=True)
    old, new = _bytes(before), _bytes(after)
    binary = any(side is not None and not text.is_text(side) for side in (old, new))
    patch = FilePatch(
        path=name,
        change_type="deleted" if new is None else "created" if old is None else "modified",
        sha_before=None if old is None else hashlib.sha256(old).hexdigest(),
        sha_after=None if new is None else hashlib.sha256(new).hexdigest(),
        size_before=None if old is None else len(old),
        size_after=None if new is None else len(new),
        mode_before=None if old is None else FILE_MODE,
        mode_after=None if new is None else FILE_MODE,
        kind="file",
        kind_before=None if old is None else "file",
        is_binary=binary,
        too_large=not binary and len(old or b"") + len(new or b"") > DIFF_TEXT_MAX,
        renamed_from=None,
        invocation_id=None,
    )
    patch.carry(Texts(old or b"", new or b""), context)
    return patch


class Texts:
    """Both contents of one patch; what differs is worked out when it is first asked for."""

    def __init__(self, before: bytes, after: bytes) -> None:
        self._before = before
        self._after = after
        self._compared: Comparison | None = None

    def counts(self, patch: FilePatch) -> tuple[int, int]:
        """Counts the added and deleted lines."""
        if _is_told(patch):
            return 0, 0
        if patch.kind_before is None or patch.sha_after is None or patch.kind != patch.kind_before:
            return text.line_count(self._after), text.line_count(self._before)
        return self._comparison().additions, self._comparison().deletions

    def hunks(self, patch: FilePatch, context: int) -> tuple[Hunk, ...]:
        """Gives the changed places with so many lines of context."""
        if _is_told(patch):
            return ()
        if patch.kind_before is not None and patch.kind != patch.kind_before:
            return diffing.exchanged(self._before, self._after)
        return diffing.hunks(self._before, self._after, self._comparison().blocks, context)

    def unified(self, patch: FilePatch, context: int) -> bytes:
        """Renders the patch as `git apply` and GNU patch take it; binary and too large contents are one line."""
        old = new = None
        if patch.sha_before is not None and patch.kind_before is not None:
            old = Side(self._before, patch.mode_before or 0, patch.kind_before)
        if patch.sha_after is not None:
            new = Side(self._after, patch.mode_after or 0, patch.kind)
        binary = (patch.is_binary or patch.too_large) and patch.sha_before != patch.sha_after
        blocks = () if _is_told(patch) else self._comparison().blocks
        return diffing.unified(patch.path, old, new, blocks, context, renamed_from=patch.renamed_from, binary=binary)

    def side_by_side(self, patch: FilePatch, width: int, context: int) -> str:
        """Renders the patch in two columns."""
        from journal.content.side_by_side import side_by_side  # here, as few processes show anything

        return side_by_side(patch, self.hunks(patch, context), width)

    def html(self, patch: FilePatch, context: int, style: bool) -> str:
        """Renders the patch as a table of HTML."""
        from journal.content import markup

        return markup.html(patch, self.hunks(patch, context), style=style)

    def preview(self, patch: FilePatch) -> str:
        """Gives the first changed lines."""
        return "" if _is_told(patch) else diffing.preview(self._before, self._after, self._comparison().blocks)

    def patch_of(self, change: Change) -> FilePatch:
        """Knows no committed change.

        Raises:
            UnknownName: always.
        """
        raise UnknownName(f"no journal holds {change.path!r}", hint="ask a journal", name=change.path, candidates=())

    def whole(self, sha256: str) -> bytes:
        """Gives one of the contents.

        Raises:
            UnknownName: it is neither.
        """
        return b"".join(self.pieces(sha256, 0))

    def pieces(self, sha256: str, offset: int) -> Iterator[bytes]:
        """Yields one of the contents from an offset on.

        Raises:
            UnknownName: it is neither.
        """
        for content in (self._before, self._after):
            if hashlib.sha256(content).hexdigest() == sha256:
                yield content[offset:]
                return
        raise UnknownName(f"no content is called {sha256}", hint="ask a journal", name=sha256, candidates=())

    def _comparison(self) -> Comparison:
        if self._compared is None:
            self._compared = diffing.compare(self._before, self._after)
        return self._compared


def _is_told(patch: FilePatch) -> bool:
    """Tells whether sizes and digests say all of a patch that is said."""
    return patch.is_binary or patch.too_large or patch.sha_before == patch.sha_after


def _bytes(content: object) -> bytes | None:
    if isinstance(content, str):
        try:
            return content.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise UsageError(f"the text cannot be encoded: {error}", hint="pass its bytes") from error
    if content is not None and not isinstance(content, bytes | bytearray | memoryview):
        raise UsageError(f"a content is {type(content).__name__}", hint="pass str, bytes, or None for no file")
    return None if content is None else bytes(content)
