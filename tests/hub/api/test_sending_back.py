"""What was read may be sent back with a change in it, and what was not said gets a sensible meaning."""

from tests.hub.api.conftest import Client, Web


async def test_a_file_that_was_read_can_be_sent_back(admin: Client) -> None:
    file = (await admin.post("/recipients", {"name": "李桂兰"})).json()
    answer = await admin.patch(f"/recipients/{file['id']}", {**file, "phone": "10000000002"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["phone"] == "10000000002"


async def test_a_device_a_contact_and_a_policy_that_were_read_can_be_sent_back(admin: Client) -> None:
    device = (await admin.post("/devices", {"kind": "smartwatch"})).json()
    shown = (await admin.get(f"/devices/{device['id']}")).json()
    assert (await admin.patch(f"/devices/{device['id']}", {**shown, "model": "T2"})).json()["model"] == "T2"
    recipient = (await admin.post("/recipients", {"name": "李桂兰"})).json()
    path = f"/recipients/{recipient['id']}/contacts"
    contact = (await admin.post(path, {"name": "王芳", "phone": "10000000001"})).json()
    assert (await admin.patch(f"{path}/{contact['id']}", {**contact, "order": 5})).json()["order"] == 5
    ladder = (await admin.get("/policies/default")).json()
    assert (await admin.put("/policies/default", {**ladder, "repeat": 1})).json()["repeat"] == 1


async def test_a_recipient_may_live_in_another_time_zone(admin: Client) -> None:
    made = (await admin.post("/recipients", {"name": "李桂兰", "timezone": "Asia/Urumqi"})).json()
    assert made["timezone"] == "Asia/Urumqi"
    assert (await admin.patch(f"/recipients/{made['id']}", {"timezone": "Mars/Base"})).status_code == 422


async def test_a_contact_attempt_is_logged_with_the_contacts_name(web: Web, admin: Client) -> None:
    recipient = await web.recipient()
    contact = (
        await admin.post(f"/recipients/{recipient['id']}/contacts", {"name": "王芳", "phone": "10000000001"})
    ).json()
    incident_id = await web.press(recipient)
    await admin.post(f"/incidents/{incident_id}/contact-attempts", {"contact_id": contact["id"], "outcome": "busy"})
    entry = (await admin.get(f"/incidents/{incident_id}")).json()["log"][-1]
    assert entry["params"] == {"contact_id": contact["id"], "who": "王芳", "outcome": "busy"}


async def test_whoever_says_that_somebody_is_coming_comes_unless_named(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    answer = await admin.post(f"/incidents/{incident_id}/responding")
    assert answer.json()["responder_name"] == "test admin"
    assert answer.json()["acknowledged_by"]["name"] == "test admin"
