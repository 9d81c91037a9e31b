"""Frames that open again, here and by the `zstd` command, and damage that is told."""

import random
import shutil
import subprocess
import threading
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from journal.content import compression
from journal.errors import CorruptionError

NOISE = random.Random(3).randbytes(1 << 20)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_there_and_back(data: bytes, base: bytes) -> None:
    assert compression.decompress(compression.compress(data), len(data)) == data
    delta = compression.compress_against(data, base)
    assert compression.decompress_against(delta, base, len(data)) == data


def test_views_will_do() -> None:
    view = memoryview(NOISE)[5:900]
    assert compression.decompress(memoryview(compression.compress(view)), 895) == view
    delta = compression.compress_against(view, memoryview(NOISE))
    assert len(delta) < 30
    assert compression.decompress_against(delta, memoryview(NOISE), 895) == view


@pytest.mark.parametrize("size", [4000, 64 << 10, 256 << 10, 1 << 20])
def test_a_small_edit_makes_a_small_delta(size: int) -> None:
    base = NOISE[:size]
    data = base[: size // 2] + b"edited" + base[size // 2 :]
    delta = compression.compress_against(data, base)
    assert len(delta) < 1200
    assert compression.decompress_against(delta, base, len(data)) == data


def test_frames_are_ordinary() -> None:
    for frame in (compression.compress(NOISE[:100]), compression.compress_against(NOISE[:100], NOISE)):
        told = zstandard.get_frame_parameters(frame)
        assert frame[:4] == zstandard.FRAME_HEADER
        assert (told.content_size, told.has_checksum, told.dict_id) == (100, False, 0)


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd command")
def test_the_command_opens_them(tmp_path: Path) -> None:
    base, data = NOISE[:200_000], NOISE[:100_000] + b"edited" + NOISE[100_000:200_000]
    (tmp_path / "base").write_bytes(base)
    (tmp_path / "plain.zst").write_bytes(compression.compress(data))
    (tmp_path / "delta.zst").write_bytes(compression.compress_against(data, base))
    for options in (["plain.zst"], ["-D", "base", "delta.zst"]):
        run = subprocess.run(["zstd", "-d", "-c", "-q", *options], cwd=tmp_path, capture_output=True, check=True)
        assert run.stdout == data


def test_a_base_that_begins_like_a_dictionary_is_only_bytes() -> None:
    base = b"\x37\xa4\x30\xec" + NOISE[:5000]
    delta = compression.compress_against(base + b"x", base)
    assert len(delta) < 40
    assert compression.decompress_against(delta, base, len(base) + 1) == base + b"x"


def test_damage_is_told() -> None:
    data = b"some text, and some text again " * 50
    body = compression.compress(data)
    for wrong in (b"", b"nonsense", body[:-1], body[:5], body + b"x", b"\x28\xb5\x2f\xfd"):
        with pytest.raises(CorruptionError):
            compression.decompress(wrong, len(data))
    for size in (len(data) - 1, len(data) + 1, 0):
        with pytest.raises(CorruptionError):
            compression.decompress(body, size)
    delta = compression.compress_against(data, data)
    with pytest.raises(CorruptionError):
        compression.decompress(delta, len(data))
    with pytest.raises(CorruptionError):
        compression.decompress_against(delta, b"short", len(data))


def test_a_frame_that_asks_for_much_memory_gets_none() -> None:
    bomb = zstandard.ZstdCompressor(3).compress(bytes(64 << 20))
    with pytest.raises(CorruptionError, match="belong"):
        compression.decompress(bomb, 10)
    with pytest.raises(CorruptionError, match="belong"):
        compression.decompress_chain([compression.compress(b"small"), bomb], [5, 10])


TRAINED = b"\x37\xa4\x30\xec"
"""how a trained dictionary begins"""


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6), st.sampled_from([b"", TRAINED]))
def test_a_chain_is_opened_as_one_by_one(contents: list[bytes], start: bytes) -> None:
    contents = [start + each for each in contents]
    bodies = [compression.compress(contents[0])]
    bodies += [compression.compress_against(data, base) for base, data in pairwise(contents)]
    assert compression.decompress_chain(bodies, [len(each) for each in contents]) == contents[-1]


def test_a_damaged_chain_is_no_content() -> None:
    first, second = NOISE[:900], NOISE[:400] + b"x" + NOISE[400:900]
    bodies, sizes = [compression.compress(first), compression.compress_against(second, first)], [900, 901]
    whole, delta = bodies
    for broken in ([delta, delta], [whole, b"no frame"], [whole, b""], [whole, delta[:-3]], [whole[:-3], delta]):
        with pytest.raises(CorruptionError):
            compression.decompress_chain(broken, sizes)
    for others in ([900, 900], [899, 901], [900, 0]):
        with pytest.raises(CorruptionError):
            compression.decompress_chain(bodies, others)


def test_threads_compress_at_once() -> None:
    failed = []

    def work(seed: int) -> None:
        for turn in range(200):
            data = NOISE[seed * 100 + turn : seed * 100 + turn + 3000] * 3
            same = compression.decompress(compression.compress(data), len(data)) == data
            delta = compression.compress_against(data, NOISE[:4000])
            if not same or compression.decompress_against(delta, NOISE[:4000], len(data)) != data:
                failed.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


class Starved:
    """A compressor, or decompressor, whose library gets no memory, or meets damage."""

    def __init__(self, said: str) -> None:
        self.said = said

    def compress(self, _data: bytes) -> bytes:
        """Compresses nothing."""
        raise zstandard.ZstdError(f"cannot compress: {self.said}")

    def decompress(self, _body: bytes, **_options: object) -> bytes:
        """Opens nothing."""
        raise zstandard.ZstdError(f"decompression error: {self.said}")

    def decompress_content_dict_chain(self, _bodies: list[bytes]) -> bytes:
        """Opens none of them."""
        raise zstandard.ZstdError(f"error decompressing chunk 0: {self.said}")


@pytest.mark.parametrize(
    ("said", "opening", "packing"),
    [
        ("Allocation error : not enough memory", MemoryError, MemoryError),
        ("Data corruption detected", CorruptionError, zstandard.ZstdError),
    ],
)
def test_memory_that_runs_out_is_not_called_damage(
    said: str, opening: type[Exception], packing: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = compression.compress(NOISE[:900])
    local = compression._local()
    monkeypatch.setattr(local, "compressor", Starved(said))
    monkeypatch.setattr(local, "decompressor", Starved(said))
    monkeypatch.setattr(zstandard, "ZstdCompressor", lambda *_given, **_options: Starved(said))
    monkeypatch.setattr(zstandard, "ZstdDecompressor", lambda *_given, **_options: Starved(said))
    with pytest.raises(opening):
        compression.decompress(frame, 900)
    with pytest.raises(opening):
        compression.decompress_against(frame, NOISE, 900)
    with pytest.raises(opening):
        compression.decompress_chain([frame], [900])
    for level in (3, 19):
        with pytest.raises(packing):
            compression.compress(NOISE, level)
    with pytest.raises(packing):
        compression.compress_against(NOISE, NOISE)
