"""How the hub tells what it does: one event name with fields a line, set up once a process.

Fields carry ids only, never a name, a telephone number or a vital sign.
"""

import logging
import re
import sys

import structlog

from hub.settings import LogFormat, Settings

#: Fields that would tell who somebody is or how they are; a slip of ours is blotted out rather than written down.
PRIVATE_FIELDS = frozenset(
    {"name", "phone", "caller_phone", "address", "note", "text", "password", "secret", "key", "token", "dsn", "payload"}
)
_BLOT = "[private]"
_ROW_VALUES = re.compile(r"^((?:DETAIL|CONTEXT|LINE \d+):).*$", re.MULTILINE)


def configure_logging(settings: Settings, role: str) -> None:
    """Set up structlog, and what libraries write through `logging`, for this process."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _blot_private_fields,
        structlog.processors.format_exc_info,  # plain tracebacks: rich ones print the values of variables
        _drop_row_values,
    ]
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(ensure_ascii=False)
    if settings.log_format is LogFormat.CONSOLE:
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(processors=[_drop_record, renderer], foreign_pre_chain=shared)
    channel = logging.StreamHandler(sys.stderr)
    channel.setFormatter(formatter)
    logging.basicConfig(handlers=[channel], level=max(level, logging.WARNING), force=True)
    structlog.contextvars.bind_contextvars(role=role)


def _blot_private_fields(
    _logger: structlog.typing.WrappedLogger, _method: str, fields: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    for name in PRIVATE_FIELDS.intersection(fields):
        fields[name] = _BLOT
    return fields


def _drop_row_values(
    _logger: structlog.typing.WrappedLogger, _method: str, fields: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """PostgreSQL quotes the row that broke a rule: "DETAIL: Key (phone)=(...) already exists"."""
    if "exception" in fields:
        fields["exception"] = _ROW_VALUES.sub(rf"\1{_BLOT}", fields["exception"])
    return fields


def _drop_record(
    _logger: structlog.typing.WrappedLogger, _method: str, fields: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Remove the fields that only ProcessorFormatter itself needs."""
    fields.pop("_record", None)
    fields.pop("_from_structlog", None)
    return fields
