"""What must hold after the faults: each check returns sentences, one a breach; none is the verdict "nothing lost"."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from hub.bench.http_json import HttpJson
from tests.replays import differing
from tests.torture.ledger import Ledger, Message, Sort
from tests.torture.watchers import Onlooker, Operator

Row = tuple[Any, ...]
#: A breach is shown by so many examples.
_EXAMPLES = 5
#: A deadline may be carried out this late on a busy machine; the leg has waited for quiet before.
_LATE_S = 3


_TOLD_BY = (
    *("reading", "device_event", "monitoring_state", "alert", "incident", "incident_command", "incident_log", "timer"),
    *("notification", "attempt", "down_message", "mqtt_session", "quarantined_message", "maintenance_item"),
)


@dataclass
class Rows:
    """What is stored, asked past everything."""

    connection: "psycopg.Connection[Row]"

    def ask(self, statement: str) -> list[Row]:
        return self.connection.execute(statement.encode()).fetchall()

    def dump(self, directory: Path) -> None:
        """The tables a breach is understood from, for whoever looks into it when the hub is gone."""
        for table in _TOLD_BY:
            rows = self.ask(f"SELECT to_jsonb(t) FROM {table} t")
            lines = "".join(json.dumps(row[0], ensure_ascii=False) + "\n" for row in rows)
            (directory / f"table-{table}.jsonl").write_text(lines)

    def counts(self, statement: str) -> Counter[str]:
        return Counter({str(key): int(number) for key, number in self.ask(statement)})


_EVENTS = "SELECT evidence ->> 'mark', count(*) FROM device_event GROUP BY 1"
_READINGS = "SELECT extra ->> 'mark', count(*) FROM reading GROUP BY 1"
#: A press within a fall's window says something of the fall too; its own alert is the one of its own kind.
_ALERTS = """
SELECT e.evidence ->> 'mark', count({counted}) FROM device_event e
  LEFT JOIN alert a ON a.device_event_id = e.id
   AND a.kind = CASE e.event WHEN 'sos_pressed' THEN 'sos' ELSE 'fall' END
 WHERE e.event IN ('sos_pressed', 'fall_suspected') GROUP BY 1"""
_KINDS = {Sort.PRESS: "sos", Sort.FALL: "fall"}


def check_messages(rows: Rows, ledger: Ledger) -> list[str]:
    """Acknowledged: once. Not acknowledged: at most once. A batch: all of it or nothing."""
    stored = rows.counts(_EVENTS) + rows.counts(_READINGS)
    alerts = rows.counts(_ALERTS.format(counted="a.id"))
    held = rows.counts(_ALERTS.format(counted="a.incident_id"))
    lost = [message for message in ledger.sent if message.acknowledged and any(stored[m] == 0 for m in message.marks)]
    doubled = [message for message in ledger.sent if any(stored[mark] > 1 for mark in message.marks)]
    torn = [message for message in ledger.sent if len({stored[mark] > 0 for mark in message.marks}) > 1]
    alarming = [
        message for message in ledger.sent if message.sort in _KINDS and all(stored[mark] for mark in message.marks)
    ]
    return [
        *_breaches("acknowledged and not stored", lost),
        *_breaches("stored twice", doubled),
        *_breaches("stored in part", torn),
        *_breaches("not one alert", [m for m in alarming if alerts[m.marks[0]] != 1]),
        *_breaches("not in one incident", [m for m in alarming if held[m.marks[0]] != 1]),
        *_breaches("never acknowledged", [m for m in ledger.sent if not (m.acknowledged or m.forgettable)]),
        *_unknown(set(stored) - {mark for message in ledger.sent for mark in message.marks}),
    ]


def check_api(api: HttpJson, ledger: Ledger) -> list[str]:
    """The same as an outside program sees it: `incidents[].alerts[].event_id`."""
    incidents = api.all_items("/api/v1/incidents?limit=200")
    shown = Counter((alert["event_id"], alert["kind"]) for incident in incidents for alert in incident["alerts"])
    wanted = [m for m in ledger.sent if m.acknowledged and m.event_id and m.sort in _KINDS]
    return _breaches("not in one incident of the API", [m for m in wanted if shown[m.event_id, _KINDS[m.sort]] != 1])


def check_deadlines(rows: Rows) -> list[str]:
    """Somebody always owns it: one future deadline for what is not closed, none for what is; nothing overdue."""
    asked = {
        "deadline overdue": f"""
            SELECT owner_type, owner_id, purpose, due_at, failures FROM timer
             WHERE due_at < clock_timestamp() - interval '{_LATE_S} s'""",
        "not closed and without a deadline": """
            SELECT i.id, i.state FROM incident i LEFT JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
             WHERE i.state <> 'closed' AND t.owner_id IS NULL""",
        "closed and with a deadline": """
            SELECT i.id FROM incident i JOIN timer t ON t.owner_type = 'incident' AND t.owner_id = i.id
             WHERE i.state = 'closed'""",
        "suspicion without its decision": "SELECT id, received_at FROM alert WHERE state = 'pending'",
        "held alert's deadline without its alert": """
            SELECT t.owner_id FROM timer t LEFT JOIN alert a ON a.id = t.owner_id AND a.state = 'pending'
             WHERE t.owner_type = 'alert' AND a.id IS NULL""",
        "text still owed": "SELECT id, state, created_at FROM notification WHERE state IN ('owed', 'sending')",
        "set aside": "SELECT id, device_id, reason FROM quarantined_message",
        "position missing": "SELECT id FROM stream_event WHERE position IS NULL",
    }
    return [f"{what}: {row}" for what, statement in asked.items() for row in rows.ask(statement)[:_EXAMPLES]]


def check_state(rows: Rows) -> list[str]:
    """The saved live state knows the newest live reading of each device, and so does what is shown of the device."""
    statement = """
        WITH newest AS (SELECT device_id, max(measured_at) AS at FROM reading WHERE NOT historical GROUP BY 1)
        SELECT n.device_id, n.at, (s.known ->> 'measured_at')::timestamptz AS saved
          FROM newest n LEFT JOIN (
               SELECT d.key::uuid AS device_id, d.value AS known
                 FROM monitoring_state m, jsonb_each(m.state -> 'devices') d) s ON s.device_id = n.device_id
         WHERE (s.known ->> 'measured_at')::timestamptz IS DISTINCT FROM n.at"""
    shown = """
        WITH newest AS (SELECT device_id, max(measured_at) AS at FROM reading WHERE NOT historical GROUP BY 1)
        SELECT n.device_id, n.at, d.measured_at FROM newest n LEFT JOIN device_state d USING (device_id)
         WHERE d.measured_at IS NULL OR d.measured_at < n.at"""
    return [
        *(f"saved state differs from the readings: {row}" for row in rows.ask(statement)[:_EXAMPLES]),
        *(f"the device's state differs from the readings: {row}" for row in rows.ask(shown)[:_EXAMPLES]),
    ]


def check_texts(rows: Rows, texts: Path, phones: dict[str, str], attended: set[str]) -> list[str]:
    """Every step of an undisturbed ladder was taken; no text was lost, none doubled without its mark."""
    lines = [json.loads(line) for line in texts.read_text().splitlines()] if texts.exists() else []
    written = Counter(line["attempt_id"] for line in lines)
    attempts = rows.ask("SELECT id::text, notification_id::text, state, repeats_unknown, number FROM attempt")
    known = {row[0]: row for row in attempts}
    breaches = [f"text of no attempt: {attempt}" for attempt in written if attempt not in known]
    breaches += [f"one attempt written twice: {attempt}" for attempt, times in written.items() if times > 1]
    breaches += [
        f"delivered and not written: {row}" for row in attempts if row[2] == "delivered" and not written[row[0]]
    ]
    by_notification: dict[str, list[Row]] = {}
    for row in attempts:
        if written[row[0]]:
            by_notification.setdefault(row[1], []).append(row)
    for notification, tries in by_notification.items():
        unmarked = [row for row in tries if row[2] != "unknown" and not row[3]]
        if len(tries) > 1 and len(unmarked) > 1:
            breaches.append(f"text doubled without a mark: {notification} {tries}")
    to_others = [line["to"] for line in lines if line["to"] not in phones.values()]
    breaches += [f"text to a number of nobody: {number}" for number in to_others]
    return breaches + _ladders_not_climbed(rows, written, attended)


def _ladders_not_climbed(rows: Rows, written: Counter[str], attended: set[str]) -> list[str]:
    """Nobody touched them: both steps owed their text to the one contact, and at least one of them was written.

    An incident that shares its recipient's ladder owes none where another one led, or had just told the same contact.
    """
    statement = """
        SELECT i.recipient_id::text, i.kind, i.state, count(DISTINCT n.id),
               (SELECT count(*) FROM incident_log l
                 WHERE l.incident_id = i.id AND l.code IN ('step_led', 'step_told_already')),
               (SELECT array_agg(a.id::text) FROM incident other JOIN notification m ON m.incident_id = other.id
                  JOIN attempt a ON a.notification_id = m.id WHERE other.recipient_id = i.recipient_id)
          FROM incident i LEFT JOIN notification n ON n.incident_id = i.id
         GROUP BY i.id"""
    breaches = []
    for recipient_id, kind, state, owed, shared, attempts in rows.ask(statement):
        if recipient_id is None or recipient_id in attended:
            continue
        if state != "open":
            breaches.append(f"changed by nobody: {kind} of {recipient_id} is {state}")
        if owed + shared < 2:
            breaches.append(f"steps not taken: {kind} of {recipient_id} owed {owed} texts and shared {shared}, not 2")
        if not any(written[attempt] for attempt in attempts or ()):
            breaches.append(f"nobody told: {kind} of {recipient_id}")
    return breaches


def check_onlooker(rows: Rows, onlooker: Onlooker) -> list[str]:
    """The stream skipped nothing and went back nowhere, over however many connections."""
    seen = onlooker.positions
    if not seen:
        return ["the stream showed nothing"]
    stored = rows.ask(f"SELECT position FROM stream_event WHERE position > {onlooker.start} AND position <= {seen[-1]}")
    missed = sorted({int(row[0]) for row in stored} - set(seen))
    breaches = [f"the stream skipped positions: {missed[:_EXAMPLES]} ({len(missed)})"] if missed else []
    if any(later <= sooner for sooner, later in pairwise(seen)):
        breaches.append("the stream repeated a position or went back")
    if onlooker.resets:
        breaches.append(f"the stream forgot its reader's position {onlooker.resets} times")
    return breaches


def check_operator(rows: Rows, operators: Sequence[Operator]) -> list[str]:
    """What was confirmed to the operator is on record once; what was not, at most once."""
    noted = rows.counts("SELECT params ->> 'text', count(*) FROM incident_log WHERE params ? 'text' GROUP BY 1")
    lost = [text for operator in operators for text in operator.confirmed_notes if noted[text] != 1]
    doubled = [text for operator in operators for text in operator.tried_notes if noted[text] > 1]
    return [f"note confirmed and not on record once: {text}" for text in lost[:_EXAMPLES]] + [
        f"note on record twice: {text}" for text in doubled[:_EXAMPLES]
    ]


def check_answers(ledger: Ledger) -> list[str]:
    """Whoever asked was told `received`; and no session that is to last was forgotten."""
    deaf = [m for m in ledger.sent if m.asks and m.acknowledged and (m.device_id, m.event_id) not in ledger.heard]
    forgotten = ledger.counts["session forgotten"]
    commands = ledger.commanded - ledger.obeyed
    return [
        *_breaches("asked and never told", deaf),
        *([f"commands confirmed and never heard: {sorted(commands)[:_EXAMPLES]}"] if commands else []),
        *([f"sessions forgotten: {forgotten}"] if forgotten else []),
    ]


def check_replays(dsn: str) -> list[str]:
    """Every incident's commands, applied again, give its row, its deadline and its log."""
    return [f"replay: {sentence}" for sentence in differing(dsn)[:_EXAMPLES]]


