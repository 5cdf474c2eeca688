"""`hub serve`: one process per role and the embedded database, kept running together and ended together.

This process is the parent of all others and must outlive their mistakes: it holds nothing but processes, imports next
to nothing, and knows neither settings nor tables. `hub.cli.serve` hands it a `Plan` and becomes it.
"""

from hub.supervisor.plan import Door, Plan
from hub.supervisor.watch import Supervisor

__all__ = ["Door", "Plan", "Supervisor"]
