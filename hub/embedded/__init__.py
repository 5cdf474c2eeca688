"""The PostgreSQL that comes with the hub: started, watched, stopped, backed up without anybody's help.

Only processes and files live here; what is inside the database belongs to `hub.storage`.
"""

from hub.embedded.errors import DirectoryInUseError, EmbeddedDatabaseError
from hub.embedded.lock import Purpose
from hub.embedded.run_file import RunFile
from hub.embedded.server import EmbeddedPostgres

__all__ = ["DirectoryInUseError", "EmbeddedDatabaseError", "EmbeddedPostgres", "Purpose", "RunFile"]
