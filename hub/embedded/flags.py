"""How the embedded server is set: every flag stands on its command line, above any file, with its reason here."""

#: No acknowledged press may be lost: these three are also checked by `hub.storage.durability` whatever the database.
DURABILITY = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}

#: Redoing log runs at about 90 MB/s on two small cores (4 GB took 44 s), and the promise is at most 10 s.
RECOVERY = {
    "max_wal_size": "384MB",
    "min_wal_size": "80MB",
    "checkpoint_timeout": "5min",
    "checkpoint_completion_target": "0.9",
    "wal_compression": "on",
}

#: All roles and the database together stay below 450 MB; three I/O workers and spare slots are not worth theirs.
MEMORY = {
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_connections": "60",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "max_logical_replication_workers": "0",
    "max_prepared_transactions": "0",
    "jit": "off",
    "huge_pages": "off",
    "wal_buffers": "4MB",
}

#: The outbox and timer tables churn: they are vacuumed early, by few workers.
VACUUM = {
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    "autovacuum_worker_slots": "2",
    "autovacuum_naptime": "20s",
    "autovacuum_vacuum_cost_delay": "2ms",
}

#: Errors reach the client that caused them; the log keeps what nobody else hears, and never a statement or a value.
LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] ",
}

#: One Unix socket, no network; a client that died is noticed within half a minute even in the middle of a query.
DOORS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "client_connection_check_interval": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


#: A server of an older version, started once for an upgrade, does not know these.
_SINCE = {"io_method": 18, "autovacuum_worker_slots": 18}


def server_flags(socket_directory: str, major: int) -> list[str]:
    """The arguments of `postgres` of this major version, beyond the data directory."""
    flags = {**DURABILITY, **RECOVERY, **MEMORY, **VACUUM, **LOG, **DOORS, "unix_socket_directories": socket_directory}
    return [
        argument
        for name, value in flags.items()
        if _SINCE.get(name, 0) <= major
        for argument in ("-c", f"{name}={value}")
    ]
