"""Values of the core as plain JSON: each dataclass with its name, fields that have their default left out."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any


def plainly(value: Any) -> Any:
    """The value as `json` writes it."""
    if is_dataclass(value) and not isinstance(value, type):
        said = {field.name: getattr(value, field.name) for field in fields(value)}
        named = {field.name: field for field in fields(value)}
        return {
            "": type(value).__name__,
            **{name: plainly(one) for name, one in said.items() if not _is_default(named[name], one)},
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(name): plainly(one) for name, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plainly(one) for one in value)
    if isinstance(value, tuple | list):
        return [plainly(one) for one in value]
    return value


def _is_default(field: "Field[Any]", value: Any) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default and type(value) is type(field.default))
    return field.default_factory is not MISSING and bool(value == field.default_factory())
