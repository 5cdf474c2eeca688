"""One of everything in a township, for the walk over all routes."""

from datetime import timedelta
from uuid import UUID, uuid4

from alerts.decisions import RequestFollowUp
from alerts.explanation import Explanation
from alerts.kinds import FollowUpKind, MaintenanceKind
from hub.clock import utc_now
from hub.storage.accounts import Role
from hub.storage.database import database_now
from hub.storage.follow_ups import FollowUpRequest, request
from hub.storage.groups import regroup
from hub.storage.maintenance import MaintenanceReport, report
from hub.storage.quarantine import QuarantinedMessage, put
from tests.hub.api.conftest import TOWNSHIP, VILLAGE, Client, Web

LADDER = {"steps": [{"after_s": 0, "notify": "desk"}], "repeat": 0, "then_every_s": 60, "ack_timeout_s": 60}

#: What a PNG begins with: more of it no test looks at.
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(32)


class World:
    """One of everything in a township, made anew whenever a route may have used it up."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._villages = iter(range(100, 1000))

    async def ids(self, path: str) -> dict[str, str]:
        """What fills a path and its body."""
        web = self._web
        admin = await web.client(Role.ADMIN, TOWNSHIP)
        recipient = await web.recipient(division_id=TOWNSHIP)
        unique = uuid4().hex
        ids = {
            "recipient_id": recipient["id"],
            "new_login": unique,
            "new_division_id": f"990101001{next(self._villages)}",
        }
        if "user_id" in path or "hand-over" in path:
            ids["user_id"] = await web.user(f"u{unique}", Role.OPERATOR, TOWNSHIP)
        if "contact_id" in path:
            contact = {"name": "王芳", "phone": "10000000001"}
            ids["contact_id"] = (await admin.post(f"/recipients/{recipient['id']}/contacts", contact)).json()["id"]
        if "device_id" in path or "item_id" in path:
            ids["device_id"] = (await admin.post("/devices", {"kind": "call_button"})).json()["id"]
        if "test-window" in path:
            await admin.post(f"/devices/{ids['device_id']}/test-window")
        if "incident_id" in path or "dry-run" in path:
            ids["incident_id"] = await web.press(recipient, in_test_window="confirm-test" in path)
            if "hand-over" in path:
                await admin.post(f"/incidents/{ids['incident_id']}/acknowledge")
            if "reopen" in path:
                await admin.post(f"/incidents/{ids['incident_id']}/close", {"disposition": "false"})
        if "merge" in path:
            report = {"kind": "phone_report", "recipient_id": recipient["id"], "caller_phone": "10000000008"}
            ids["other_incident_id"] = (await admin.post("/incidents", report)).json()["id"]
        if "repair" in path:
            theirs = {"kind": "call_button", "recipient_id": recipient["id"]}
            ids["device_id"] = (await admin.post("/devices", theirs)).json()["id"]
        if "photo" in path:
            address = f"/recipients/{recipient['id']}"
            await admin.request("PATCH", address, json={"photo_consent": True})
            await admin.request("PUT", f"{address}/photo", content=PICTURE)
        if "script-steps" in path:
            await admin.post(f"/incidents/{ids['incident_id']}/acknowledge")
        if "script_id" in path:
            script = {"kind": "fall", "category": unique, "steps": [{"id": "one", "text": {"zh": "回拨"}}]}
            ids["script_id"] = (await admin.post("/scripts", script)).json()["id"]
        if "item_id" in path:
            ids["item_id"] = await self._maintenance_item(ids["device_id"])
        if "follow_up_id" in path:
            ids["follow_up_id"] = await self._follow_up(recipient["id"])
        if "key_id" in path:
            ids["key_id"] = (await admin.post("/api-keys", {"name": "x", "role": "viewer"})).json()["id"]
        if "override_id" in path or "swaps" in path:
            ids["override_id"] = await self._override(admin)
        if "group_id" in path:
            ids["group_id"] = await self._group(admin)
        if "shelf_id" in path or "shelve" in path:
            ids["soon"] = (utc_now() + timedelta(minutes=30)).isoformat()
        if "shelf_id" in path:
            shelving = {"kinds": ["bed"], "until": ids["soon"], "reason": "?"}
            ids["shelf_id"] = (await admin.post(f"/recipients/{recipient['id']}/shelve", shelving)).json()["id"]
        if "message_id" in path:
            ids["message_id"] = await self._quarantined_message()
        if "{division_id}" in path:
            ids["division_id"] = VILLAGE
        if "{name}" in path:
            ids["name"] = f"p{unique}"
            await admin.put(f"/policies/{ids['name']}", LADDER)
        return ids

    async def _maintenance_item(self, device_id: str) -> str:
        async with self._web.pool.connection() as connection:
            fault = MaintenanceReport(
                kind=MaintenanceKind.DEVICE_FAULT,
                division_id=TOWNSHIP,
                device_id=UUID(device_id),
                recipient_id=None,
                explanation=Explanation(code="device_fault"),
            )
            await report(connection, fault, await database_now(connection))
        [(item_id,)] = await self._web.rows("SELECT id FROM maintenance_item WHERE device_id = %s", device_id)
        return str(item_id)

    async def _quarantined_message(self) -> str:
        async with self._web.pool.connection() as connection:
            message = QuarantinedMessage(
                division_id=TOWNSHIP,
                device_id=None,
                topic=f"vendor/{uuid4().hex}",
                reason=Explanation(code="not_json", params={"detail": "line 1"}),
                payload=b"?",
                received_at=await database_now(connection),
            )
            await put(connection, [message])
        [(message_id,)] = await self._web.rows("SELECT id FROM quarantined_message WHERE topic = %s", message.topic)
        return str(message_id)

    async def _group(self, admin: Client) -> str:
        """Of three who press in one village at once."""
        presses = [await self._web.press(await self._web.recipient(division_id=VILLAGE)) for _ in range(3)]
        async with self._web.pool.connection() as connection:
            await regroup(connection)
        return str((await admin.get(f"/incidents/{presses[0]}")).json()["group"]["id"])

    async def _override(self, admin: Client) -> str:
        """Of a roster with two people, so that they could exchange shifts as well."""
        entries = [{"name": name, "phone": "10000000006"} for name in ("甲", "乙")]
        await admin.put("/rosters", {"role": "supervisor", "entries": entries})
        span = {"from": "2031-03-03T00:00:00Z", "until": "2031-03-04T00:00:00Z"}
        ill = {"role": "supervisor", "kind": "remove", "absent": "甲"}
        made = await admin.post("/rosters/overrides", {**ill, **span})
        return str(made.json()["items"][0]["id"])

    async def _follow_up(self, recipient_id: str) -> str:
        async with self._web.pool.connection() as connection:
            wanted = FollowUpRequest(
                finding=RequestFollowUp(
                    kind=FollowUpKind.SERVICE_REQUESTED, explanation=Explanation(code="service_requested")
                ),
                division_id=TOWNSHIP,
                recipient_id=UUID(recipient_id),
                device_id=None,
            )
            await request(connection, wanted, await database_now(connection))
        [(follow_up_id,)] = await self._web.rows("SELECT id FROM follow_up WHERE recipient_id = %s", recipient_id)
        return str(follow_up_id)
