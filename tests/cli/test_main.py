"""The command line finds the command that is meant, answers for every mistake, and starts without the engine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from journal.cli import main as cli
from tests.cli.running import Runner

SPOOL = [sys.executable, "-m", "journal.cli.main"]


def run(*argv: str, cwd: Path, **options: object) -> "subprocess.CompletedProcess[str]":
    command = [*SPOOL, *argv]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in ([], ["--help"], ["help"], ["-h"]):
        assert cli.main(argv) == 0
        text = capsys.readouterr().out
        assert all(f"  {name}" in text for name in cli.available())
        assert "Exit codes" in text


@pytest.mark.parametrize("name", cli.available())
def test_every_command_tells_how_it_is_called(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for argv in ([name, "--help"], ["help", name]):
        assert cli.main(argv) == 0
        text = capsys.readouterr().out
        assert text.startswith(f"usage: spool {name}")
        assert "--json" in text and "-C DIR" in text and "--plain" in text
        assert cli.SENTENCES[name][1:] in text


def test_a_command_that_is_not_installed_is_not_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "LATE", {"where"})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cli.main([]) == 0
    assert "  where " not in capsys.readouterr().out
    assert cli.main(["where"]) == 2


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"spool {cli.version()}\n"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["statsu"], "Did you mean `spool status`?"),
        (["rm", "x"], "Did you mean `spool delete`?"),
        (["qqqq"], "`spool --help` lists the commands."),
        (["write"], "the following arguments are required: PATH"),
        (["status", "--nope"], "unrecognized arguments: --nope"),
        (["--nope", "status"], "unrecognized arguments: --nope"),
        (["-C"], "argument -C/--root: expected one argument"),
        (["log", "-n", "many"], "argument -n/--limit: 'many' is no whole number from 1 up"),
        (["log", "-n", "0"], "argument -n/--limit: '0' is no whole number from 1 up"),
        (["diff", "--stauts"], "unrecognized arguments: --stauts\n       Did you mean --stat?"),
        (["--jsn=1", "status"], "Did you mean --json?"),
        (["audit", "--sesion", "x"], "Did you mean --session?"),
        (["checkout", "main"], "the following arguments are required: FOLDER\n"),
        (["diff", "--stat", "--name-only"], "not allowed with argument"),
        (["-C", "no/such/folder", "status"], "there is no folder 'no/such/folder'"),
    ],
)
def test_mistakes_are_answered(argv: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(argv) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("spool: ")
    assert told in captured.err
    assert captured.out == ""


def test_mistakes_are_documents_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["statsu", "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    error = json.loads(captured.err)
    assert (error["version"], error["error"], error["exit_code"]) == (1, "usage_error", 2)


def test_options_stand_before_or_after_the_command(committed: Runner, root: Path) -> None:
    assert committed("status", "--json").json == committed("--json", "status").json
    assert cli.split(["-C", "x", "--root=y", "--json", "log", "-n", "1"]) == (
        ["-C", "x", "--root=y", "--json"],
        ["log", "-n", "1"],
    )


def test_options_and_operands_come_in_any_order(committed: Runner) -> None:
    assert "src/b.txt" in committed("show", "main", "--stat", "src").out
    committed("write", "--text", "x", "--", "-odd")
    assert committed("diff", "--name-only", "--", "-odd").out == "-odd\n"
    assert committed("delete", "a.txt", "--plain", "--", "-odd").out == "D  a.txt  -3\nD  -odd  -1\n"


def test_an_interrupt_ends_quietly(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(argv: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run", interrupted)
    assert cli.main(["status"]) == 130
    assert capsys.readouterr().err == ""


def test_a_process_of_its_own(root: Path) -> None:
    made = run("init", cwd=root)
    assert (made.returncode, made.stderr) == (0, "")
    written = run("write", "a.txt", cwd=root, input="hello\n")
    assert written.stdout == "A  a.txt  +1\n"
    told = run("status", "--json", cwd=root)
    assert [entry["path"] for entry in json.loads(told.stdout)["staged"]] == ["a.txt"]
    refused = run("write", "../a.txt", "--text", "x", cwd=root)
    assert refused.returncode == 2
    assert refused.stderr.startswith("spool: ") and "Traceback" not in refused.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_error(unbuffered: str, committed: Runner, root: Path) -> None:
    committed("write", "long.txt", "--text", "line\n" * 200_000)
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(
        [*SPOOL, "diff"], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_full_disk_is_told(committed: Runner, root: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    for environment in (buffered, buffered | {"PYTHONUNBUFFERED": "1"}):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [*SPOOL, "log"], cwd=root, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment
            )
        assert done.returncode == 6
        assert done.stderr.startswith("spool: the system refused: No space left on device\n")
        assert len(done.stderr.splitlines()) == 2


def test_help_imports_no_command(root: Path) -> None:
    code = "import sys; from journal.cli.main import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    imported = {name for name in done.stdout.splitlines()[-1].split() if name.startswith("journal.cli.")}
    assert imported == {"journal.cli.main", "journal.cli.failures", "journal.cli.output"}
