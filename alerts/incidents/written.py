"""Commands as JSON and back: what a command holds follows from its fields, so that no field can be forgotten.

Times are RFC 3339 in UTC, durations seconds, enumerations their values; a field that has its default is left out. The
same value has one spelling. What is not understood is said, and never guessed.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from alerts.incidents.commands import COMMANDS, Command

#: Under which key the name of the command stands.
NAME = "command"

_NAMES: Mapping[Any, str] = {kind: name for name, kind in COMMANDS.items()}
_PLAIN = frozenset({str, int, float, bool, NoneType})


class UnreadableCommandError(ValueError):
    """The JSON is not a command that this version knows."""


def write_command(command: Command) -> dict[str, Any]:
    """The command as JSON: its name, and its fields."""
    kind: Any = type(command)
    return {NAME: _NAMES[kind], **_codec(kind).write(command)}


def read_command(written: Mapping[str, Any]) -> Command:
    """The command again.

    Raises:
        UnreadableCommandError: an unknown name, a field that is not there, or one that should not be.
    """
    content = dict(written)
    name = content.pop(NAME, None)
    kind: Any = COMMANDS.get(name)
    if kind is None:
        raise UnreadableCommandError(f"no command is called {name!r}")
    try:
        return cast("Command", _codec(kind).read(content))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise UnreadableCommandError(f"{name}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Codec:
    """How values of one type are written and read."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@cache
def _codec(kind: Any) -> _Codec:
    if kind in _PLAIN:
        return _Codec(lambda value: value, _checked(kind))
    if kind is datetime:
        return _Codec(_write_time, _read_time)
    if kind is timedelta:
        return _Codec(lambda value: value.total_seconds(), lambda seconds: timedelta(seconds=seconds))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _Codec(lambda value: value.value, kind)
    if is_dataclass(kind):
        return _dataclass_codec(cast("type", kind))
    return _generic_codec(kind)


def _generic_codec(kind: Any) -> _Codec:
    """Of `tuple[X, ...]`, `Mapping[str, Param]`, `X | None` and `Param` itself."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments[1:] == (...,):
        each = _codec(arguments[0])
        return _Codec(
            lambda values: [each.write(value) for value in values],
            lambda values: tuple(each.read(value) for value in values),
        )
    if origin is not None and issubclass(origin, Mapping):
        value_codec = _codec(arguments[1])
        return _Codec(
            lambda values: {name: value_codec.write(value) for name, value in values.items()},
            lambda values: {name: value_codec.read(value) for name, value in values.items()},
        )
    if isinstance(kind, UnionType):
        return _union_codec(arguments)
    raise TypeError(f"a command cannot hold {kind}")


def _union_codec(kinds: tuple[Any, ...]) -> _Codec:
    others = [kind for kind in kinds if kind is not NoneType]
    if all(kind in _PLAIN for kind in others):
        return _Codec(lambda value: value, _checked(*kinds))
    if len(others) != 1:
        raise TypeError(f"a command cannot hold one of {kinds}")
    known = _codec(others[0])
    return _Codec(
        lambda value: None if value is None else known.write(value),
        lambda value: None if value is None else known.read(value),
    )


def _dataclass_codec(kind: type) -> _Codec:
    hints = get_type_hints(kind)
    codecs = {one.name: (_codec(hints[one.name]), _default_of(one)) for one in fields(kind)}

    def write(value: Any) -> dict[str, Any]:
        written = {}
        for name, (codec, default) in codecs.items():
            held = getattr(value, name)
            if default is MISSING or held != default:
                written[name] = codec.write(held)
        return written

    def read(content: Any) -> Any:
        unknown = set(content) - set(codecs)
        if unknown:
            raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
        return kind(**{name: codecs[name][0].read(held) for name, held in content.items()})

    return _Codec(write, read)


def _default_of(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _checked(*kinds: type) -> Callable[[Any], Any]:
    """JSON has one kind of number: a whole one may stand where a fraction is meant, and nothing else for anything."""
    accepted = tuple({*kinds, *((int,) if float in kinds else ())})

    def read(value: Any) -> Any:
        if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"{value!r} is not {' or '.join(kind.__name__ for kind in kinds)}")
        return value

    return read


def _write_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _read_time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return at.astimezone(UTC)
