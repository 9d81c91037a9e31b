"""Which places stand below the lines that a hunk names."""

import pytest

from journal.content.ground import Ground
from journal.content.lines import split
from journal.content.scopes import inside

TEXT = split(
    b"class A:\n    def f(self):\n        one\n\n    def g(self):\n        one\n\nclass B:\n    def f(self):\n"
    b"        one\n# Heading\none\nother\none\nvoid h()\n{\n    one\n}\none\n"
)
PLACES = [at for at, line in enumerate(TEXT) if line.strip() == b"one"]


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ([b"class A:"], {2, 5}),
        ([b"class A:", b"def f(self):"], {2}),
        ([b"class B:"], {9}),
        ([b"    def f(self):"], {2, 9}),
        ([b"# Heading"], {11}),
        ([b"class A"], {2, 5}),
        ([b"class B", b"def f"], {9}),
        ([b"clas"], set()),
        ([b"class C:"], set()),
        ([b"class B:", b"def g(self):"], set()),
        ([b"void h()"], {16}),
    ],
)
def test_the_body_below_a_name_or_what_is_nearest_to_it(above: list[bytes], found: set[int]) -> None:
    assert inside(PLACES, above, Ground(TEXT))[0] == found
