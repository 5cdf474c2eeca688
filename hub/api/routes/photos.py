"""A person's photo (照片): put, shown and taken away; only while the person agrees to it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from hub.api.callers import DESK_ROLES, LOOKING_ROLES, Caller, requires
from hub.api.problems import ProblemError, not_found
from hub.storage.photos import PHOTO_BYTES_MAX, Photo, PhotoType, delete_photo, find_photo, photo_type, put_photo
from hub.storage.recipients import find_recipient
from hub.storage.views import View

router = APIRouter(prefix="/recipients/{recipient_id}/photo", tags=["recipients"])

_PICTURE = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in PhotoType}


class PhotoTaken(View):
    """That it is there, and since when."""

    taken_in_at: datetime


@router.put("", openapi_extra={"requestBody": {"required": True, "content": _PICTURE}})
async def put(recipient_id: UUID, request: Request, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> PhotoTaken:
    """Put a photo: JPEG, PNG or WebP of 512 KiB at most, told by its bytes. 409 while the person has not agreed."""
    content = await _content(request)
    kind = photo_type(content)
    if kind is None:
        raise ProblemError(415, "no_photo", "This is no JPEG, PNG or WebP picture.")
    file = await find_recipient(caller.connection, recipient_id, caller.scope)
    if file is None:
        raise not_found("recipient")
    taken_in_at = await put_photo(caller.connection, recipient_id, caller.scope, Photo(type=kind, content=content))
    if taken_in_at is None:
        raise ProblemError(409, "no_photo_consent", "The person has not agreed to a photo: set photo_consent first.")
    await caller.record("put_photo", "recipient", recipient_id, file.division_id)
    return PhotoTaken(taken_in_at=taken_in_at)


@router.get("", response_class=Response, responses={200: {"content": _PICTURE, "description": "The picture."}})
async def get(recipient_id: UUID, caller: Annotated[Caller, requires(*LOOKING_ROLES)]) -> Response:
    """The photo; 404 without consent as without a photo. The look is on record, and no browser keeps it."""
    photo = await find_photo(caller.connection, recipient_id, caller.scope)
    if photo is None:
        raise not_found("photo")
    await caller.record("look_photo", "recipient", recipient_id)
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return Response(photo.content, media_type=photo.type, headers=headers)


@router.delete("", status_code=204)
async def delete(recipient_id: UUID, caller: Annotated[Caller, requires(*DESK_ROLES)]) -> None:
    """Erase it."""
    if not await delete_photo(caller.connection, recipient_id, caller.scope):
        raise not_found("photo")
    await caller.record("delete_photo", "recipient", recipient_id)


async def _content(request: Request) -> bytes:
    """The body, read no further than a photo may be large."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > PHOTO_BYTES_MAX:
            raise ProblemError(413, "body_too_large", "A photo has 512 KiB at most.")
    return bytes(content)
