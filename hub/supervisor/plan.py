"""What the supervisor is to keep running, as it is handed from the process that read the settings."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: Not HUB_*: it is no setting. It may hold a database password, as the environment may anyway.
PLAN_VARIABLE = "ANXIN_SUPERVISOR_PLAN"
DATABASE_VARIABLE = "HUB_DATABASE_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A port of ours that must be free, and the variable that moves it."""

    variable: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The processes of one hub."""

    data_dir: str
    database_dsn: str | None  #: None: the embedded database is part of the plan.
    migrate: list[str]  #: A command that brings the database to this version and ends.
    roles: dict[str, list[str]]  #: Role -> the command that runs it until SIGTERM.
    doors: list[Door] = field(default_factory=list)
    url: str = ""  #: Of the desk, as printed when all is ready; empty: readiness is not announced.
    mqtt_port: int = 0  #: 0: the front door is closed.
    json_logs: bool = False

    def to_environment(self) -> dict[str, str]:
        """For `os.execve` of the supervisor."""
        return {**os.environ, PLAN_VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls) -> "Plan":
        """Read the plan, and take it out of what the children inherit."""
        fields = json.loads(os.environ.pop(PLAN_VARIABLE))
        fields["doors"] = [Door(**door) for door in fields["doors"]]
        return cls(**fields)

    @property
    def directory(self) -> Path:
        """The data directory as a path."""
        return Path(self.data_dir)
