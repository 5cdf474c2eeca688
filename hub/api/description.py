"""The OpenAPI document: what FastAPI gathers, with errors as they really leave."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.api.problems import MEDIA_TYPE, ProblemDocument

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PROBLEMS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_BY_KEY_OR_COOKIE: list[dict[str, list[str]]] = [{"apiKey": []}, {"session": []}]


def describe(app: FastAPI, cookie_name: str) -> dict[str, Any]:
    """The document, made once and kept by the application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, openapi_version=app.openapi_version, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update({**problem.pop("$defs"), "ProblemDocument": problem})
        document["components"]["responses"] = _problem_responses()
        document["components"]["securitySchemes"] = {
            "apiKey": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": cookie_name},
        }
        for path, operations in document["paths"].items():
            for method in _METHODS & operations.keys():
                _describe_operation(path, method, operations[method])
        app.openapi_schema = document
    return app.openapi_schema


def _describe_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    anonymous = operation.pop("x-anonymous", False) or not path.startswith("/api/v1/")
    operation["security"] = [] if anonymous else _BY_KEY_OR_COOKIE
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _problems_of(path, method, operation, anonymous=anonymous):
        responses[str(int(status))] = {"$ref": f"#/components/responses/{_response_name(status)}"}


def _response_name(status: HTTPStatus) -> str:
    return status.phrase.replace(" ", "")


def _problem_responses() -> dict[str, Any]:
    """Every error has the same shape; its status says whose fault it is."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        _response_name(status): {
            "description": f"{status.phrase}: a problem document (RFC 9457)",
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in _PROBLEMS
    }


def _problems_of(path: str, method: str, operation: dict[str, Any], *, anonymous: bool) -> Iterator[HTTPStatus]:
    """The errors an operation may answer with: each follows from what it is, none is a mistake of ours (500)."""
    if not path.startswith("/api/v1/"):
        return  # probes and documents say themselves what they answer
    yield HTTPStatus.SERVICE_UNAVAILABLE  # the database is away
    if anonymous:
        yield HTTPStatus.TOO_MANY_REQUESTS  # logging in, too often
    yield HTTPStatus.UNAUTHORIZED
    yield HTTPStatus.FORBIDDEN
    if "{" in path:
        yield HTTPStatus.NOT_FOUND
    if method != "get":
        yield HTTPStatus.CONFLICT
    if "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST  # no JSON in any encoding
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if "requestBody" in operation or operation.get("parameters"):
        yield HTTPStatus.UNPROCESSABLE_ENTITY
