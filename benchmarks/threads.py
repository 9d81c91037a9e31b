"""Asks how much faster four threads stage files of 1 MB than one does, beside as many processes that only pack.

Budget: at least 0.75 times the speed-up of the processes. Told is the share of one worker's time that four take for
the same files, so that ours may be at most 1 / 0.75 times the reference.
"""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from _bench import Figure, conclude, fresh, percentile, text, timed
from journal import Spool
from journal.content.packing import pack

ROUNDS = 5
WORKERS = 4
FILES = 24
SIZE = 1_000_000

Parts = Sequence[Sequence[int]]


def packed(numbers: Sequence[int]) -> int:
    """Packs files, and gives how many chunks they have."""
    return sum(len(pack(text(number, SIZE)).chunks) for number in numbers)


def shares(round_number: int, workers: int) -> Parts:
    """Deals out a round's files."""
    first = round_number * FILES
    return [range(first + worker, first + FILES, workers) for worker in range(workers)]


def staged(parts: Parts) -> float:
    """Stages each part in a thread of its own, in a fresh root; gives the milliseconds."""
    folder = fresh()
    (folder / "root").mkdir()
    data = {number: text(number, SIZE) for part in parts for number in part}
    with Spool.open(folder / "root", journal=folder / "state" / "journal.db") as spool:
        spool.write("first", text(0, SIZE))

        def work(part: Sequence[int]) -> None:
            for number in part:
                spool.write(f"{number}.txt", data[number])

        threads = [threading.Thread(target=work, args=(part,)) for part in parts]
        return timed(lambda: finish(threads))


def finish(threads: list[threading.Thread]) -> None:
    """Runs threads to their ends."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def share(times: Callable[[Parts], float]) -> float:
    """Gives the median share of one worker's time that four take."""
    found = [times(shares(number, WORKERS)) / times(shares(number, 1)) for number in range(ROUNDS)]
    return percentile(found, 0.5)


def main() -> None:
    """Runs both in turns, and prints the shares."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(packed, [[0]] * WORKERS))  # started and warm

        def packing(parts: Parts) -> float:
            return timed(lambda: list(pool.map(packed, parts)))

        reference = share(packing)
        ours = share(staged)
    conclude([Figure("four workers' time / one's", ours, reference, ratio_most=1 / 0.75, unit="x")])


if __name__ == "__main__":
    main()
