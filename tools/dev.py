"""Sets up the checkout, then runs its demonstration, its tests, its checks or its benchmarks.

    python3 tools/dev.py demo             a walk through the command line, in a throw-away folder
    python3 tools/dev.py test [ARG...]    everything that must hold; ARG goes to pytest
    python3 tools/dev.py check            the same without the tests: ruff, mypy, house rules
    python3 tools/dev.py sweep [ARG...]   every crash point of every verb, which takes longer
    python3 tools/dev.py soak [--minutes N] [--seed S]
                                          random agents killed at random moments, for as long as there is time
    python3 tools/dev.py bench [NAME...]  the benchmarks, or those named

Only the standard library is used here: the first run makes `.venv` in the checkout, and later runs use it as it is
until `pyproject.toml` changes.
"""
from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PYTHON_MIN = (3, 11)
PIP_MIN = (22, 3)  # the first pip that installs into another environment, by --python
STAMP = "spool-installed"
CHECKED = ("journal", "tools", "tests", "benchmarks")
INTERRUPTED = 130


class Trouble(Exception):
    """What keeps a command from running, as one sentence with the cure."""

    def __init__(self, message: str, code: int = 2) -> None:
        """Ends the command with `code`, after `message`."""
        super().__init__(message)
        self.code = code


class Checkout:
    """A checkout with its virtual environment."""

    def __init__(self, folder: Path) -> None:
        """Looks at `folder`; makes nothing."""
        self.folder = folder
        self.venv = folder / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamp = self.venv / STAMP

    def ready(self, extras: Iterable[str] = ()) -> None:
        """Makes the environment hold the project with `extras`, and costs next to nothing when it already does."""
        if venv_version(self.python) != sys.version_info[:2]:
            self.rebuild()
        installed = read_stamp(self.stamp)
        wanted = sorted(set(extras) | set(installed[1:]))
        expected = [pyproject_digest(self.folder), *wanted]
        if installed != expected:
            self.install(wanted)
            self.stamp.write_text("\n".join(expected) + "\n")

    def rebuild(self) -> None:
        """Makes `.venv` anew, for the Python that runs this."""
        with_pip = has_ensurepip()
        if not with_pip and not has_usable_pip([sys.executable]):
            raise Trouble(
                f"{sys.executable} has neither ensurepip nor a pip of {'.'.join(map(str, PIP_MIN))} or newer; "
                "install one of them, for example: apt install python3-venv"
            )
        remove_venv(self.venv)
        say(f"Making .venv with Python {sys.version_info[0]}.{sys.version_info[1]} (only the first time).")
        options = [] if with_pip else ["--without-pip"]
        quietly([sys.executable, "-m", "venv", *options, str(self.venv)], "The virtual environment could not be made.")

    def install(self, extras: Sequence[str]) -> None:
        """Installs the project into `.venv` so that an edit counts at once."""
        target = str(self.folder) + (f"[{','.join(extras)}]" if extras else "")
        say("Installing the project and what it needs (again only when pyproject.toml changes).")
        quietly(
            [*pip_command(self.python), "install", "--disable-pip-version-check", "--editable", target],
            "pip could not install the project; its output stands above.",
        )

    def run(self, *command: str) -> int:
        """Runs `command` in the checkout, with the terminal as its own, and returns its exit code."""
        code = subprocess.run(command, cwd=self.folder, check=False).returncode
        return code if code >= 0 else 128 - code

    def run_python(self, *arguments: str) -> int:
        """Runs the environment's Python, as `run` does."""
        return self.run(str(self.python), *arguments)


def say(sentence: str) -> None:
    """Prints one line at once, before the output of what is run next."""
    print(sentence, flush=True)


