"""One router a noun; `ALL` is what `/api/v1` consists of."""

from hub.api.routes import (
    accounts,
    assignments,
    contacts,
    devices,
    divisions,
    explanations,
    incident_actions,
    incidents,
    modes,
    policies,
    queues,
    readings,
    recipients,
    rosters,
    sessions,
    stream,
)

ALL = (
    sessions.router,
    stream.router,
    incidents.router,
    explanations.router,
    incident_actions.router,
    recipients.router,
    modes.router,
    readings.router,
    contacts.router,
    devices.router,
    assignments.router,
    queues.router,
    policies.router,
    rosters.router,
    divisions.router,
    accounts.router,
)