def check_verify(environment: Mapping[str, str]) -> list[str]:
    """What the hub's own recount says: `hub verify`, every live state rebuilt."""
    asked = [sys.executable, "-m", "hub", "verify", "--last", "3h", "--states", "0", "--json"]
    done = subprocess.run(asked, env=dict(environment), capture_output=True, check=False, timeout=120)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
    found = [f"hub verify: {line['check']}: {line['sentence']} {line['examples']}" for line in lines if _is_open(line)]
    if done.returncode not in (0, 1) or (done.returncode and not found):
        found.append(f"hub verify ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return found


def _is_open(line: dict[str, Any]) -> bool:
    """A difference without its explanation; the last line is the sum."""
    return "explained" in line and not line["explained"]


#: What a log must not hold after any of these faults: a message or a deadline that could not be dealt with.
_ALARMING = ("message_set_aside", "time_not_judged", "state_begun_anew", "duty_pass_failed", "attempt_not_settled")


def check_logs(paths: Iterable[Path]) -> list[str]:
    """The hub itself found nothing that it could not deal with."""
    found: Counter[str] = Counter()
    for path in paths:
        for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
            if any(f'"{word}"' in line for word in _ALARMING):
                told = json.loads(line)
                found[f"{path.name}: {told['event']}: {_last_words(told)}"] += 1
    return [f"{where} ({times})" for where, times in found.items()]


def complaints(paths: Iterable[Path]) -> dict[str, int]:
    """What the hub said of its troubles, and how often: no breach, but worth reading."""
    found: Counter[str] = Counter()
    for path in paths:
        for line in path.read_text(errors="replace").splitlines() if path.exists() else []:
            if '"level": "error"' in line or '"level": "warning"' in line:
                told = json.loads(line)
                found[" ".join(str(told[name]) for name in ("event", "error") if name in told)[:60]] += 1
    return dict(found.most_common(20))


def _last_words(told: dict[str, Any]) -> str:
    """What went wrong, without what differs from time to time."""
    words = str(told.get("exception") or told.get("error") or "").strip().splitlines()
    return words[-1][:200] if words else ""


def _breaches(what: str, messages: list[Message]) -> list[str]:
    shown = [f"{m.sort} {m.marks[0]} of {m.device_id} after {m.tries} tries" for m in messages[:_EXAMPLES]]
    return [f"{what} ({len(messages)}): {'; '.join(shown)}"] if messages else []


def _unknown(marks: set[str]) -> list[str]:
    strange = sorted(mark for mark in marks if mark not in ("None", "probe"))
    return [f"stored and never sent: {strange[:_EXAMPLES]}"] if strange else []
