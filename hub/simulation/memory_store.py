"""The store in memory that the stations of incidents, deadlines, shelves and device events run on."""

from hub.simulation.memory_intake import MemoryIntake


class MemoryStore(MemoryIntake):
    """Everything but the outbox, which has its own (`memory_outbox`). Bound to one transaction."""
