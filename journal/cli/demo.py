"""`spool demo`: a walk through it all in a throw-away folder, in which every claim is checked as it is made."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import journal as package
from journal import BusyError, Chmod, Journal, Move, RecoveryReport, Replace, Spool, WorkspaceChanged, Write
from journal.cli import demo_questions, grid, output, patches
from journal.cli.demo_page import Page
from journal.cli.demo_tree import PACKAGES, File, Tree, committed, name_of, originals, standing

RENAMED, RENAMED_TO = "get_payload", "read_payload"
BINARY = bytes(range(256)) * 16
BY_HAND = b"# A person was here, between the crash and the recovery.\n"
BROKEN = 1
"""exit code when a claim is not so."""


def describe(parser: ArgumentParser) -> None:
    """Adds the arguments of `spool demo`."""
    parser.epilog = (
        "Nothing outside the folder is touched; it is removed at the end. Exits with 1 when a claim is not so.\n"
        "JSON: ok, seconds, folder, claims (step, claim, proof, holds), answers."
    )
    parser.add_argument("--keep", action="store_true", help="leave the folder where it is, and say where")


def run(arguments: Namespace) -> int:
    """Walks through the steps, and tells whether all that was claimed is so."""
    page, started = Page(arguments), time.perf_counter()
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="spool-demo-")))
    try:
        walk = Walk(page, folder)
        walk.through()
        seconds = round(time.perf_counter() - started, 2)
        wrong = [claim for claim in page.claims if not claim.holds]
        if page.json:
            claims = [claim._asdict() for claim in page.claims]
            kept = str(folder) if arguments.keep else None
            told = {"ok": not wrong, "seconds": seconds, "folder": kept, "claims": claims}
            page.document(told | {"answers": walk.answers})
        else:
            conclude(page, seconds, folder if arguments.keep else None)
        return BROKEN if wrong else 0
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


def conclude(page: Page, seconds: float, kept: Path | None) -> None:
    """Sums up: all claims hold, or which do not."""
    wrong = [claim for claim in page.claims if not claim.holds]
    page.line()
    if wrong:
        page.line(page.paint(f"{len(wrong)} of {len(page.claims)} claims do not hold:", "red", "bold"))
        for claim in wrong:
            page.line(f"step {claim.step}: {claim.claim}  {output.shown(claim.proof)}".rstrip())
    else:
        page.line(page.paint(f"All {len(page.claims)} claims hold; it took {seconds:.1f} s.", "bold"))
    if kept is not None:
        page.line(f"Everything is still there: spool -C {output.shown(str(kept / 'work'))} log")


def with_line(tree: Tree, line: str) -> Tree:
    """Tells what the batch of `demo_victim` makes of a tree: a line on top of every Python file, and a new file."""
    top = line.encode() + b"\n"
    found = {path: File(f.mode, top + f.data if path.endswith(".py") else f.data) for path, f in tree.items()}
    os.umask(mask := os.umask(0o077))  # the system tells it only by setting it
    return {**found, "WATERMARK.txt": File(0o644 & ~mask, top)}


def since(started: float) -> str:
    """Tells how long it is since a moment."""
    return f"{(time.perf_counter() - started) * 1000:.0f} ms"


class Walk:
    """The steps, in order; each leaves the root committed and clean for the next."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.root = folder / "work"
        self.journal = folder / "journal" / "journal.db"
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.commits: list[str] = []
        self.before: Tree = {}
        self.head: Tree = {}
        self.root.mkdir()

    def through(self) -> None:
        """Goes through all steps; one that ends in an error is a claim that is not so, and the last."""
        steps: Sequence[Callable[[], None]] = (
            self.take_in, self.edit, self.kill_one, self.kill_another,
            self.change_of_mind, self.look_back, self.wipe, self.ask, self.check,
        )  # fmt: skip
        self.page.line(f"A journal at work on a copy of a real tree, in {output.shown(str(self.root.parent))}")
        for each in steps:
            try:
                each()
            except Exception as error:
                self.page.claim(False, "the step comes to its end", f"{type(error).__name__}: {error}")
                return

    def open(self) -> Spool:
        """Opens the root as the session `agent`."""
        return Spool.open(self.root, journal=self.journal, session_id="agent")

    def commit(self, spool: Spool, message: str) -> None:
        """Publishes what is staged, and checks that the commit holds what stands in the root."""
        started = time.perf_counter()
        found = spool.commit(message)
        took = since(started)
        assert found is not None
        self.commits.append(found.id)
        self.head = standing(self.root)
        same = committed(spool.journal, found.id) == self.head
        text = f"commit {found.id[:12]} holds the tree: {found.files} files, +{found.additions} -{found.deletions}"
        self.page.claim(same, text, f"{name_of(self.head)}, {took}")

    def take_in(self) -> None:
        """Brings a tree into the journal."""
        page, version = self.page, sys.version.split()[0]
        text = f"One batch copies the packages {', '.join(PACKAGES[:-1])} and {PACKAGES[-1]} of Python {version}"
        page.step("A real tree goes in", text + " into an empty folder; one commit publishes it.")
        self.before, places = originals()
        started = time.perf_counter()
        with self.open() as spool:
            spool.batch([Write(path, place) for path, place in places.items()], description="take the tree in")
            took = since(started)
            size = output.size(sum(len(file.data) for file in self.before.values()))
            text = f"{len(places)} files, {size}, stand there as Python has them"
            page.claim(standing(self.root) == self.before, text, f"{name_of(self.before)}, {took}")
            self.commit(spool, "take the tree in")
            inside = spool.journal.path.is_relative_to(self.root)
        page.claim(not inside, "the journal lies outside the folder, out of reach", str(self.journal))

    def edit(self) -> None:
        """Edits the tree as an agent does."""
        page, root = self.page, self.root
        page.step(
            "An agent edits",
            f"It renames {RENAMED} to {RENAMED_TO} wherever it is used, in one batch. It writes a binary file, makes a",
            "script executable, and moves a module to a new folder.",
        )
        word = re.compile(rf"\b{RENAMED}\b")
        using = [path for path, file in self.head.items() if word.search(file.data.decode("utf-8", "replace"))]
        with self.open() as spool:
            results = spool.batch([Replace(path, word, RENAMED_TO, all=True, required=True) for path in using])
            spool.write("icon.bin", BINARY)
            inode = (root / "http/cookies.py").stat().st_ino
            spool.batch([Chmod("json/tool.py", 0o755), Move("http/cookies.py", "http/jar/cookies.py")])
            found = {patch.path: patch for patch in spool.diff()}
            if not page.json:
                patches.stat(page, found.values())
            now = standing(root)
            places = sum(result.patch.replacements or 0 for result in results)
            gone = not any(word.search(file.data.decode("utf-8", "replace")) for file in now.values())
            page.claim(gone and places > 1, f"{RENAMED} is gone from all {len(using)} files", f"{places} places")
            code = {path: file.data for path, file in now.items() if path.endswith(".py")}
            page.claim(all(compile(data, path, "exec") for path, data in code.items()), "all of it is still Python")
            binary = found["icon.bin"].is_binary and now["icon.bin"].data == BINARY
            page.claim(binary, "the binary file is what was written", hashlib.sha256(BINARY).hexdigest()[:12])
            page.claim(now["json/tool.py"].mode == 0o755, "the script can be run", "mode 755")
            same = (root / "http/jar/cookies.py").stat().st_ino == inode and "http/cookies.py" not in now
            page.claim(same, "the moved module is the same file under another name", f"inode {inode}")
            seen = self.reader_sees()
            page.claim(seen == self.commits[-1], "until it is committed, readers see the commit before", seen[:12])
            self.commit(spool, "rename, icon, mode, move")

    def reader_sees(self) -> str:
        """Opens the journal as any reader does, and tells which commit is the newest."""
        with Journal.open(self.journal) as journal:
            head = journal.head()
        return "" if head is None else head.id

    def die(self, session: str, line: str) -> list[str]:
        """Lets another process begin a batch, kills it when half of its files are in place, and gives those."""
        page, wanted = self.page, with_line(self.head, line)
        changing = [path for path in wanted if wanted[path] != self.head.get(path)]
        half = len(changing) // 2
        module = [sys.executable, "-m", "journal.cli.demo_victim"]
        here = os.pathsep.join((str(Path(package.__file__).parents[1]), os.environ.get("PYTHONPATH", "")))
        place = {**os.environ, "PYTHONPATH": here.rstrip(os.pathsep), "SPOOL_HOME": str(self.journal.parent)}
        asked = [str(self.root), str(self.journal), session, line, str(half)]
        child = subprocess.Popen([*module, *asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=place)
        with child:
            try:
                assert child.stdout is not None
                said, now = child.stdout.readline(), standing(self.root)
                done = [path for path in changing if now.get(path) == wanted[path]]
                old = [path for path in changing if now.get(path) == self.head.get(path)]
                torn = said == b"stopped\n" and child.poll() is None and min(len(done), len(old)) > 0
                whole = len(done) + len(old) == len(changing)
                text = f"the batch is half done: {len(done)} of {len(changing)} files are new, {len(old)} old"
                page.claim(torn and whole, text, name_of(now))
                page.claim(self.is_busy(), "a second writer is refused, and told of the first", f"process {child.pid}")
                seen = self.reader_sees()
                page.claim(seen == self.commits[-1], "a reader is not held up, and sees the last commit", seen[:12])
            finally:
                child.kill()
        page.claim(child.returncode == -9, "SIGKILL ends the process there and then", f"signal {-child.returncode}")
        return done

    def is_busy(self) -> bool:
        """Tells whether the root is held by another process."""
        try:
            self.open().close()
        except BusyError as error:
            return "process" in (error.holder or "")
        return False

    def recovered(self, report: RecoveryReport, took: str) -> None:
        """Shows a recovery report."""
        counts = {"finished": report.finished, "taken back": report.undone, "in conflict": report.conflicts}
        said = ", ".join(f"{len(paths)} {what}" for what, paths in counts.items())
        self.page.line(f"The report: {said}, {output.plural(report.swept, 'temporary file')} swept.")
        self.page.claim(not report.clean, "opening the folder again finds the accident and mends it", took)

    def kill_one(self) -> None:
        """Kills a process in mid-batch; the batch is carried forward."""
        page, line = self.page, "# Checked by worker 1."
        page.step(
            "A process dies in the middle of a batch",
            "Another process begins to put a line on top of every Python file, in one batch. It is stopped when half",
            "of the files are in place, looked at, and killed. Then the folder is opened again.",
        )
        wanted = with_line(self.head, line)
        self.die("worker-1", line)
        started = time.perf_counter()
        with self.open() as spool:
            self.recovered(spool.recovery, since(started))
            now = standing(self.root)
            all_there = now == wanted and spool.recovery.finished != ()
            page.claim(all_there, "the batch is whole: every file is as it was meant to be", name_of(now))
            held = spool.touched_files() != [] and self.reader_sees() == self.commits[-1]
            page.claim(held, "it is staged, not published", f"{len(spool.touched_files())} paths")
            self.commit(spool, "the line of worker 1")

    def kill_another(self) -> None:
        """Kills a process in mid-batch, and edits a file by hand before recovery; the batch is taken back."""
        page = self.page
        page.step(
            "Again, and this time a person gets in between",
            "The next process dies in the same way. Before anybody opens the folder, a person saves one of the files",
            "that the batch had changed. What cannot be finished without harm to those bytes must go back whole.",
        )
        path = self.die("worker-2", "# Checked by worker 2.")[0]
        (self.root / path).write_bytes(BY_HAND)
        edited = {**self.head, path: File(self.head[path].mode, BY_HAND)}
        started = time.perf_counter()
        with self.open() as spool:
            self.recovered(spool.recovery, since(started))
            now = standing(self.root)
            page.claim(now == edited, f"the batch is gone from every file, and {path} is the person's", name_of(now))
            page.claim(self.is_refused(spool, path), f"a write to {path} is refused: WorkspaceChanged")
            report = spool.reset()
            left = report.conflicts == (path,) and standing(self.root) == edited
            page.claim(left, "reset names it and leaves it alone", "1 conflict")
            spool.reset(force=True)
            page.claim(standing(self.root) == self.head, "reset with force goes back to the commit", name_of(self.head))
            digest = hashlib.sha256(BY_HAND).hexdigest()
            kept = spool.journal.blob(digest).read() == BY_HAND
            page.claim(kept, "and keeps the person's bytes in the journal first", digest[:12])

    def is_refused(self, spool: Spool, path: str) -> bool:
        """Tells whether a write over a hand edit is refused."""
        try:
            spool.write(path, "over it\n")
        except WorkspaceChanged as error:
            return error.path == path
        return False

    def change_of_mind(self) -> None:
        """Makes a mess and takes it back."""
        page = self.page
        page.step(
            "A change of mind",
            "The agent deletes the package email, empties every file of json and writes fifty new ones. None of it was",
            "a good idea. One reset takes it back.",
        )
        with self.open() as spool:
            going = [path for path in self.head if path.startswith("email/")]
            for path in going:
                spool.delete(path)
            spool.batch([Write(path, "") for path in self.head if path.startswith("json/")])
            spool.batch([Write(f"ideas/{number:02}.txt", f"idea {number}\n") for number in range(50)])
            touched = len(spool.touched_files())
            started = time.perf_counter()
            report = spool.reset()
            took = since(started)
            now = standing(self.root)
            text = f"all {touched} paths are as they were, with their modes"
            page.claim(now == self.head and len(report.restored) == touched, text, f"{name_of(now)}, {took}")
            page.claim(not (self.root / "ideas").exists(), "the folder that was made for them is gone")
            page.claim(spool.reset().restored == (), "a second reset finds nothing to write")

    def look_back(self) -> None:
        """Compares the first commit with what stood there then."""
        self.page.step(
            "An old commit, byte for byte",
            "The journal is asked for the tree of its first commit, from which the root has moved on three times over;",
            "each content is compared with the file that Python has.",
        )
        real, _ = originals()
        with Journal.open(self.journal) as journal:
            old = committed(journal, self.commits[0])
        equal = sum(old.get(path) == file for path, file in real.items())
        text = f"{equal} of {len(real)} files are equal, bytes and modes"
        self.page.claim(old == real == self.before, text, name_of(old))

    def wipe(self) -> None:
        """Removes everything in the root, and brings it back."""
        page = self.page
        page.step("The worst command", "rm -rf of all that is in the folder, .spool too. Then it is opened, and reset.")
        names = sorted(os.listdir(self.root))
        subprocess.run(["rm", "-rf", "--", *names], cwd=self.root, check=True)
        page.claim(os.listdir(self.root) == [] and ".spool" in names, "nothing is left", ", ".join(names))
        started = time.perf_counter()
        with self.open() as spool:
            report = spool.reset()
            took = since(started)
            now = standing(self.root)
            text = f"{len(report.restored)} files are back, as the last commit has them"
            page.claim(now == self.head and len(report.restored) == len(self.head), text, f"{name_of(now)}, {took}")
            page.claim(spool.status().clean, "status has nothing to say")

    def ask(self) -> None:
        """Asks three questions in SQL, and checks the answers by other means."""
        self.page.step(
            "Three questions in SQL", "Every act is a row, and any SQLite client of another process can ask."
        )
        with Journal.open(self.journal) as journal:
            changes, commits = journal.changes(limit=10_000), list(journal.commits(newest_first=False))
            often = [change.path for change in changes]
            rows = self.answer(journal, demo_questions.CHANGED_MOST)
            self.page.claim(rows[0]["commits"] == max(map(often.count, often)), "the feed of changes counts the same")
            rows = self.answer(journal, demo_questions.KILLED_DID)
            ends = [(row["state"], row["published"] > 0, "taken back" in (row["error"] or "")) for row in rows]
            right = ends == [("ok", True, False), ("failed", False, True)]
            self.page.claim(right, "one act was finished and published, the other failed and left nothing")
            rows = self.answer(journal, demo_questions.COMMITS_COST)
            told = [(row["commit_id"], row["files"]) for row in rows]
            same = told == [(commit.id[:12], commit.files) for commit in commits]
            self.page.claim(same, "the commits say the same of themselves", output.plural(len(commits), "commit"))

    def answer(self, journal: Journal, question: tuple[str, str]) -> list[dict[str, Any]]:
        """Shows a question, its SQL and the answer."""
        sentence, sql = question
        rows = self.answers[sentence] = journal.query(sql)
        self.page.line()
        self.page.line(self.page.paint(sentence, "cyan"))
        for each in sql.split("\n"):
            self.page.line(self.page.paint("  " + each, "dim"))
        if not self.page.json:
            grid.table(self.page, rows)
        return rows

    def check(self) -> None:
        """Verifies the journal, and tells what it weighs."""
        page = self.page
        page.step(
            "The books", "The journal checks itself: its pages, its rows, the links of the audit, the commit ids."
        )
        with Journal.open(self.journal) as journal:
            report = journal.verify()
            kept = journal.query("SELECT count(*) AS versions, sum(size) AS bytes FROM blob")[0]
        seen = f"{report.checked.get('invocation', 0)} acts, {report.checked.get('audit_link', 0)} links"
        page.claim(bool(report), "the journal is sound", seen)
        size = self.journal.stat().st_size
        text = f"{kept['versions']} contents of {output.size(kept['bytes'])} together take {output.size(size)}"
        page.claim(size < kept["bytes"], text)
