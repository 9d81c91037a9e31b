"""Which path became which, by their names: the longest common end first, then by path bytes, each once."""

from hypothesis import given
from hypothesis import strategies as st

from journal.content import paths as names
from journal.content.pairing import best, matched, namesakes

paths = st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), max_size=8, unique=True)


def test_the_same_file_name_comes_first_then_the_folders_above_it() -> None:
    assert matched(["x/b/f", "x/a/f", "g"], ["y/a/f"]) == [("x/a/f", "y/a/f")]
    assert matched(["a/g", "z/f"], ["new/f"]) == [("z/f", "new/f")]
    assert matched(["a", "b"], ["d", "c"]) == [("a", "c"), ("b", "d")]
    assert matched(["z/f", "a/f"], ["f", "n/f"]) == [("a/f", "f"), ("z/f", "n/f")]
    assert matched(["ü", "z"], ["a"]) == [("z", "a")]
    assert matched(["lib/f", "f"], ["src/lib/f"]) == [("lib/f", "src/lib/f")]


@given(paths, paths)
def test_each_path_is_paired_once_as_long_as_there_are_any(gone: list[str], come: list[str]) -> None:
    found = matched(gone, come)
    assert len(found) == min(len(gone), len(come))
    assert len({old for old, _ in found}) == len({new for _, new in found}) == len(found)
    assert sorted(found) == sorted(matched(gone[::-1], come[::-1]))


def test_namesakes_are_those_with_the_longest_common_end() -> None:
    gone = ["one/a/__init__.py", "one/b/__init__.py", "c.py", "one/c.py"]
    assert list(namesakes(gone, ["two/a/__init__.py"])) == [("one/a/__init__.py", "two/a/__init__.py")]
    assert list(namesakes(gone, ["two/x/__init__.py"])) == [(each, "two/x/__init__.py") for each in gone[:2]]
    assert list(namesakes(gone, ["c.py"])) == [("c.py", "c.py"), ("one/c.py", "c.py")]
    assert list(namesakes(gone, ["d.py"])) == list(namesakes([], ["c.py"])) == []


def test_the_best_pairs_are_chosen_and_ties_are_settled_by_name() -> None:
    assert best({("a", "x"): 60, ("b", "x"): 90, ("b", "y"): 80, ("a", "y"): 50}) == {"x": "b", "y": "a"}
    assert best({("a/g", "f"): 60, ("z/f", "f"): 60}) == {"f": "z/f"}
    assert best({("b", "y"): 60, ("a", "y"): 60, ("b", "x"): 60}) == {"x": "b", "y": "a"}
    assert best({}) == {}


@given(st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(50, 52), max_size=16))
def test_the_choice_does_not_hang_on_the_order_in_which_pairs_come(scores: dict[tuple[str, str], int]) -> None:
    found = best(scores)
    assert found == best(dict(reversed(scores.items())))
    assert len(set(found.values())) == len(found)
    assert all((old, new) in scores for new, old in found.items())
    assert all(new in found or old in found.values() for old, new in scores)
    assert sorted(found, key=names.key) == sorted(found)
