"""The PostgreSQL that comes with the hub: started, watched, stopped, backed up without anybody's help.

Only processes and files live here; what is inside the database belongs to `hub.storage`.
"""

from hub.embedded.errors import EmbeddedDatabaseError
from hub.embedded.server import EmbeddedPostgres

__all__ = ["EmbeddedDatabaseError", "EmbeddedPostgres"]
