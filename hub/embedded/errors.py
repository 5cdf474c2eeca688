"""What can go wrong around the embedded database, as sentences for the person who started the hub."""


class EmbeddedDatabaseError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


class DirectoryInUseError(EmbeddedDatabaseError):
    """Another hub holds the data directory; `serving` tells whether its database can be used meanwhile."""

    def __init__(self, message: str, *, serving: bool) -> None:
        super().__init__(message)
        self.serving = serving
