"""Compares the package with `surface.pyi`, the names that programs outside are written against.

What the package does not have yet is listed in `still_to_come.txt`, one dotted name a line: `Spool.patch`, or
`Spool.open(track)` for a parameter. `python -m tests.support.contract --write` writes that list anew.
"""
from __future__ import annotations

import ast
import dataclasses
import inspect
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

STUB = Path(__file__).with_name("surface.pyi")
STILL_TO_COME = Path(__file__).with_name("still_to_come.txt")
FREE = object()  # the stub leaves the default to the package
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Value:
    """One parameter or field: its default is `inspect.Parameter.empty` for none, FREE for any."""

    name: str
    default: Any
    keyword_only: bool = False

    def agrees_with(self, other: Value) -> bool:
        """Whether the stub's value, this one, is kept by the package's."""
        if self.default is FREE or self.default is inspect.Parameter.empty:
            return True
        return type(self.default) is type(other.default) and bool(self.default == other.default)


@dataclass(slots=True)
class Comparison:
    """What the package lacks, and what it has otherwise than the stub."""

    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def values(self, name: str, stub: Sequence[Value], package: Sequence[Value], pattern: str) -> None:
        """Compares parameters or fields; `pattern` names one of them, as in `{}({})`."""
        theirs = {value.name: value for value in package}
        self.missing.extend(pattern.format(name, value.name) for value in stub if value.name not in theirs)
        shared = [value for value in stub if value.name in theirs]
        known = {value.name for value in stub}
        for kind in (False, True):  # the order of what can only be given by keyword matters to nobody but the reader
            order = [value.name for value in shared if value.keyword_only is kind]
            found = [value.name for value in package if value.name in order]
            if order != found:
                self.wrong.append(f"{name}: the order is {', '.join(found)}, and should be {', '.join(order)}")
        for value in shared:
            here = theirs[value.name]
            if not value.agrees_with(here):
                self.wrong.append(f"{name}: {value.name} defaults to {here.default!r}, and should to {value.default!r}")
            if value.keyword_only is not here.keyword_only:
                self.wrong.append(f"{name}: {value.name} can be given by keyword only in one of the two")
        for value in package:
            if value.name not in known and not value.name.startswith("_") and value.default is inspect.Parameter.empty:
                self.wrong.append(f"{name}: {value.name} is not in the contract and has no default")


def compare(package: ModuleType, stub: str) -> Comparison:
    """Holds the public names of `package` against the text of a stub."""
    result = Comparison()
    expected = dict(_definitions(ast.parse(stub).body))
    exported = [name for name in package.__all__ if not name.startswith("__")]
    result.wrong.extend(f"{name} is public and not in the contract" for name in exported if name not in expected)
    for name, node in expected.items():
        if name not in exported:
            result.missing.append(name)
        elif isinstance(node, ast.ClassDef):
            _compare_class(result, name, node, getattr(package, name))
        elif isinstance(node, Function):
            result.values(name, _stub_parameters(node), _parameters(getattr(package, name)), "{}({})")
    return result


def _definitions(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.ClassDef | Function):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node


def _compare_class(result: Comparison, name: str, node: ast.ClassDef, found: type) -> None:
    members, bases = dict(_definitions(node.body)), found.__mro__[1:]
    fields = {member: part for member, part in members.items() if isinstance(part, ast.AnnAssign)}
    if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
        if not dataclasses.is_dataclass(found):
            result.wrong.append(f"{name} is not a dataclass")
            return
        inherited = {member for base in bases for member in getattr(base, "__dataclass_fields__", {})}
        own = [value for value in _fields(found) if value.name in fields or value.name not in inherited]
        result.values(name, [_stub_field(member, part) for member, part in fields.items()], own, "{}.{}")
    else:
        attributes = _attributes(found)
        result.missing.extend(f"{name}.{member}" for member in fields if member not in attributes)
    for member, part in members.items():
        if isinstance(part, Function):
            _compare_method(result, f"{name}.{member}", part, found)


def _compare_method(result: Comparison, name: str, node: Function, found: Any) -> None:
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    there = inspect.getattr_static(found, node.name, None)
    if there is None or (node.name.startswith("__") and there is getattr(object, node.name, None)):
        if node.name not in _attributes(found) or "property" not in decorators:
            result.missing.append(name)
    elif "property" in decorators:
        if inspect.isroutine(there) or isinstance(there, classmethod | staticmethod):
            result.wrong.append(f"{name} is a method, and should be a property")
    elif not callable(getattr(found, node.name)):
        result.wrong.append(f"{name} is not a method, and should be one")
    elif not node.name.startswith("__"):
        stub = _stub_parameters(node)[0 if "staticmethod" in decorators else 1 :]
        package = _parameters(getattr(found, node.name))[0 if isinstance(there, classmethod | staticmethod) else 1 :]
        result.values(name, stub, package, "{}({})")


def _stub_field(name: str, node: ast.AnnAssign) -> Value:
    return Value(name, _default(node.value))


def _stub_parameters(node: Function) -> list[Value]:
    places = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [*[None] * (len(places) - len(node.args.defaults)), *node.args.defaults]
    values = [Value(place.arg, _default(default)) for place, default in zip(places, defaults, strict=True)]
    keywords = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return [*values, *(Value(place.arg, _default(default), keyword_only=True) for place, default in keywords)]


def _default(node: ast.expr | None) -> Any:
    if node is None:
        return inspect.Parameter.empty
    value = ast.literal_eval(node)
    return FREE if value is ... else value


def _parameters(function: Any) -> list[Value]:
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        Value(parameter.name, parameter.default, parameter.kind is inspect.Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind not in variable
    ]


def _fields(found: Any) -> list[Value]:
    values = []
    for part in dataclasses.fields(found):
        default = part.default
        if part.default_factory is not dataclasses.MISSING:
            default = part.default_factory()
        values.append(Value(part.name, inspect.Parameter.empty if default is dataclasses.MISSING else default))
    return values


def _attributes(found: type) -> set[str]:
    """Every name an instance has: by its classes, their annotations, or what their methods set on `self`."""
    names = set(dir(found))
    for base in found.__mro__:
        names.update(inspect.get_annotations(base))
        if base.__module__.partition(".")[0] not in ("builtins", "io", "_io", "abc", "typing"):
            names.update(_set_on_self(base))
    return names


def _set_on_self(found: type) -> Iterator[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            yield node.attr


def still_to_come() -> list[str]:
    """The names that the package is known not to have yet."""
    return STILL_TO_COME.read_text(encoding="utf-8").split("\n")[:-1]


def main(arguments: Sequence[str]) -> int:
    """Prints how the package differs from the contract, or with --write writes down what is still to come."""
    import journal

    result = compare(journal, STUB.read_text(encoding="utf-8"))
    if list(arguments) == ["--write"]:
        STILL_TO_COME.write_text("".join(f"{name}\n" for name in sorted(result.missing)), encoding="utf-8")
    for line in (*result.wrong, *(() if "--write" in arguments else sorted(result.missing))):
        sys.stdout.write(f"{line}\n")
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
