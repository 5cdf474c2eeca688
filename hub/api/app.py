"""The application: routes, errors, headers, the desk's files; built from its parts, opening nothing itself."""

from functools import partial

from fastapi import FastAPI

from hub import __version__
from hub.api import probes
from hub.api.callers import cookie_name
from hub.api.description import describe
from hub.api.desk_files import DeskFiles
from hub.api.envelope import Envelope
from hub.api.parts import Parts
from hub.api.problems import add_problem_handlers
from hub.api.routes import ALL, asyncapi, tiles

PREFIX = "/api/v1"


def create_app(parts: Parts, desk: DeskFiles | None = None) -> FastAPI:
    """The web role's ASGI application."""
    app = FastAPI(
        title="Anxin Hub",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its pages load scripts from elsewhere, which a desk without internet cannot
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    add_problem_handlers(app)
    app.add_middleware(Envelope, tls=parts.tls, images_from=lambda: app.state.parts.settings.map_origins)
    for router in ALL:
        app.include_router(router, prefix=PREFIX)
    app.include_router(probes.router)
    app.include_router(asyncapi.router)
    app.include_router(tiles.pictures)
    app.router.default = desk or DeskFiles()
    app.openapi = partial(describe, app, cookie_name(parts))  # type: ignore[method-assign]  # FastAPI's own way to do it
    return app
