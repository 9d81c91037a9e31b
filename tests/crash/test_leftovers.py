"""What a killed verb leaves of its own beside what it makes is gone after the next one, which ends as if alone."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from journal import Journal, Spool, UsageError
from journal.database import Database
from journal.tables import meta
from tests.crash import forked, tally
from tests.crash.conftest import Extent
from tests.crash.steps import Steps
from tests.crash.sweep import sample
from tests.engine.looking import disk, names
from tests.engine.walks import lively

pytestmark = pytest.mark.timeout(3600)

Work = Callable[[Journal, Path], object]


class Death(Steps):
    """Ends the process by a signal that it cannot see."""

    def step(self, label: str) -> None:
        """Counts one step, or is killed there."""
        if self.armed and len(self.labels) + 1 == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        super().step(label)


class Verb(NamedTuple):
    """A verb that makes something in a folder; `may_be_cut`: one that was killed may have left whole files there."""

    call: Work
    over: bool = False
    may_be_cut: bool = False


def back_up(journal: Journal, folder: Path) -> None:
    """Copies the journal."""
    journal.backup(folder / "copy.file")


VERBS = {
    "backup": Verb(back_up),
    "backup over an older one": Verb(back_up, over=True),
    "checkout": Verb(lambda journal, folder: journal.checkout("main", folder, paths=".")),
    "replay": Verb(lambda journal, folder: journal.replay(folder)),
    "replay into a new folder": Verb(lambda journal, folder: journal.replay(folder / "new" / "one")),
    "export to git": Verb(lambda journal, folder: journal.export("git", folder / "stream"), may_be_cut=True),
    "export of lines": Verb(lambda journal, folder: journal.export("jsonl", folder / "lines"), may_be_cut=True),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a journal and an older copy of it, beside which a process died that had it open."""
    place = tmp_path_factory.mktemp("made")
    (place / "root").mkdir()

    def make() -> None:
        os.environ["SPOOL_HOME"] = str(place / "home")
        with Spool.open(place / "root", journal=place / "my.file") as spool:
            spool.write("early", os.urandom(200_000))
            spool.commit("early")
            spool.journal.backup(place / "copy.file")
            lively(spool, place / "root")

    def die() -> None:
        database = Database.open(str(place / "copy.file"), readonly=False)
        with database.begin() as tx:
            meta.put(tx, "told to", "the log")
        os.kill(os.getpid(), signal.SIGKILL)

    forked.answer(make)
    assert forked.run(die).code == -signal.SIGKILL
    assert (place / "copy.file-wal").stat().st_size > 0
    return place


def carry_out(made: Path, folder: Path, verb: Verb, kill_at: int = 0) -> int:
    """Runs a verb in this process, and gives how many steps it took."""
    steps = Death(kill_at)
    steps.install()
    with Journal.open(made / "my.file") as journal:
        steps.arm()
        verb.call(journal, folder)
        steps.disarm()
    return len(steps.labels)


def fresh(made: Path, folder: Path, verb: Verb) -> Path:
    """Makes the folder, with the older copy and its log where the verb goes over one."""
    folder.mkdir(parents=True)
    for side in ("", "-wal", "-shm") if verb.over else ():
        shutil.copyfile(made / f"copy.file{side}", folder / f"copy.file{side}")
    return folder


def commits_of(copy: Path) -> int:
    """How many commits a sound copy has."""
    with Journal.open(copy) as journal:
        assert journal.verify().ok
        return len(list(journal.commits()))


def refused_or_done(made: Path, folder: Path, verb: Verb) -> str:
    """Runs a verb in this process, and gives why it was refused, if it was."""
    try:
        carry_out(made, folder, verb)
    except UsageError as error:
        return str(error)
    return ""


def played(made: Path, folder: Path, verb: Verb, step: int, wanted: list[str]) -> list[str]:
    """Kills a verb at a step, runs it again, and says what is wrong then."""
    fresh(made, folder, verb)
    end, problems = forked.run(lambda: carry_out(made, folder, verb, step)), list[str]()
    if end.code != -signal.SIGKILL:
        problems.append(f"it ended with {end.code}: {end.error}")
    copy = folder / "copy.file"
    if verb.call is back_up and copy.exists() and forked.answer(lambda: commits_of(copy)) not in (1, 7):
        problems.append("the copy is neither the older one nor the new one")
    if verb.over and not copy.exists():
        problems.append("the older copy is gone")
    said = forked.answer(lambda: refused_or_done(made, folder, verb))
    if said and not verb.may_be_cut:
        problems.append(f"it is refused: {said}")
    stand = names(folder)
    if [name for name in stand if ".spool" in name] or (folder / ".spool").exists():
        problems.append(f"something is left: {stand}")
    if stand != wanted and not said:
        problems.append(f"it made {stand}")
    if verb.call is back_up and forked.answer(lambda: commits_of(copy)) != 7:
        problems.append("the copy is not up to date")
    return problems


@pytest.mark.parametrize("name", VERBS)
def test_the_next_run_ends_as_if_no_other_had_died(made: Path, tmp_path: Path, extent: Extent, name: str) -> None:
    verb = VERBS[name]
    whole = fresh(made, tmp_path / "whole", verb)
    count = forked.answer(lambda: carry_out(made, whole, verb))
    wanted, contents = names(whole), disk(whole)
    assert wanted
    steps = sample(range(1, count + 1), extent.deaths and 3 * extent.deaths)
    found = forked.spread(lambda step: played(made, tmp_path / str(step), verb, step, wanted), steps)
    tally.count("leftovers", name, found)
    bad = [f"step {step}: {each}" for step, each in zip(steps, found, strict=True) if each]
    assert not bad, "\n".join(bad)
    if "checkout" in name or "replay" in name:
        assert all(disk(tmp_path / str(step)) == contents for step in steps)
