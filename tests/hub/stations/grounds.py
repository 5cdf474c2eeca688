"""Every implementation of the ports, each on its ground. Another one joins the suite with one line here."""

from collections.abc import Callable

from tests.hub.stations.ground import Ground
from tests.hub.stations.memory_ground import MemoryGround
from tests.hub.stations.sql_ground import SqlGround

#: By name: what makes its ground from the address of an empty hub's database.
GROUNDS: dict[str, Callable[[str], Ground]] = {
    "sql": SqlGround,
    "memory": MemoryGround,
}
