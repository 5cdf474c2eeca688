"""The shapes requests share: texts, telephone numbers, instants, divisions, pages.

A field we do not know is refused by name (422): a misspelt threshold that was silently ignored would be believed.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from zoneinfo import available_timezones

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from hub.storage.scope import DIVISION_DIGITS


class Body(BaseModel):
    """A request's body.

    `read_only` names fields of the answers that cannot be set: what was read may be sent back with a change in it.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    read_only: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _leave_out_read_only(cls, sent: object) -> object:
        if not cls.read_only or not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if name not in cls.read_only}

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as JSON."""
        return self.model_dump(mode="json", exclude_unset=True, by_alias=False)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain U+0000")
    return text


def _written_as_number(value: object) -> object:
    """JSON's own numbers: `true` and "5" are no thresholds, whatever a lenient reader would make of them."""
    if isinstance(value, bool | str):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic reports a ValueError as the field's fault
    return value


_PHONE = re.compile(r"\+?[0-9][0-9 \-]{1,18}[0-9]")


def _loose_phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise ValueError("must be 3 to 20 digits, spaces and hyphens, with + in front at most")
    return text


def _instant(value: object) -> datetime:
    """RFC 3339 with an offset, within this century: what lies outside is a mistake, and no database holds it all."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) > 64:
        raise ValueError("must be an RFC 3339 time with an offset")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an RFC 3339 time with an offset") from None
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("must have an offset, such as +08:00 or Z")
    if not 2000 <= moment.year < 2100:
        raise ValueError("must lie between 2000 and 2100")
    return moment.astimezone(UTC)


def _known_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone, such as Asia/Shanghai")
    return name


WholeNumber = Annotated[int, BeforeValidator(_written_as_number)]
Number = Annotated[float, BeforeValidator(_written_as_number)]
YesOrNo = Annotated[bool, Field(strict=True)]
Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(_without_nul)]
LongText = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_without_nul)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_without_nul)
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    AfterValidator(_loose_phone),
    WithJsonSchema({"type": "string", "pattern": f"^{_PHONE.pattern}$"}),
]
Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
DivisionId = Annotated[str, Field(pattern=rf"^[0-9]{{{DIVISION_DIGITS}}}$")]
POLICY_NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"

Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows of a page at most.")]
PAGE_ROWS = 100
Search = Annotated[Name | None, Query()]


class Point(Body):
    """A point on a map, WGS-84, in degrees; what a map in another datum shows is converted before it is sent."""

    lat: Annotated[Number, Field(ge=-90, le=90)]
    lon: Annotated[Number, Field(ge=-180, le=180)]


WithinDivision = Annotated[DivisionId | None, Query(description="Only of this division and what is below it.")]
