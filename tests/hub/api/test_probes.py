"""Readiness, figures, the OpenAPI document and the desk's files."""

import gzip
from pathlib import Path

import pytest

from hub.api.app import create_app
from hub.api.desk_files import DeskFiles
from hub.storage.figures import Figure, FigureKind
from hub.storage.heartbeats import beat, is_alive_here
from tests.hub.api.conftest import Client, Web


async def _alive(web: Web, role: str, *, ready: bool = True, reason: str | None = None) -> None:
    async with web.pool.connection() as connection:
        await beat(connection, role, "process-1", ready=ready, reason=reason)


async def test_the_process_says_that_it_is_there(web: Web) -> None:
    assert (await web.stranger().get("//healthz")).json() == {"status": "ok"}


async def test_the_hub_is_ready_when_ingest_and_duty_are_alive_and_ready(web: Web) -> None:
    stranger = web.stranger()
    before = await stranger.get("//readyz")
    assert before.status_code == 503
    assert before.json()["reasons"] == ["ingest is not running", "duty is not running"]
    await _alive(web, "ingest", ready=False, reason="standing by")
    await _alive(web, "duty")
    assert (await stranger.get("//readyz")).json()["reasons"] == ["ingest is not ready: standing by"]
    await _alive(web, "ingest")
    assert (await stranger.get("//readyz")).status_code == 200


async def test_a_process_that_has_not_spoken_for_long_is_gone(web: Web) -> None:
    await _alive(web, "ingest")
    await _alive(web, "duty")
    await web.rows("UPDATE process_heartbeat SET seen_at = seen_at - interval '10 seconds' WHERE role = 'duty'")
    assert (await web.stranger().get("//readyz")).json()["reasons"] == ["duty is not running"]


async def test_a_standby_beside_an_owner_makes_nothing_unready(web: Web) -> None:
    await _alive(web, "ingest")
    await _alive(web, "duty")
    async with web.pool.connection() as connection:
        await beat(connection, "ingest", "process-2", ready=False, reason="standing by")
    assert (await web.stranger().get("//readyz")).status_code == 200


async def test_a_database_that_lacks_a_migration_is_not_ready(web: Web) -> None:
    await web.rows("DELETE FROM schema_migration WHERE number = 4")
    [reason] = (await web.stranger().get("//readyz")).json()["reasons"]
    assert "migration 4" in reason


async def test_a_database_that_forgets_is_not_ready(web: Web) -> None:
    await _alive(web, "ingest")
    await _alive(web, "duty")
    await web.rows(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I SET synchronous_commit = off', current_database()); END $$"
    )
    async with web.pool.connection() as connection:
        await connection.execute("SET synchronous_commit = off")
    async with web.pool.connection() as connection:
        await connection.execute("SELECT 1")
    [reason] = (await web.stranger().get("//readyz")).json()["reasons"]
    assert "synchronous_commit" in reason


async def test_a_database_that_is_away_is_a_reason(web: Web) -> None:
    await web.pool.close()
    assert (await web.stranger().get("//readyz")).json()["reasons"] == ["the database cannot be reached"]


async def test_figures_count_what_is_not_finished(web: Web, admin: Client) -> None:
    await web.press(await web.recipient())
    figures = (await web.stranger().get("//metrics")).text
    assert 'anxin_incidents{severity="critical",state="open"} 1.0' in figures
    assert "anxin_database_up 1.0" in figures
    assert "process_resident_memory_bytes" in figures
    assert "李桂兰" not in figures


async def _metrics(web: Web) -> list[str]:
    return (await web.stranger().get("//metrics")).text.splitlines()


async def test_what_a_process_counts_in_its_memory_is_shown_while_it_is_alive(web: Web) -> None:
    stored = Figure("ingest_messages_stored", {}, 41, kind=FigureKind.COUNTER)
    queued = Figure("ingest_messages_queued", {"lane": "event"}, 2)
    async with web.pool.connection() as connection:
        await beat(connection, "ingest", "process-1", ready=True, figures=[stored, queued])
    shown = await _metrics(web)
    assert "# TYPE anxin_ingest_messages_stored_total counter" in shown
    assert "anxin_ingest_messages_stored_total 41.0" in shown
    assert "# TYPE anxin_ingest_messages_queued gauge" in shown
    assert 'anxin_ingest_messages_queued{lane="event"} 2.0' in shown
    await web.rows("UPDATE process_heartbeat SET seen_at = seen_at - interval '10 seconds'")
    assert not any("ingest_messages" in line for line in await _metrics(web))


