"""`spool completion` prints scripts; the one of bash is run by bash."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from journal.cli import completion
from journal.cli.main import main
from tests.cli.running import Runner

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
ASKS = """
eval "$(spool completion bash)"
while read -r -a COMP_WORDS; do
    [[ ${COMP_WORDS[-1]} == _ ]] && COMP_WORDS[-1]=
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _spool spool
    echo "${COMPREPLY[*]}"
done
"""


def bash(root: Path, tmp_path: Path, *lines: str) -> list[str]:
    """Gives what bash completes at the end of each line, where `_` is a word not yet begun."""
    command = tmp_path / "bin" / "spool"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m journal.cli.main "$@"\n')
    command.chmod(0o755)
    done = subprocess.run(
        ["bash", "--norc", "-c", ASKS],
        cwd=root,
        env={**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"},
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@needs_bash
def test_bash_completes(committed: Runner, root: Path, tmp_path: Path) -> None:
    head = committed("status", "--json").json["head"][:12]
    told = {
        "spool ver": "verify",
        "spool diff --fr": "--from",
        f"spool diff --from = {head[:3]}": head,
        "spool show main _": "a.txt src/",
        "spool show main src/": "src/b.txt",
        "spool write a": "",  # the shell's own files
        "spool completion f": "fish",
    }
    assert dict(zip(told, bash(root, tmp_path, *told), strict=True)) == told


@pytest.mark.parametrize("shell", completion.SCRIPTS)
def test_a_script_registers_itself(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert script == completion.SCRIPTS[shell]
    registers = {"bash": "complete -F _spool spool", "zsh": "compdef _spool spool", "fish": "complete -c spool"}
    assert "completion --words" in script and registers[shell] in script
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in ([], ["tcsh"], ["bash", "zsh"]):
        assert main(["completion", *argv]) == 2
        assert "Name one of bash, zsh, fish" in capsys.readouterr().err
