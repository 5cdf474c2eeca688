"""The desk's built bundle at `/`: hashed files for ever, `index.html` never from a cache, a page that helps without.

The build leaves each text a second time, gzipped: a third of the bytes on a county's slow line.
"""

from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from hub.api.problems import ProblemError

BUNDLE = Path(__file__).parent / "desk_bundle"

_MISSING = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>安心平台</title></head><body>
<h1>值班台页面尚未构建</h1>
<p>平台已在运行，但没有找到值班台的页面文件。请在源码目录中执行 <code>python desk/build.py</code>，然后刷新本页。</p>
<p lang="en">The hub is running; its desk has not been built. Run <code>python desk/build.py</code>, then reload.</p>
<p><a href="/api/openapi.json">/api/openapi.json</a> · <a href="/readyz">/readyz</a></p>
</body></html>"""


class DeskFiles:
    """What the router serves when no route fits; a plain ASGI application."""

    def __init__(self, bundle: Path = BUNDLE) -> None:
        self._bundle = bundle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A file of the bundle, the page itself for the desk's own addresses, or a problem."""
        if scope["type"] != "http":
            raise HTTPException(404)
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        await self._choose(scope["method"], scope["path"], takes_gzip=takes_gzip)(scope, receive, send)

    def _choose(self, method: str, path: str, *, takes_gzip: bool) -> Response:
        if path == "/api" or path.startswith("/api/"):
            return ProblemError(404, "not_found", "There is nothing at this address.").response()
        if method not in {"GET", "HEAD"}:
            return ProblemError(405, "method_not_allowed", "This address does not know this method.").response()
        file = self._file(path)
        if file is not None:
            return _send_file(file, _lifetime(path), takes_gzip=takes_gzip)
        if "." in path.rsplit("/", 1)[-1] and path != "/index.html":
            return ProblemError(404, "not_found", "There is nothing at this address.").response()
        return self._page(takes_gzip=takes_gzip)

    def _file(self, path: str) -> Path | None:
        """A file below the bundle; nothing that leads out of it."""
        relative = path.lstrip("/")
        if not relative or "\0" in relative:
            return None
        file = (self._bundle / relative).resolve()
        if not file.is_relative_to(self._bundle.resolve()) or not file.is_file() or file.name == "index.html":
            return None
        return file

    def _page(self, *, takes_gzip: bool) -> Response:
        index = self._bundle / "index.html"
        if not index.is_file():
            return HTMLResponse(_MISSING, status_code=503, headers={"Cache-Control": "no-cache"})
        return _send_file(index, "no-cache", takes_gzip=takes_gzip)


def _send_file(file: Path, lifetime: str, *, takes_gzip: bool) -> Response:
    """The file, or what the build packed of it."""
    headers = {"Cache-Control": lifetime, "Vary": "Accept-Encoding"}
    packed = file.with_name(file.name + ".gz")
    if not takes_gzip or not packed.is_file():
        return FileResponse(file, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return FileResponse(packed, headers=headers, media_type=guess_type(file)[0])


def _lifetime(path: str) -> str:
    """Names of built assets carry their hash; anything else may change under its name."""
    return "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
