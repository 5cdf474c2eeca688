"""An explanation through HTTP: within the division, on record, in the reader's language."""

from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, Client, Web


async def test_an_explanation_tells_the_decisions_and_that_they_replay(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    await admin.post(f"/incidents/{incident_id}/acknowledge")
    said = (await admin.get(f"/incidents/{incident_id}/explanation")).json()
    assert said["id"] == incident_id
    assert [decision["command"] for decision in said["decisions"]] == ["open", "acknowledge"]
    assert said["replay"]["end"] == "same", said["replay"]
    assert said["language"] == "zh"
    assert "受理" in "\n".join(said["story"])


async def test_an_explanation_is_in_the_language_that_is_asked_for(web: Web, admin: Client) -> None:
    incident_id = await web.press(await web.recipient())
    said = (await admin.get(f"/incidents/{incident_id}/explanation", language="en")).json()
    assert said["alerts"][0]["sentence"] == "The wearer pressed the help button."
    assert (await admin.get(f"/incidents/{incident_id}/explanation", language="fr")).status_code == 422


async def test_an_explanation_is_for_ones_own_division_and_every_look_is_on_record(web: Web) -> None:
    incident_id = await web.press(await web.recipient(division_id=TOWNSHIP))
    neighbour = await web.client(Role.OPERATOR, SIBLING)
    assert (await neighbour.get(f"/incidents/{incident_id}/explanation")).status_code == 404
    assert await web.rows("SELECT 1 FROM access_log WHERE action = 'look' AND entity_type = 'incident'") == []
    own = await web.client(Role.OPERATOR, TOWNSHIP)
    assert (await own.get(f"/incidents/{incident_id}/explanation")).status_code == 200
    (look,) = await web.rows(
        "SELECT entity_id, division_id FROM access_log WHERE action = 'look' AND entity_type = 'incident'"
    )
    assert look == (incident_id, TOWNSHIP)
