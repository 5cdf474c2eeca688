"""The desk's built bundle at `/`: hashed files for ever, `index.html` never from a cache, a page that helps without."""

from pathlib import Path

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
        await self._choose(scope["method"], scope["path"])(scope, receive, send)

    def _choose(self, method: str, path: str) -> Response:
        if path == "/api" or path.startswith("/api/"):
            return ProblemError(404, "not_found", "There is nothing at this address.").response()
        if method not in {"GET", "HEAD"}:
            return ProblemError(405, "method_not_allowed", "This address does not know this method.").response()
        file = self._file(path)
        if file is not None:
            return FileResponse(file, headers={"Cache-Control": _lifetime(path)})
        if "." in path.rsplit("/", 1)[-1] and path != "/index.html":
            return ProblemError(404, "not_found", "There is nothing at this address.").response()
        return self._page()

    def _file(self, path: str) -> Path | None:
        """A file below the bundle; nothing that leads out of it."""
        relative = path.lstrip("/")
        if not relative or "\0" in relative:
            return None
        file = (self._bundle / relative).resolve()
        if not file.is_relative_to(self._bundle.resolve()) or not file.is_file() or file.name == "index.html":
            return None
        return file

    def _page(self) -> Response:
        index = self._bundle / "index.html"
        if not index.is_file():
            return HTMLResponse(_MISSING, status_code=503, headers={"Cache-Control": "no-cache"})
        return FileResponse(index, headers={"Cache-Control": "no-cache"})


def _lifetime(path: str) -> str:
    """Names of built assets carry their hash; anything else may change under its name."""
    return "public, max-age=31536000, immutable" if path.startswith("/assets/") else "no-cache"
