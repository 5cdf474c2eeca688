"""Replaying: an incident's commands, applied in their order at their moments, give the incident and its log again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.decisions import Duty, Record
from alerts.incidents import Incident, RefusedError
from alerts.incidents.applying import apply
from alerts.incidents.commands import INCIDENT_RULES_VERSION, Command

#: The versions whose commands this code replays as they were decided.
REPLAYED_VERSIONS = frozenset({INCIDENT_RULES_VERSION})


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedCommand:
    """A command as it was carried out: the `n`th of its incident, decided by the rules of `rules_version`."""

    n: int
    at: datetime
    rules_version: int
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What one command made of the incident, and owed."""

    applied: AppliedCommand
    incident: Incident
    duties: tuple[Duty, ...]


class ReplayError(Exception):
    """The commands cannot be replayed; the message says which of them, and why."""


def replay(commands: Iterable[AppliedCommand]) -> list[Happened]:
    """Every command with what it made of the incident, in order; the last one holds the incident as it now is.

    Raises:
        ReplayError: a version this code does not know, a command that is missing, or one that the rules refuse.
    """
    happened: list[Happened] = []
    incident: Incident | None = None
    for expected_n, applied in enumerate(commands, start=1):
        if applied.n != expected_n:
            raise ReplayError(f"command {expected_n} is missing")
        if applied.rules_version not in REPLAYED_VERSIONS:
            known = ", ".join(str(version) for version in sorted(REPLAYED_VERSIONS))
            raise ReplayError(
                f"command {applied.n} was decided by rules of version {applied.rules_version}; "
                f"this code replays version {known}"
            )
        try:
            outcome = apply(incident, applied.command, applied.at)
        except (RefusedError, ValueError) as error:
            raise ReplayError(f"command {applied.n} is refused: {error}") from error
        incident = outcome.incident
        happened.append(Happened(applied=applied, incident=incident, duties=outcome.duties))
    return happened


def log_of(happened: Iterable[Happened]) -> list[tuple[datetime, Record]]:
    """The lines of the incident's log, each with its moment."""
    return [(one.applied.at, duty) for one in happened for duty in one.duties if isinstance(duty, Record)]
