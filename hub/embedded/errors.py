"""What can go wrong around the embedded database, as sentences for the person who started the hub."""


class EmbeddedDatabaseError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""
