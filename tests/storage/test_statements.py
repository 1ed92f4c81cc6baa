from pathlib import Path

from storage.database import backend
from storage.statements import Insert, Lookup
from storage.tables import OP
from tests.storage.house import House, device, with_tables

INSERT, LOOKUP = Insert(OP), Lookup(OP, "voter_key", "op")


async def test_rows_are_found_by_whole_keys(house: House) -> None:
    rows = [{"voter_key": device(n), "op": f"op-{n}", "sign": 1} for n in range(3)]
    await house.database.write(lambda connection: INSERT(connection, rows))
    wanted = [(device(0), "op-0"), (device(1), "op-2"), (device(7), "op-0")]
    found = await house.database.write(lambda connection: list(LOOKUP(connection, wanted)))
    assert [(row.voter_key, row.op, row.sign) for row in found] == [(device(0), "op-0", 1)]
    assert await house.database.write(lambda connection: list(LOOKUP(connection, []))) == []


def _steps(folder: Path, number: int) -> int:
    """Of SQLite's machine, to look for so many new ops of voters who have one already."""
    steps: list[None] = []
    with backend(with_tables(folder / f"{number}.db")).connect() as connection, connection.begin():
        INSERT(connection, [{"voter_key": device(n), "op": f"old-{n}", "sign": 1} for n in range(number)])
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(lambda: steps.append(None), 1)
        assert list(LOOKUP(connection, [(device(n), f"new-{n}") for n in range(number)])) == []
        driver.set_progress_handler(None, 1)
    return len(steps)


def test_many_voters_are_looked_up_in_as_many_steps(tmp_path: Path) -> None:
    assert _steps(tmp_path, 400) < 12 * _steps(tmp_path, 50)
