"""What a session logs, under its brand, so that a host that runs several programs can tell its lines apart."""

import logging
from collections.abc import MutableMapping
from typing import Any

from journal.errors import UsageError
from journal.limits import LOG_BRAND_MAX

LOG_BRAND = "brAInwav"
"""what a session's lines begin with, unless its host says otherwise."""


class Branded(logging.LoggerAdapter[logging.Logger]):
    """A logger whose lines begin with `[brand]`; records carry `brand` and `session` for structured handlers."""

    def __init__(self, name: str, brand: str, session: str) -> None:
        super().__init__(logging.getLogger(f"journal.{name}"), {"brand": brand, "session": session})
        self._brand = brand

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Gives a line its brand, and its record the fields of the session."""
        return f"[{self._brand}] {msg}", {**kwargs, "extra": {**(self.extra or {}), **(kwargs.get("extra") or {})}}


def checked_brand(brand: object) -> str:
    """Checks a brand.

    Raises:
        UsageError: it is no short line of printable text without `%`, which would be filled in.
    """
    if not isinstance(brand, str) or not 0 < len(brand) <= LOG_BRAND_MAX or not brand.isprintable() or "%" in brand:
        hint = f"pass up to {LOG_BRAND_MAX} printable characters without %"
        raise UsageError(f"log_brand is {brand!r:.200}", hint=hint)
    return brand
