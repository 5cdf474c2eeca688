"""For machines that watch the hub: is the process there, does the hub keep its promises, and its figures."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, Response

from hub.api.parts import Parts, parts_of
from hub.storage.database import DATABASE_AWAY
from hub.storage.figures import Figure, FigureKind, count_figures
from hub.storage.heartbeats import count_processes
from hub.storage.readiness import why_not_ready

router = APIRouter(tags=["probes"])

#: A probe that waits longer has its answer.
_READY_WITHIN_S = 3.0


@router.get("/healthz")
async def health() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readiness(request: Request) -> Response:
    """200 when a press would be taken in, shown and escalated; otherwise 503 with the reasons."""
    reasons = await _reasons(parts_of(request))
    if reasons:
        return JSONResponse({"status": "not ready", "reasons": reasons}, status_code=503)
    return JSONResponse({"status": "ready", "reasons": []})


async def _reasons(parts: Parts) -> list[str]:
    try:
        async with asyncio.timeout(_READY_WITHIN_S), parts.pool.connection() as connection:
            return await why_not_ready(connection)
    except (TimeoutError, *DATABASE_AWAY):
        return ["the database cannot be reached"]


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures for Prometheus; no person can be told from them."""
    parts = parts_of(request)
    figures = [
        Figure("stream_subscribers", {}, parts.broadcaster.subscriber_count),
        Figure("stream_events", {}, parts.broadcaster.counts.events, kind=FigureKind.COUNTER),
        Figure("stream_readers_cut_off", {}, parts.broadcaster.counts.cut_off, kind=FigureKind.COUNTER),
    ]
    try:
        async with asyncio.timeout(_READY_WITHIN_S), parts.pool.connection() as connection:
            figures += [*await count_figures(connection), *await count_processes(connection)]
            figures.append(Figure("database_up", {}, 1))
    except (TimeoutError, *DATABASE_AWAY):
        figures.append(Figure("database_up", {}, 0))
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Figures(figures))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


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
