"""The OpenAPI document: what FastAPI gathers, with errors as they really leave."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.api.problems import MEDIA_TYPE, ProblemDocument

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_PROBLEM = {
    "description": "A problem document (RFC 9457)",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
}
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
        document["components"]["securitySchemes"] = {
            "apiKey": {"type": "http", "scheme": "bearer"},
            "session": {"type": "apiKey", "in": "cookie", "name": cookie_name},
        }
        for path, operations in document["paths"].items():
            for method in _METHODS & operations.keys():
                _describe_operation(path, operations[method])
        app.openapi_schema = document
    return app.openapi_schema


def _describe_operation(path: str, operation: dict[str, Any]) -> None:
    anonymous = operation.pop("x-anonymous", False) or not path.startswith("/api/v1/")
    operation["security"] = [] if anonymous else _BY_KEY_OR_COOKIE
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = _PROBLEM
