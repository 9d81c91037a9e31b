"""The codes of findings: each is documented, planted in a test, and bounded in number."""

from pathlib import Path

import pytest

from journal.rescue.codes import CODES, Findings, finding
from tests.rescue import damages

README = Path(__file__).resolve().parents[2] / "README.md"


def test_every_code_is_planted_somewhere() -> None:
    planted = damages.planted(damages.ROWS, damages.FULL, damages.WARNINGS)
    assert planted | damages.ELSEWHERE == set(CODES)
    assert not planted & damages.ELSEWHERE


def test_every_code_is_found_alone() -> None:
    lists = (damages.ROWS, damages.FULL, damages.WARNINGS)
    alone = {code for each in lists for _, _, found in each if len(found) == 1 for code in found}
    assert set(CODES) - alone - damages.ELSEWHERE == {"rename", "more"}  # a rename is part of the id of its commit


def test_the_table_of_the_readme_is_that_of_the_code() -> None:
    rows = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    for code, known in CODES.items():
        when = " (full)" if known.full else ""
        assert f"| `{code}` | {known.severity}{when} | {known.meaning} |" in rows


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_it_means_and_what_to_do(code: str) -> None:
    found = finding(code, "subject", "message")
    assert (found.severity, found.hint) == (CODES[code].severity, CODES[code].cure)
    assert CODES[code].meaning
    assert found.hint


def test_what_comes_too_often_is_counted_and_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("journal.rescue.codes.FINDINGS_PER_CODE_MAX", 2)
    found = Findings()
    for number in range(5):
        found.add(finding("chunk-digest", f"chunk {number}", "torn"))
    assert [(each.code, each.subject, each.message) for each in found.all()] == [
        ("chunk-digest", "chunk 0", "torn"),
        ("chunk-digest", "chunk 1", "torn"),
        ("more", "chunk-digest", "3 more are not listed"),
    ]
