"""A line in, the same line out: the loopback and a Python process, without anything of the hub.

Started by `probes`; prints its port.
"""

import asyncio


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the port, for whoever started this
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
