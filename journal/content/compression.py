"""Zstandard frames, plain or against a base, as `zstd -d` and `zstd -d -D base` open them."""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from journal.errors import CorruptionError
from journal.limits import ZSTD_LEVEL

if TYPE_CHECKING:
    import zstandard

Data = bytes | memoryview


class _Local(threading.local):
    """One compressor and one decompressor a thread: one shared by two threads is a segmentation fault."""

    def __init__(self) -> None:
        import zstandard  # its import costs 8 ms, which a call without content never pays

        self.compressor = zstandard.ZstdCompressor(ZSTD_LEVEL, write_checksum=False, write_content_size=True)
        self.decompressor = zstandard.ZstdDecompressor()


NO_MEMORY = "not enough memory"
"""what the library says of a frame that it had no memory for; its error is else one of damage"""

_LOCK = threading.Lock()
_made: list[_Local] = []


def _local() -> _Local:
    if not _made:
        with _LOCK:
            if not _made:
                # A compressor's tables are freed after each delta. glibc hands memory of this size back to the kernel,
                # and has it faulted in again page by page, until it has once seen a larger block being freed.
                bytearray(1 << 20)
                _made.append(_Local())
    return _made[0]


def compress(data: Data, level: int = ZSTD_LEVEL) -> bytes:
    """Compresses into an ordinary frame that tells its content's size.

    Raises:
        MemoryError
    """
    if level == ZSTD_LEVEL:
        return _compressed(_local().compressor, data)
    import zstandard

    return _compressed(zstandard.ZstdCompressor(level, write_checksum=False, write_content_size=True), data)


def decompress(body: Data, size: int) -> bytes:
    """Opens a frame of a content of so many bytes.

    Raises:
        CorruptionError: it is no such frame.
    """
    return _opened(_local().decompressor, body, size)


def compress_against(data: Data, base: Data, level: int = ZSTD_LEVEL) -> bytes:
    """Compresses with a base whose bytes the frame may refer to.

    The compressor is built for this delta and dropped: a live one with a 64 KB dictionary holds 1.6 MB.

    Raises:
        MemoryError
    """
    _local()
    import zstandard

    compressor = zstandard.ZstdCompressor(
        level, dict_data=_dictionary(base), write_checksum=False, write_content_size=True, write_dict_id=False
    )
    return _compressed(compressor, data)


def decompress_against(body: Data, base: Data, size: int) -> bytes:
    """Opens a frame that was compressed against `base`.

    Raises:
        CorruptionError: it is no such frame, or the base is another one.
    """
    import zstandard

    return _opened(zstandard.ZstdDecompressor(dict_data=_dictionary(base)), body, size)


def decompress_chain(bodies: Sequence[bytes], sizes: Sequence[int]) -> bytes:
    """Opens a plain frame, then each frame against the content of the one before, and gives the last content.

    It is one call into the library, and half the time of as many calls of `decompress_against`.

    Raises:
        CorruptionError: one is no such frame. That a content between is another one than was meant may go unseen.
    """
    import zstandard

    try:
        for body, size in zip(bodies, sizes, strict=True):
            _refuse_other_size(body, size)
        data = bytes(_local().decompressor.decompress_content_dict_chain(list(bodies)))
    except (zstandard.ZstdError, ValueError) as error:
        raise _fault("a chain of zstd frames", error) from error
    return _whole(data, sizes[-1])


def _compressed(compressor: Any, data: Data) -> bytes:
    import zstandard

    try:
        return bytes(compressor.compress(data))
    except zstandard.ZstdError as error:
        if NO_MEMORY in str(error):
            raise MemoryError(str(error)) from error
        raise


def _fault(what: str, error: Exception) -> Exception:
    """Makes of what the library says about a frame an error of damage, or of memory that ran out."""
    if NO_MEMORY in str(error):
        return MemoryError(f"{what} cannot be opened: {error}")
    return CorruptionError(f"{what} cannot be opened: {error}", hint="run `spool verify`")


def _dictionary(base: Data) -> "zstandard.ZstdCompressionDict":
    import zstandard

    # Raw content: a base that happens to begin like a trained dictionary is still only bytes.
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _opened(decompressor: Any, body: Data, size: int) -> bytes:
    import zstandard

    try:
        _refuse_other_size(body, size)
        data = bytes(decompressor.decompress(body, max_output_size=size, allow_extra_data=False))
    except zstandard.ZstdError as error:
        raise _fault("a zstd frame", error) from error
    return _whole(data, size)


def _refuse_other_size(body: Data, size: int) -> None:
    """Asks a frame before a byte is opened, so that a damaged one cannot ask for more memory than the content has."""
    import zstandard

    told = zstandard.frame_content_size(body)
    if told != size:
        raise CorruptionError(f"a frame holds {told} bytes where {size} belong", hint="run `spool verify`")


def _whole(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise CorruptionError(f"a frame gave {len(data)} bytes where {size} belong", hint="run `spool verify`")
    return data
