"""The device protocol, published for everybody: AsyncAPI 3, generated from the models that read the messages."""

from functools import cache
from typing import Any

from fastapi import APIRouter

from device_adapters.asyncapi import describe_protocol

router = APIRouter(tags=["protocol"])


@cache
def _document() -> dict[str, Any]:
    return describe_protocol()


@router.get("/api/asyncapi.json", include_in_schema=False)  # like openapi.json: a description does not describe itself
async def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document; needs no caller, for it tells of no person."""
    return _document()
