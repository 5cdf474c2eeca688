"""Reports over HTTP: what happened at the desk, as the figures of the day, for those who may read them."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from hub.clock import utc_now
from hub.storage.accounts import Role
from tests.hub.api.conftest import SIBLING, TOWNSHIP, VILLAGE, Client, Web


async def answer_and_close(desk: Client, incident_id: str, **closing: Any) -> None:
    """Take it, call, close it."""
    for path, body in (
        ("acknowledge", None),
        ("contact-attempts", {"who": "本人", "outcome": "reached"}),
        ("close", {"disposition": "false", "note": "误按", **closing}),
    ):
        answer = await desk.post(f"/incidents/{incident_id}/{path}", body)
        assert answer.status_code == 200, answer.text


def _today() -> dict[str, str]:
    now = utc_now()
    return {"from": (now - timedelta(hours=8)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}


async def shift(client: Client, **asked: str) -> dict[str, Any]:
    answer = await client.get("/reports/shift", **{**_today(), **asked})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_a_shift_says_what_was_taken_reached_and_closed(web: Web, admin: Client) -> None:
    recipient = await web.recipient("李示例", VILLAGE)
    await answer_and_close(admin, await web.press(recipient), cause="pressed_by_mistake")
    await web.press(recipient, event_id="press-2")
    report = await shift(admin)
    assert report["load"]["incidents"] == 2
    assert report["answering"]["taken_in_60_s"] == {"of": 1, "hits": 1, "share": 1.0, "target": 0.975}
    assert report["answering"]["reached_in_180_s"]["hits"] == 1
    assert report["endings"]["causes"] == [{"code": "pressed_by_mistake", "count": 1}]
    assert report["endings"]["open_at_end"] == 1
    assert [line["name"] for line in report["incidents"]] == ["李示例", "李示例"]
    assert {line["place"] for line in report["incidents"]} == {"东乡柳村"}
    assert [(place["name"], place["incidents"]) for place in report["places"]] == [("东乡", 2), ("柳村", 2)]


async def test_a_month_is_that_divisions_and_names_nobody(web: Web, admin: Client) -> None:
    await web.press(await web.recipient("李示例", VILLAGE))
    month = f"{utc_now().astimezone():%Y-%m}"
    here = await admin.get("/reports/month", month=month, division_id=TOWNSHIP)
    there = await admin.get("/reports/month", month=month, division_id=SIBLING)
    assert (here.json()["load"]["incidents"], there.json()["load"]["incidents"]) == (1, 0)
    assert "李示例" not in here.text
    assert "incidents" not in here.json()


async def test_nobody_reads_the_reports_of_a_neighbour(web: Web) -> None:
    neighbour = await web.client(Role.SUPERVISOR, SIBLING)
    refused = await neighbour.get("/reports/shift", **_today(), division_id=TOWNSHIP)
    assert (refused.status_code, refused.json()["code"]) == (403, "division_out_of_scope")
    await web.press(await web.recipient("李示例", VILLAGE))
    assert (await shift(neighbour))["incidents"] == []


async def test_whoever_only_looks_reads_figures_and_no_names(web: Web) -> None:
    viewer = await web.client(Role.VIEWER)
    assert (await viewer.get("/reports/range", **_today())).status_code == 200
    assert (await viewer.get("/reports/shift", **_today())).status_code == 403


@pytest.mark.parametrize(("path", "most_days"), [("shift", 7), ("range", 400)])
async def test_a_time_that_is_too_long_is_refused(admin: Client, path: str, most_days: int) -> None:
    now = utc_now()
    asked = {"from": (now - timedelta(days=most_days, minutes=1)).isoformat(), "to": now.isoformat()}
    refused = await admin.get(f"/reports/{path}", **asked)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "bad_period"


async def test_the_spreadsheet_says_the_same_in_the_readers_language(web: Web, admin: Client) -> None:
    await answer_and_close(admin, await web.press(await web.recipient("李示例", VILLAGE)))
    answer = await admin.get("/reports/shift.xlsx", **_today(), language="en")
    assert "attachment" in answer.headers["content-disposition"]
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    rows = {row[1]: row for row in book.get_sheet_by_index(0).to_python()}
    assert rows["Taken within 60 s"][2:4] == [1.0, 1.0]
    month = await admin.get("/reports/month.xlsx", month=f"{utc_now():%Y-%m}")
    assert len(CalamineWorkbook.from_filelike(BytesIO(month.content)).sheet_names) == 4


async def test_a_look_at_a_report_is_on_record(web: Web, admin: Client) -> None:
    await shift(admin)
    [(action, noun, named)] = await web.rows(
        "SELECT action, entity_type, entity_id FROM access_log WHERE entity_type = 'report'"
    )
    assert (action, noun) == ("look", "report")
    assert datetime.fromisoformat(named.split("/")[0]) < utc_now()