def quietly(command: Sequence[str], failure: str) -> None:
    """Runs `command` without a word; when it fails, shows what it said and raises `failure`."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        say(done.stdout.rstrip())
        raise Trouble(failure, done.returncode if done.returncode > 0 else 1)


def pyproject_digest(folder: Path) -> str:
    """The SHA-256 of the file that says what must be installed."""
    return hashlib.sha256((folder / "pyproject.toml").read_bytes()).hexdigest()


def read_stamp(stamp: Path) -> list[str]:
    """What was installed last: the digest of `pyproject.toml`, then the extras; [] when nothing is known."""
    try:
        return stamp.read_text().split()
    except OSError:
        return []


def venv_version(python: Path) -> tuple[int, int] | None:
    """The version of the environment's Python, or None when it is missing or does not start."""
    try:
        done = subprocess.run(
            [str(python), "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=True
        )
        major, minor = done.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def remove_venv(venv: Path) -> None:
    """Removes an environment that is of no use, and refuses to remove a folder that is none."""
    if venv.is_symlink() or venv.is_file():
        raise Trouble(f"{venv} is not a folder; remove it and run this again.")
    if venv.exists():
        if any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
            raise Trouble(f"{venv} is not a virtual environment; move it away and run this again.")
        shutil.rmtree(venv)


def has_ensurepip() -> bool:
    """Whether this Python can put pip into a new environment; a Debian one cannot without python3-venv."""
    return importlib.util.find_spec("ensurepip") is not None


def has_usable_pip(python: Sequence[str], oldest: tuple[int, int] = PIP_MIN) -> bool:
    """Whether `python` has a pip that is new enough."""
    done = subprocess.run([*python, "-m", "pip", "--version"], capture_output=True, text=True, check=False)
    found = pip_version(done.stdout) if done.returncode == 0 else None
    return found is not None and found >= oldest


def pip_version(line: str) -> tuple[int, int] | None:
    """The version in what `pip --version` prints, or None."""
    found = re.match(r"pip (\d+)\.(\d+)", line)
    return (int(found[1]), int(found[2])) if found else None


def pip_command(python: Path) -> list[str]:
    """How to call pip for the environment of `python`: its own, else that of the Python that runs this."""
    if has_usable_pip([str(python)], oldest=(0, 0)):
        return [str(python), "-m", "pip"]
    if has_usable_pip([sys.executable]):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    raise Trouble("There is no pip for .venv; install one, for example: apt install python3-venv")


def first_failure(steps: Iterable[tuple[str, Callable[[], int]]]) -> int:
    """Runs named steps in order up to the first that fails, and returns its code, or 0."""
    for name, step in steps:
        say(f"== {name}")
        code = step()
        if code != 0:
            say(f"== {name} failed (exit code {code})")
            return code
    return 0


def demo(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Shows what the journal does, by its own command line."""
    checkout.ready()
    return checkout.run(str(checkout.venv / "bin" / "spool"), "demo", *arguments)


def check(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Checks style, types and house rules; takes no `arguments`, as there is nothing to choose."""
    if arguments:
        raise Trouble(f"check takes no arguments, and was given: {' '.join(arguments)}")
    checkout.ready(["dev"])
    folders = [name for name in CHECKED if any((checkout.folder / name).glob("**/*.py"))]
    return first_failure(
        [
            ("ruff", lambda: checkout.run_python("-m", "ruff", "check", "--quiet", ".")),
            ("mypy", lambda: checkout.run_python("-m", "mypy", "--strict", *folders)),
            ("tidy", lambda: checkout.run_python("tools/tidy.py")),
        ]
    )


def test(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Runs every check, then every test."""
    return check(checkout, ()) or first_failure([("pytest", lambda: checkout.run_python("-m", "pytest", *arguments))])


def sweep(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Kills the process at every write of every verb, and looks at what is left."""
    checkout.ready(["dev"])
    return checkout.run_python("-m", "pytest", "tests/crash", "--sweep=whole", "-s", *arguments)


def soak(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Kills agents at work at random moments, for some minutes, and looks at what is left."""
    checkout.ready(["dev"])
    return checkout.run_python("-m", "tests.crash.soak", *arguments)


def bench(checkout: Checkout, arguments: Sequence[str]) -> int:
    """Runs the benchmarks one after the other, all of them also when one fails."""
    scripts = chosen_benchmarks(checkout.folder / "benchmarks", arguments)
    checkout.ready(["bench"])
    codes = []
    for script in scripts:
        say(f"== {script.stem}")
        codes.append(checkout.run_python(str(script)))
    return next((code for code in codes if code != 0), 0)


def chosen_benchmarks(folder: Path, names: Sequence[str]) -> list[Path]:
    """The benchmarks to run: all, or those named; a module that starts with an underscore serves the others."""
    every = {path.stem: path for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")}
    unknown = [name for name in names if name not in every]
    if unknown:
        raise Trouble(f"There is no benchmark named {', '.join(unknown)}; there are: {', '.join(every) or 'none'}.")
    return [every[name] for name in names] if names else list(every.values())


COMMANDS: dict[str, Callable[[Checkout, Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "check": check,
    "sweep": sweep,
    "soak": soak,
    "bench": bench,
}


def main(arguments: Sequence[str]) -> int:
    """Runs the command that `arguments` name, and returns its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        say((__doc__ or "").strip())
        return 0 if arguments else 2
    try:
        if sys.version_info[:2] < PYTHON_MIN:
            found = sys.version.split()[0]
            raise Trouble(f"Python {'.'.join(map(str, PYTHON_MIN))} or newer is needed; this is {found}.")
        command = COMMANDS.get(arguments[0])
        if command is None:
            raise Trouble(f"There is no command named {arguments[0]}; there are: {', '.join(COMMANDS)}.")
        return command(Checkout(CHECKOUT), arguments[1:])
    except Trouble as trouble:
        print(trouble, file=sys.stderr, flush=True)
        return trouble.code
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
