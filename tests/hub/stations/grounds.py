"""Every implementation of the ports, each on its ground. Another one joins the suite with one line here."""

from collections.abc import Callable

from tests.hub.stations.ground import Ground
from tests.hub.stations.memory_ground import MemoryGround
from tests.hub.stations.sql_ground import SqlGround

#: By name: what makes its ground. Who needs an empty hub's database asks for its address.
GROUNDS: dict[str, Callable[[Callable[[], str]], Ground]] = {
    "sql": lambda database: SqlGround(database()),
    "memory": lambda _database: MemoryGround(),
}
