"""A fresh database on each engine."""

from collections.abc import AsyncIterator

import pytest

from tests.storage.house import House, open_house


@pytest.fixture
async def house(fresh_url: str) -> AsyncIterator[House]:
    house = await open_house(fresh_url)
    yield house
    await house.close()
