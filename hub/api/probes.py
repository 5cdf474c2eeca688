"""For machines that watch the hub: is the process there, does the hub keep its promises, and its figures."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from hub.api.parts import Parts, parts_of
from hub.clock import utc_now
from hub.storage.database import DATABASE_AWAY, Connection
from hub.storage.disk import database_room
from hub.storage.figures import Figure, FigureKind, count_figures
from hub.storage.heartbeats import count_processes
from hub.storage.readiness import why_not_ready

router = APIRouter(tags=["probes"])

#: A probe that waits longer has its answer.
_READY_WITHIN_S = 3.0
#: Prometheus is told what there is within a second; the counts of a database that is slow now come with the next look.
_FIGURES_WITHIN_S = 0.8

_T = TypeVar("_T")


@router.get("/healthz")
async def health() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


_NOT_READY = {"description": "Not ready, with the reasons", "content": {"application/json": {}}}


@router.get("/readyz", responses={503: _NOT_READY})
async def readiness(request: Request) -> Response:
    """200 when a press would be taken in, shown and escalated; otherwise 503 with the reasons.

    Warnings tell what will make it unready if nobody does anything.
    """
    parts = parts_of(request)
    reasons, warnings = await _reasons(parts), _warnings(parts)
    if reasons:
        return JSONResponse({"status": "not ready", "reasons": reasons, "warnings": warnings}, status_code=503)
    return JSONResponse({"status": "ready", "reasons": [], "warnings": warnings})


def _warnings(parts: Parts) -> list[str]:
    room = database_room(parts.settings.data_dir)
    if room is None or not room.is_low:
        return []
    return [f"the disk of the database has {room.free_mib} MiB left ({room.free_pct} %)"]


async def _reasons(parts: Parts) -> list[str]:
    reasons = await _ask_within(parts, why_not_ready, _READY_WITHIN_S)
    return ["the database cannot be reached"] if reasons is None else reasons


_FIGURES = {"description": "Prometheus's text", "content": {"text/plain": {"schema": {"type": "string"}}}}


@router.get("/metrics", response_class=Response, responses={200: _FIGURES})
async def metrics(request: Request) -> Response:
    """Figures for Prometheus; no person can be told from them."""
    parts = parts_of(request)
    counted = await _ask_within(parts, _count, _FIGURES_WITHIN_S)
    figures = [*_count_here(parts), *(counted or ()), Figure("database_up", {}, int(counted is not None))]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Figures(figures))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


async def _count(connection: Connection) -> list[Figure]:
    return [*await count_figures(connection), *await count_processes(connection)]


def _count_here(parts: Parts) -> list[Figure]:
    """What this process knows by itself, the database or not."""
    broadcaster = parts.broadcaster
    blindness = broadcaster.sight.blindness
    blind_s = 0.0 if blindness is None else max((utc_now() - blindness.since).total_seconds(), 0.0)
    room = database_room(parts.settings.data_dir)
    return [
        *([] if room is None else [Figure("database_disk_free_bytes", {}, room.free)]),
        Figure("blind_seconds", {}, blind_s),
        Figure("stream_subscribers", {}, broadcaster.subscriber_count),
        Figure("stream_events", {}, broadcaster.counts.events, kind=FigureKind.COUNTER),
        Figure("stream_readers_cut_off", {}, broadcaster.counts.cut_off, kind=FigureKind.COUNTER),
    ]


async def _ask_within(parts: Parts, ask: Callable[[Connection], Awaitable[_T]], within_s: float) -> _T | None:
    """What the database says in time; None when it is away, or says nothing.

    What takes longer is left to end by itself: to cancel a statement takes a server that listens.
    """
    if parts.broadcaster.sight.database_is_away:
        return None

    async def asking() -> _T | None:
        try:
            async with parts.pool.connection() as connection:
                return await ask(connection)
        except DATABASE_AWAY:
            return None

    task = asyncio.ensure_future(asking())
    done, _ = await asyncio.wait({task}, timeout=within_s)
    return task.result() if done else None


class _Figures:
    """A collector of what was counted for this one answer."""

    def __init__(self, figures: list[Figure]) -> None:
        self._figures = figures

    def collect(self) -> list[Metric]:
        """One family a name."""
        families: dict[str, Any] = {}
        for figure in self._figures:
            name = f"anxin_{figure.name}"
            labels = sorted(figure.labels)
            if name not in families:
                families[name] = _FAMILIES[figure.kind](name, _sentence(figure.name), labels=labels)
            family = families[name]
            family.add_metric([figure.labels[label] for label in labels], figure.value)
        return list(families.values())


_FAMILIES: dict[FigureKind, Any] = {FigureKind.GAUGE: GaugeMetricFamily, FigureKind.COUNTER: CounterMetricFamily}


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize() + "."
