"""Escalation policies as the core reads them when an incident opens."""

from alerts.escalation.policy import PolicyRule
from hub.storage.database import Connection
from hub.storage.incident_rows import policy_from_json
from hub.storage.queries import queries
from hub.storage.scope import division_prefix


async def load_policy_rules(connection: Connection) -> tuple[PolicyRule, ...]:
    """All policies with their conditions; the one without a condition is the default."""
    cursor = await connection.execute(queries("policy_rules").load)
    rules = []
    for name, version, applies_when, steps, repeat, then_every_s, ack_timeout_s in await cursor.fetchall():
        division_id = applies_when.get("division_id")
        rules.append(
            PolicyRule(
                policy=policy_from_json(
                    {
                        "name": name,
                        "version": version,
                        "steps": steps,
                        "repeat": repeat,
                        "then_every_s": then_every_s,
                        "ack_timeout_s": ack_timeout_s,
                    }
                ),
                severities=frozenset(applies_when.get("severity") or ()),
                kinds=frozenset(applies_when.get("kind") or ()),
                division_prefix=division_prefix(division_id) if division_id else "",
            )
        )
    return tuple(rules)
