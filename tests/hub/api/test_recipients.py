"""Recipients, contacts and modes through HTTP."""

from tests.hub.api.conftest import COUNTY, SIBLING, TOWNSHIP, VILLAGE, Client, Web

from hub.storage.accounts import Role


async def test_a_recipient_needs_only_a_name(admin: Client) -> None:
    answer = await admin.post("/recipients", {"name": "李桂兰"})
    assert answer.status_code == 201, answer.text
    recipient = answer.json()
    assert recipient["name"] == "李桂兰"
    assert recipient["division_id"] == COUNTY
    assert recipient["lives_alone"] is True
    assert recipient["contacts"] == []


async def test_contacts_are_called_in_the_order_of_their_creation(admin: Client) -> None:
    recipient_id = (await admin.post("/recipients", {"name": "李桂兰"})).json()["id"]
    for name in ("王芳", "李强"):
        answer = await admin.post(f"/recipients/{recipient_id}/contacts", {"name": name, "phone": "10000000001"})
        assert answer.status_code == 201, answer.text
    file = (await admin.get(f"/recipients/{recipient_id}")).json()
    assert [contact["name"] for contact in file["contacts"]] == ["王芳", "李强"]
