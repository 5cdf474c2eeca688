"""Incidents of one recipient share one ladder in the rows, too: led by the gravest, and never left in silence."""

from uuid import UUID

from alerts.decisions import RaiseAlert
from alerts.explanation import Explanation
from alerts.incidents.commands import ChangeSeverity
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from hub.stations.incidents import open_or_join
from hub.stations.records import AlertRequest
from hub.storage.database import database_now
from hub.storage.incidents import SqlIncidentStore
from tests.hub.duty.test_loop import duty_at_work, told
from tests.hub.ingest.worlds import COUNTY
from tests.hub.notify.town import OPERATOR, Town, until


async def open_two(town: Town, recipient: UUID) -> tuple[UUID, UUID]:
    """A call by telephone and an SOS of one person, in one transaction."""
    opened = []
    async with town.pool.connection() as connection:
        now = await database_now(connection)
        for kind, severity in ((IncidentKind.PHONE_REPORT, Severity.HIGH), (IncidentKind.SOS, Severity.CRITICAL)):
            request = AlertRequest(
                division_id=COUNTY,
                subject=Subject(type=SubjectType.RECIPIENT, id=str(recipient)),
                recipient_id=recipient,
                alert=RaiseAlert(kind=kind, severity=severity, explanation=Explanation(code="sos_pressed")),
                occurred_at=now,
                received_at=now,
            )
            opened.append((await open_or_join(SqlIncidentStore(connection), request, now)).incident_id)
    call, sos = opened
    return call, sos


async def test_the_milder_incident_is_led_until_the_graver_one_is_taken(town: Town) -> None:
    town.ladder([(0.2, "contacts")], then_every_s=1)
    recipient = town.recipient()
    await town.contact(recipient, "示例联系人", "10000000001")
    async with duty_at_work(town):
        call, sos = await open_two(town, recipient)
        await until(lambda: town.log_codes(call).count("step_led") >= 2)
        assert told(town, call) == []
        assert told(town, sos)
        await town.take(sos)
        told_once = len(told(town, sos))
        await until(lambda: told(town, call))
    assert len(told(town, sos)) == told_once
    led = next(entry for entry in town.log(call) if entry["code"] == "step_led")
    assert led["params"]["by"] == str(sos)
    assert town.incident(call)["state"] == "open"


async def test_a_leader_that_is_lowered_is_led_from_its_next_step_on(town: Town) -> None:
    town.ladder([(0.2, "contacts")], then_every_s=1)
    recipient = town.recipient()
    await town.contact(recipient, "示例联系人", "10000000001")
    async with duty_at_work(town):
        call, sos = await open_two(town, recipient)
        await until(lambda: told(town, sos))
        await town.change(sos, ChangeSeverity(actor=OPERATOR, severity=Severity.LOW, reason="误触"))
        await until(lambda: told(town, call) and "step_led" in town.log_codes(sos))
    assert "lowered_by_hand" in town.log_codes(sos)
