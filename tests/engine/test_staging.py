"""The verbs that change files, called by many threads at once."""

import threading
from pathlib import Path

from journal import Spool, Write, create_diff
from tests.engine.looking import acts, temp_files


def test_verbs_may_be_called_from_many_threads(spool: Spool, root: Path) -> None:
    failures: list[BaseException] = []

    def work(mine: int) -> None:
        try:
            for n in range(20):
                spool.write(f"{mine}/{n % 3}", f"{mine} {n}\n")
                spool.batch([Write(f"{mine}/b{n % 2}", f"{n}\n"), Write("shared", f"{mine} {n}\n")])
                assert spool.read(f"{mine}/{n % 3}") == f"{mine} {n}\n".encode()
                spool.diff(f"{mine}")
                spool.status()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(spool.touched_files()) == 4 * 5 + 1
    assert temp_files(root) == []
    assert {state for _, state in acts(spool.journal)} == {"ok"}
    commit = spool.commit("all")
    assert commit is not None
    assert commit.files == 21


def test_each_thread_has_the_report_of_its_own_patch(spool: Spool) -> None:
    spool.batch([Write("a", "1\n"), Write("b", "1\n2\n")])
    spool.patch("a", create_diff("a", "1\n", "one\n").diff)
    found = []

    def other() -> None:
        found.append(spool.patch_report)
        spool.patch("b", create_diff("b", "1\n2\n", "1\ntwo\n").diff)
        found.append(spool.patch_report)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join(20)
    assert found[0] == ()
    assert ([hunk.status for hunk in found[1]], found[1][0].line) == (["applied"], 1)
    assert len(spool.patch_report) == 1
