"""The protocol's model: the short scenarios hold whole, and each rule is needed."""

import pytest

from tests.model.protocol import RULES, counterexample, explore, main

SHORT = {"create": (21_355, 1_610), "delete": (6_160, 809)}
BREAKS = {
    "mark": "torn file left at a",
    "capture": "foreign content destroyed: Fa",
    "exchange": "foreign content destroyed: Fa",
    "keep": "foreign content destroyed: Fa",
    "same": "recovery overrode what the user put back",
    "ack": "half of an unacknowledged batch is left",
    "lost": "torn file left at a",
    "aside": "torn file left at a",
    "stamp": "torn file left at a",
    "seq": "torn file left at a",
}


@pytest.mark.parametrize("name", SHORT)
def test_a_short_scenario_holds_whole(name: str) -> None:
    found = explore(name, RULES)
    assert found.bad == {}
    assert (found.runs, found.crash_states) == SHORT[name]


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_an_invariant_breaks(rule: str) -> None:
    assert counterexample(rule) == BREAKS[rule]


def test_it_runs_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["delete"]) == 0
    assert "6160 executions" in capsys.readouterr().out
