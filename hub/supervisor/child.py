"""One child process: started with its parent's life, awaited without threads, restarted after a pause that grows."""

import asyncio
import signal
import subprocess
from collections.abc import Mapping

from hub.clock import monotonic_s
from hub.embedded.ties import die_with_parent

#: A role is to be back within 2 s of its death, even after many deaths; its own start takes the rest of that.
PAUSE_FIRST_S = 0.05
PAUSE_MAX_S = 1.0
#: Who has lived this long has started well: the next pause is the first again.
_GOOD_LIFE_S = 10.0


class Deaths:
    """Wakes whoever waits for a child, at each SIGCHLD; no thread per child, and no polling."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()

    def install(self) -> None:
        """Listen for SIGCHLD on the running loop."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._wake)

    def _wake(self) -> None:
        self._happened.set()
        self._happened = asyncio.Event()

    async def wait_for(self, process: subprocess.Popen[bytes]) -> int:
        """Return the exit code once the process has ended (negative: the signal that ended it)."""
        while (code := process.poll()) is None:
            await self._happened.wait()
        return code


class Pause:
    """How long to wait before the next start."""

    def __init__(self) -> None:
        self._next_s = PAUSE_FIRST_S
        self._started_s = monotonic_s()

    def started(self) -> None:
        """Note the moment of a start."""
        self._started_s = monotonic_s()

    def after_death(self) -> float:
        """Seconds to wait now; doubles from one early death to the next, and starts anew after a good life."""
        if monotonic_s() - self._started_s >= _GOOD_LIFE_S:
            self._next_s = PAUSE_FIRST_S
        pause_s = self._next_s
        self._next_s = min(self._next_s * 2, PAUSE_MAX_S)
        return pause_s


def start_child(command: list[str], environment: Mapping[str, str], *, quiet: bool = False) -> subprocess.Popen[bytes]:
    """Start a process that the kernel kills when we end, and that Ctrl-C at the terminal does not reach."""
    return subprocess.Popen(  # noqa: S603 - commands come from the plan, which is ours
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        start_new_session=True,
        # SIGKILL: a role that lost its supervisor must not linger, and nothing acknowledged depends on its goodbye
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - this process has one thread
    )
