"""Every test of what awaits runs on asyncio and on trio."""

import importlib.util

import pytest


@pytest.fixture(
    params=[
        "asyncio",
        pytest.param("trio", marks=pytest.mark.skipif(not importlib.util.find_spec("trio"), reason="no trio here")),
    ]
)
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)
