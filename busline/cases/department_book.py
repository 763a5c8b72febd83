"""Departments as the district sets them: listed, and changed one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from busline.cases.case import DepartmentId
from busline.cases.departments import ConnectorKind, Department
from busline.cases.history import UnknownDepartmentError, department_of
from busline.store.pool import Pool, transaction
from busline.store.sql import load_queries

SQL = load_queries(__file__)


@dataclass(frozen=True, slots=True)
class Staffed:
    """A department, and how many families wait for it."""

    department: Department
    waiting: int


class DepartmentBook:
    """The departments of one installation."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def all(self) -> tuple[Staffed, ...]:
        """Every department, with how many families wait for it."""
        return tuple(Staffed(department_of(row), row["waiting"]) for row in await self._pool.fetch(SQL["departments"]))

    async def change(
        self, department_id: DepartmentId, become: Callable[[Department], Department], now: datetime
    ) -> Department:
        """The department as it is from now on. Where it works elsewhere than before, what has not got through yet goes
        there. Raises UnknownDepartmentError."""
        async with transaction(self._pool) as connection:
            row = await connection.fetchrow(SQL["department_to_change"], department_id)
            if row is None:
                raise UnknownDepartmentError(f"There is no department {department_id!r}, so nothing was changed.")
            before = department_of(row)
            after = become(before)
            await connection.execute(
                SQL["set_department"],
                department_id,
                after.owner.name,
                after.owner.address,
                after.next_up.name,
                after.next_up.address,
                after.connector,
                after.target,
                after.hours.opens_minute,
                after.hours.closes_minute,
                after.hours.weekdays,
                sorted(after.hours.closed_on),
                after.hours.expected_minutes,
                after.hours.urgent_minutes,
            )
            if after.connector is ConnectorKind.NONE:
                await connection.execute(SQL["drop_deliveries"], department_id)
            elif after.connector is not before.connector:
                await connection.execute(SQL["redirect_deliveries"], department_id, after.connector, now)
            return after
