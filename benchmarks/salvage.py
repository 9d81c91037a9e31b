"""How fast a sound journal is salvaged, in MB of content a second, and how much memory that takes."""
from __future__ import annotations

import hashlib
import os
import random
import resource
import tempfile
import time
from pathlib import Path

import journal

FILES, BYTES = 100, 2 << 20


def main() -> None:
    """Prints one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SPOOL_HOME"] = str(folder / "home")
        (folder / "root").mkdir()
        chosen = random.Random(1)
        with journal.Spool.open(folder / "root", journal=folder / "j.db") as spool:
            for number in range(FILES):
                lines = (hashlib.sha256(chosen.randbytes(8)).hexdigest() for _ in range(BYTES // 130))
                spool.write(f"{number}", "\n".join(f"{line} {line}" for line in lines))
            spool.commit("all")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        began = time.monotonic()
        report = journal.salvage(folder / "j.db", folder / "new.db")
        took = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{FILES * BYTES / took / 1e6:.0f} MB/s of content, {before} -> {peak} MB of memory, ok {report.ok}")


if __name__ == "__main__":
    main()
