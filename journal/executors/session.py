"""A session as an event loop uses it: every verb of a spool awaited, in a bounded pool."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NoReturn, Self

import anyio

from journal.engine.hand_edits import OnConflict
from journal.engine.journal import Journal
from journal.engine.logs import LOG_BRAND, Branded, checked_brand
from journal.engine.spool import Spool
from journal.engine.validators import Validator
from journal.engine.wishes import Durability, places
from journal.errors import Closed, UsageError
from journal.executors import bridging
from journal.executors.verbs import Verbs
from journal.executors.worker import Worker
from journal.limits import QUEUE_MAX, WORKERS, WORKERS_MAX
from journal.records import Metadata, PoolUsage, RecoveryReport, StrPath


def _check_queue(queue_max: object) -> None:
    if not isinstance(queue_max, int) or isinstance(queue_max, bool) or queue_max < 1:
        raise UsageError(f"queue_max is {queue_max!r}", hint="pass a whole number from 1 on")


class Session(Verbs):
    """One session at one root, on asyncio or trio; it is opened by `async with`, or by the first `await start()`.

    Calls on the same path run in the order in which they were made, others side by side. Leaving the block neither
    commits nor resets.
    """

    def __init__(self, root: str | PathLike[str], wishes: dict[str, Any], workers: object, queue_max: int) -> None:
        self._root, self._wishes = root, wishes
        self._workers, self._queue_max = workers, queue_max
        self._starting = anyio.Lock()
        self._ended = False

    @classmethod
    def open(
        cls,
        root: str | PathLike[str] = ".",
        *,
        track: Literal["auto", "off", "tree"] | Sequence[str] = "auto",
        workers: int | Literal["adaptive"] = WORKERS,
        queue_max: int = QUEUE_MAX,
        journal: str | PathLike[str] | None = None,
        session_id: str | None = None,
        validators: Sequence[Validator] = (),
        commit_gate: Validator | None = None,
        metadata: Metadata | None = None,
        durability: Durability = "normal",
        on_conflict: OnConflict = "refuse",
        wait_s: float = 0.0,
        allow_git: bool = False,
        branch: str = "main",
        allow_wide_root: bool = False,
        log_brand: str = LOG_BRAND,
        create: bool = True,
    ) -> Self:
        """Prepares a session at a root; nothing is opened before `async with` or `start`.

        `workers` bounds how many calls run side by side, "adaptive" lets that follow the load; `queue_max` bounds how
        many wait. Validators and the gate may be async here. All else is as in `Spool.open`.

        Raises:
            UsageError: a number makes no sense, or changes of the whole tree are asked for, which is not there yet.
        """
        places(workers)
        _check_queue(queue_max)
        if track not in ("auto", "off"):
            raise UsageError(f"track is {track!r}, and nothing is tracked yet", hint='leave it out, or pass "off"')
        wishes = {
            "journal": journal, "session_id": session_id, "metadata": metadata, "durability": durability,
            "validators": validators, "commit_gate": commit_gate, "on_conflict": on_conflict, "workers": workers,
            "wait_s": wait_s, "allow_git": allow_git, "branch": branch, "allow_wide_root": allow_wide_root,
            "log_brand": checked_brand(log_brand), "create": create,
        }  # fmt: skip
        return cls(root, wishes, workers, queue_max)

    async def start(self) -> Self:
        """Opens the root, for hosts with start and stop hooks instead of a block; twice is fine.

        Raises:
            As `Spool.open`. Closed: it was closed before.
        """
        async with self._starting:
            if self._ended:
                raise Closed("the session is closed", hint="open a new one")
            if self._spool is None:
                self._spool = await anyio.to_thread.run_sync(self._open)
                log = Branded("session", self._wishes["log_brand"], self._spool.session_id)
                adaptive = self._workers == "adaptive"
                most = WORKERS_MAX if adaptive else places(self._workers)
                self._worker = Worker(places(self._workers), most, self._queue_max, log)
        return self

    def _open(self) -> Spool:
        wishes = dict(self._wishes)
        given, gate = wishes.pop("validators"), wishes.pop("commit_gate")
        if isinstance(given, list | tuple):  # anything else is refused there
            given = [bridging.validator(each) for each in given]
        return Spool.open(
            self._root, validators=given, commit_gate=None if gate is None else bridging.validator(gate), **wishes
        )

    async def aclose(self) -> None:
        """Ends the session: what runs is waited for, what waits gets `Closed`, what is staged stays. Twice is fine."""
        with anyio.CancelScope(shield=True):
            async with self._starting:
                self._ended = True
                if self._spool is not None and self._worker is not None:
                    await self._worker.aclose()
                    await anyio.to_thread.run_sync(self._spool.close)

    @property
    def spool(self) -> Spool:
        """Gives the spool that the session awaits; it may be called from threads."""
        return self._opened()[0]

    @property
    def root(self) -> Path:
        """Gives the real path of the root."""
        return self.spool.root

    @property
    def session_id(self) -> str:
        """Gives the session's id."""
        return self.spool.session_id

    @property
    def branch(self) -> str:
        """Gives the branch that is checked out here."""
        return self.spool.branch

    @property
    def journal(self) -> Journal:
        """Gives the read side, which closes with the session."""
        return self.spool.journal

    @property
    def recovery(self) -> RecoveryReport:
        """Gives what opening found and mended."""
        return self.spool.recovery

    def relative(self, path: StrPath) -> str:
        """Gives the normal form of a path that a tool was given, also of an absolute one that lies in the root.

        Raises:
            PathRefused: it does not lie in the root, or may not be journaled.
        """
        return self.spool.relative(path)

    def usage(self) -> PoolUsage:
        """Tells what the pool of the session does, and did since it began."""
        return self._opened()[1].usage()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a session is neither pickled nor copied: open it where it is used")

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
