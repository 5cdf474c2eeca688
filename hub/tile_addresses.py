"""Where tiles of another server are: `https://host/path/{z}/{x}/{y}.png?tk=...`, as `HUB_MAP_TILES` names them."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

_PLACES = ("{z}", "{x}", "{y}")
_BRACES = re.compile(r"\{[^}]*\}")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


def check_tile_address(template: str) -> str:
    """The template as it is.

    Raises:
        ValueError: no tile can be asked for by it; the sentence says why.
    """
    missing = [place for place in _PLACES if place not in template]
    if missing:
        raise ValueError(f"an address of tiles has {', '.join(_PLACES)} in it; {', '.join(missing)} is missing")
    strange = sorted(set(_BRACES.findall(template)) - set(_PLACES))
    if strange:
        raise ValueError(f"{', '.join(strange)} means nothing here; name one server, such as t0 instead of t{{s}}")
    tile_origin(template)
    return template


@lru_cache(maxsize=8)
def tile_origin(template: str) -> str:
    """The server that the template asks: scheme, host and port, as a browser's policy names it.

    Raises:
        ValueError: it names none.
    """
    parts = urlsplit(_BRACES.sub("0", template))
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(parts.netloc.rsplit(":", 1)[0]):
        raise ValueError("an address of tiles begins with https://host/ or http://host/, without a user")
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"
