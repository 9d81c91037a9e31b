"""Work in forked children, so that the parent never opens SQLite and every death is a real one."""

import gc
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")

PATIENCE_S = 120
"""after this a child that hangs is ended by the system, which shows as a bad end."""

RAISED = 70


class End(NamedTuple):
    """How a child ended: its exit code (negative: the signal), what it answered or, when it raised, its traceback."""

    code: int
    answer: Any
    error: str = ""


def run(work: Callable[[], Any], patience_s: int = PATIENCE_S) -> End:
    """Runs `work` in a child, and gives what it returned."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(work, writing, patience_s)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code == RAISED:
        return End(code, None, pickle.loads(said))
    return End(code, pickle.loads(said) if said else None)


def answer(work: Callable[[], Any]) -> Any:
    """Runs `work` in a child that must end well, and gives what it returned."""
    end = run(work)
    if end.code != 0:
        raise AssertionError(f"a child ended with {end.code}\n{end.error}")
    return end.answer


def spread(work: Callable[[Job], Answer], jobs: Sequence[Job]) -> list[Answer]:
    """Works on jobs in as many children as there are processors; answers come in the order of the jobs."""
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, len(jobs))
    started = [_start(work, jobs[index::workers]) for index in range(workers)]
    answers: list[Answer | None] = [None] * len(jobs)
    failed = []
    for index, (pid, pipe) in enumerate(started):
        with open(pipe, "rb") as file:
            said = file.read()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code != 0:
            failed.append(f"a worker ended with {code}\n{pickle.loads(said) if said else ''}")
        else:
            answers[index::workers] = pickle.loads(said)
    if failed:
        raise AssertionError("\n".join(failed))
    return [each for each in answers if each is not None]


def _start(work: Callable[[Job], Answer], jobs: Sequence[Job]) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(lambda: [work(job) for job in jobs], writing, 0)
    os.close(writing)
    return pid, reading


def _child(work: Callable[[], Any], writing: int, patience_s: int) -> NoReturn:
    """Answers through a pipe, and ends without any of the parent's own farewells."""
    gc.disable()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(patience_s)
    try:
        said, code = pickle.dumps(work()), 0
    except BaseException as error:
        said, code = pickle.dumps(_told(error)), RAISED
    with open(writing, "wb") as pipe:
        pipe.write(said)
    os._exit(code)


def _told(error: BaseException) -> str:
    """The error, then the way it came."""
    return f"{error!r}\n{traceback.format_exc()}"
