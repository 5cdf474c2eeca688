"""The desk, its fake hub and the hub mean the same contract: shapes, paths, and the client's generated types."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import BaseModel

from hub.api.app import create_app
from hub.api.parts import Parts
from hub.api.routes.sessions import Me
from hub.storage.incident_views import IncidentFile, IncidentView
from hub.storage.quarantine_views import QuarantineView
from hub.storage.queues import FollowUpView, MaintenanceView
from hub.storage.recipients import RecipientFile
from hub.storage.scripts_shapes import IncidentScriptView
from tests.desk.fake_hub import Stage, build_app
from tests.desk.fake_scenery import furnish
from tests.desk.fake_scripts import FakeScripts

REPOSITORY = Path(__file__).resolve().parents[2]
GENERATED = REPOSITORY / "desk" / "src" / "api" / "generated.d.ts"


def openapi() -> dict[str, Any]:
    """The hub's own document; describing itself needs no database."""
    return create_app(cast("Parts", SimpleNamespace(tls=False))).openapi()


def test_the_fake_hub_answers_in_the_shapes_of_the_hub() -> None:
    state = Stage().state
    furnish(state, 12)
    shown: list[tuple[type[BaseModel], list[dict[str, Any]]]] = [
        (IncidentView, list(state.incidents.values())),
        (IncidentFile, [state.detail(incident_id) for incident_id in state.incidents]),
        (RecipientFile, list(state.files.values())),
        (IncidentScriptView, [FakeScripts().of(incident) for incident in state.incidents.values()]),
        (MaintenanceView, state.maintenance),
        (FollowUpView, state.follow_ups),
        (QuarantineView, state.quarantine),
    ]
    for shape, answers in shown:
        assert answers
        for answer in answers:
            assert shape.model_validate(answer).model_dump().keys() == answer.keys(), shape.__name__


def test_the_fake_hub_serves_only_paths_the_hub_has() -> None:
    def operations(document: dict[str, Any]) -> set[tuple[str, str]]:
        return {(path, method) for path, methods in document["paths"].items() for method in methods}

    assert operations(build_app(Stage()).openapi()) <= operations(openapi())
    assert Me.model_fields.keys() >= {"server_time", "hub"}


def test_the_clients_types_are_those_of_the_hub(tmp_path: Path) -> None:
    """Fails when the contract changed and `python desk/build.py --types` was not run."""
    if not (REPOSITORY / "desk" / "node_modules").is_dir():
        pytest.skip("the desk's modules are not installed: `python desk/build.py` installs them")
    document, fresh = tmp_path / "openapi.json", tmp_path / "generated.d.ts"
    document.write_text(json.dumps(openapi()), encoding="utf-8")
    command = [sys.executable, str(REPOSITORY / "desk" / "build.py"), "--types", str(document), "--into", str(fresh)]
    subprocess.run(command, check=True, capture_output=True)
    assert fresh.read_text(encoding="utf-8") == GENERATED.read_text(encoding="utf-8")
