"""The HTTP API against its own description: every operation, as every role and as nobody, by schemathesis.

Nothing may be answered with a 5xx, nor with a status, a media type or a shape that the description does not have, and
what the description calls invalid may not be accepted.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count as count_from
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err, Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hub.storage.accounts import Role
from tests.fuzz.live_api import LiveApi, served
from tests.hub.api.conftest import TOWNSHIP
from tests.hub.api.world import World

#: All but `positive_data_acceptance`: what fits its schema may still name a device that is not there (404, 422), or
#: close what is closed (409).
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
#: It never ends; its parameters are tried in `test_api_garbage.py`, its frames in `tests/hub/api/test_stream.py`.
LEFT_OUT = frozenset({"GET /api/v1/stream"})
#: 503 is what it says when the hub is not ready, and here nothing but the web role runs.
MAY_BE_UNAVAILABLE = frozenset({"GET /readyz"})
STRANGER = "stranger"
CALLERS = (*Role, STRANGER)

Operation = APIOperation[Any, Any, Any, Any]


@dataclass(frozen=True)
class Effort:
    """Inputs for each operation and caller."""

    valid: int
    invalid: int
    callers: tuple[str, ...] = CALLERS


@pytest.fixture
def api(database: str) -> Iterator[LiveApi]:
    with served(database) as live:
        yield live


def _is_raw(body: Any) -> bool:
    """Bytes, such as a photo: there are no bytes that would be no bytes."""
    return bool(body.definition["schema"].get("format") == "binary")


def _is_any_text(parameter: Any) -> bool:
    """A word of the path that the description leaves open, such as a tile's row: every text is one."""
    schema = parameter.definition["schema"]
    narrowed = schema.keys() & {"enum", "format", "pattern", "minLength", "maxLength"}
    return bool(schema["type"] == "string" and not narrowed)


class Inspection:
    """Calls of every operation as everybody, and what was wrong with the answers."""

    def __init__(self, api: LiveApi, effort: Effort) -> None:
        self.requests = 0
        self.wrong: list[str] = []
        self.called: set[tuple[str, str]] = set()
        self._api = api
        self._effort = effort
        self._world = World(api.web)
        self._sessions = {caller: self._session(caller) for caller in effort.callers}

    def _session(self, caller: str) -> requests.Session:
        session = requests.Session()
        if caller != STRANGER:
            key = self._api.run(self._api.web.key(Role(caller), TOWNSHIP))
            session.headers["Authorization"] = f"Bearer {key}"
        return session

    def inspect(self, operation: Operation) -> None:
        """Call one operation, with valid and invalid inputs."""
        ids = self._api.run(self._world.ids(operation.path))
        existing = {name: identity for name, identity in ids.items() if f"{{{name}}}" in operation.path}
        for mode, times in (
            (GenerationMode.POSITIVE, self._effort.valid),
            (GenerationMode.NEGATIVE, self._effort.invalid),
        ):
            for path_parameters in (existing, None) if existing else (None,):
                try:
                    self._call(operation, operation.as_strategy(mode, path_parameters=path_parameters), times)
                except Unsatisfiable:  # nothing to be invalid in: no parameter but open words, and no body but bytes
                    assert mode is GenerationMode.NEGATIVE
                    assert all(_is_raw(body) for body in operation.body)
                    assert not operation.query
                    assert existing or all(_is_any_text(word) for word in operation.path_parameters)

    def _call(self, operation: Operation, cases: SearchStrategy[Case[Any]], times: int) -> None:
        """So many times as each caller."""
        turns = count_from(0)
        checks = CHECKS[1:] if operation.label in MAY_BE_UNAVAILABLE else CHECKS

        @settings(
            max_examples=times * len(self._effort.callers),
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def call(case: Case[Any]) -> None:
            callers = self._effort.callers
            caller = callers[next(turns) % len(callers)]
            self.requests += 1
            self.called.add((operation.label, caller))
            try:
                case.call_and_validate(base_url=self._api.url, session=self._sessions[caller], checks=checks)
            except FailureGroup as group:
                self.wrong.append(f"{operation.label} as {caller}: {group.message}")

        call()

    def close(self) -> None:
        """Hang up."""
        for session in self._sessions.values():
            session.close()


def _readable(found: Ok[Operation] | Err[InvalidSchema]) -> Operation:
    if isinstance(found, Err):
        raise found.err()
    return found.ok()


def inspect_all(api: LiveApi, effort: Effort) -> None:
    schema = schemathesis.openapi.from_dict(requests.get(f"{api.url}/api/openapi.json", timeout=10).json())
    inspection = Inspection(api, effort)
    schema.config.generation.update(with_security_parameters=False)  # who calls is chosen here
    operations = [_readable(found) for found in schema.get_all_operations()]
    with closing(inspection):
        for operation in operations:
            if operation.label not in LEFT_OUT:
                inspection.inspect(operation)
    inspected = {operation.label for operation in operations} - LEFT_OUT
    assert len(inspected) > 50
    assert {caller for _, caller in inspection.called} == set(effort.callers)
    said = "\n".join(inspection.wrong[:8])
    assert not inspection.wrong, f"{len(inspection.wrong)} of {inspection.requests} answers:\n{said}"


@pytest.mark.timeout(300)  # ten seconds of the processor, which others may be using
def test_the_api_answers_whom_it_knows_and_whom_it_does_not_as_it_is_described(api: LiveApi) -> None:
    """What each role may do is tried by `tests/hub/api/test_every_route.py`, and all of this as everybody for long."""
    inspect_all(api, Effort(valid=1, invalid=1, callers=(Role.ADMIN, STRANGER)))


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_api_answers_everybody_as_it_is_described_for_long(api: LiveApi) -> None:
    inspect_all(api, Effort(valid=12, invalid=12))