async def test_a_standby_does_not_tell_the_owners_figures_a_second_time(web: Web) -> None:
    async with web.pool.connection() as connection:
        for holder, ready, value in (("process-1", True, 41), ("process-2", False, 0)):
            figure = Figure("ingest_messages_stored", {}, value, kind=FigureKind.COUNTER)
            await beat(connection, "ingest", holder, ready=ready, figures=[figure])
    shown = [line for line in await _metrics(web) if line.startswith("anxin_ingest_messages_stored_total")]
    assert shown == ["anxin_ingest_messages_stored_total 41.0"]


async def test_a_role_of_which_nobody_speaks_is_zero_and_not_absent(web: Web) -> None:
    await _alive(web, "ingest")
    shown = await _metrics(web)
    assert 'anxin_role_ready{role="ingest"} 1.0' in shown
    assert 'anxin_role_ready{role="duty"} 0.0' in shown


async def test_a_process_is_found_by_the_machine_it_runs_on(web: Web) -> None:
    async with web.pool.connection() as connection:
        await beat(connection, "duty", "box-2-117", ready=False, reason="standing by")
        assert await is_alive_here(connection, "duty", "box-2")
        assert not await is_alive_here(connection, "duty", "box")
        assert not await is_alive_here(connection, "ingest", "box-2")


async def test_figures_survive_the_database(web: Web) -> None:
    await web.pool.close()
    answer = await web.stranger().get("//metrics")
    assert answer.status_code == 200
    assert "anxin_database_up 0.0" in answer.text


async def test_the_contract_is_described(web: Web) -> None:
    document = (await web.stranger().get("//api/openapi.json")).json()
    incident = document["components"]["schemas"]["IncidentView"]["properties"]
    assert {"id", "kind", "severity", "state", "subject", "recipient", "alerts"} <= incident.keys()
    assert "/api/v1/incidents/{incident_id}/acknowledge" in document["paths"]
    contract = {path: methods for path, methods in document["paths"].items() if path.startswith("/api/v1/")}
    for operation in (operation for methods in contract.values() for operation in methods.values()):
        problems = {status: said for status, said in operation["responses"].items() if status >= "400"}
        assert {"401", "403", "503"} <= problems.keys()
        assert all(said["$ref"].startswith("#/components/responses/") for said in problems.values())
    described = document["components"]["responses"].values()
    assert all(list(said["content"]) == ["application/problem+json"] for said in described)
    assert "404" in contract["/api/v1/incidents/{incident_id}"]["get"]["responses"]
    assert "409" in contract["/api/v1/incidents/{incident_id}/acknowledge"]["post"]["responses"]
    assert "422" in contract["/api/v1/recipients"]["get"]["responses"]
    assert document["paths"]["/api/v1/sessions"]["post"]["security"] == []
    assert document["paths"]["/api/v1/me"]["get"]["security"]
    undescribed = [
        f"{method} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if not operation.get("description")
    ]
    assert undescribed == []


# --- The desk's files ----------------------------------------------------------------------------------------------


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    built = tmp_path / "bundle"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>desk</title>")
    (built / "assets" / "app-1a2b.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("not to be served")
    return built


def _visitor(web: Web, bundle: Path) -> Client:
    return Client(create_app(web.parts, DeskFiles(bundle)), headers={})


@pytest.mark.parametrize("path", ["//", "//index.html", "//incidents/1", "//login"])
async def test_the_desk_is_served_at_all_its_own_addresses_and_never_from_a_cache(
    web: Web, bundle: Path, path: str
) -> None:
    answer = await _visitor(web, bundle).get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "<title>desk</title>" in answer.text


async def test_built_assets_are_kept_for_ever(web: Web, bundle: Path) -> None:
    answer = await _visitor(web, bundle).get("//assets/app-1a2b.js")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["//assets/app-1a2b.js", "//"])
async def test_what_the_build_packed_is_sent_packed_to_who_takes_it(web: Web, bundle: Path, path: str) -> None:
    plain = await _visitor(web, bundle).request("GET", path, headers={"Accept-Encoding": "identity"})
    for file in (bundle / "assets" / "app-1a2b.js", bundle / "index.html"):
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(file.read_bytes()))
    packed = await _visitor(web, bundle).request("GET", path, headers={"Accept-Encoding": "gzip, br"})
    still_plain = await _visitor(web, bundle).request("GET", path, headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", plain.text)
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in still_plain.headers
    assert still_plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    ["//assets/gone-1a2b.js", "//%2e%2e/secret.txt", "//assets/../../secret.txt", "//..%2fsecret.txt", "//a%00.js"],
)
async def test_nothing_outside_of_the_bundle_is_served(web: Web, bundle: Path, path: str) -> None:
    answer = await _visitor(web, bundle).get(path)
    assert answer.status_code == 404
    assert "not to be served" not in answer.text


async def test_a_desk_that_was_not_built_says_how_to(web: Web, tmp_path: Path) -> None:
    answer = await _visitor(web, tmp_path / "nothing").get("//")
    assert answer.status_code == 503
    assert "desk/build.py" in answer.text
