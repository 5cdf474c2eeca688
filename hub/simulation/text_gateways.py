"""Text gateways: they accept, refuse, answer too late or not at all - and say afterwards what became of a text, or not.

What a gateway has taken arrives on the telephone, whatever the hub was told about it.
"""

from collections.abc import Callable
from uuid import UUID

from hub.simulation.chance import Chance
from hub.simulation.scheduler import Scheduler
from hub.simulation.world import NEVER_S, TextHabits
from hub.stations.submissions import Accepted, Receipt, ReceiptState, Rejected, Submission, Unknown

#: A channel's own time-out: shorter than the lease.
_TIME_OUT_S = 10.0

Arrive = Callable[[str, UUID], None]


class TextGateway:
    """One of the channels."""

    def __init__(
        self,
        habits: TextHabits,
        scheduler: Scheduler,
        chance: Chance,
        *,
        arrive: Arrive,
        receive: Callable[[Receipt], None],
    ) -> None:
        self.name = habits.name
        self.ready = True
        self._habits = habits
        self._scheduler = scheduler
        self._chance = chance
        self._arrive = arrive
        self._receive = receive
        self._taken = 0
        if habits.down_every_s < NEVER_S:
            self._plan_breakdown()

    def submit(
        self, destination: str, incident_id: UUID, take: Callable[[], None], answer: Callable[[Submission], None]
    ) -> None:
        """One text; `take` is told if the gateway has it, `answer` gets what it says - now, late, or never."""
        habits, chance = self._habits, self._chance
        after_s = chance.takes_s(habits.accepts_within_s)
        if not self.ready or chance.happens(habits.rejects):
            self._later(after_s, answer, Rejected(reason="busy", permanent=False))
        elif chance.happens(habits.refuses_for_good):
            self._later(after_s, answer, Rejected(reason="blacklisted", permanent=True))
        elif chance.happens(habits.times_out):
            if chance.happens(0.5):
                self._take(destination, incident_id, take, after_s)
            self._later(_TIME_OUT_S, answer, Unknown(reason="timeout"))
        else:
            ref = self._take(destination, incident_id, take, after_s)
            self._later(after_s, answer, Accepted(provider_ref=ref))

    def _take(self, destination: str, incident_id: UUID, take: Callable[[], None], after_s: float) -> str:
        self._taken += 1
        ref = f"{self.name}-{self._taken}"
        take()
        habits, chance = self._habits, self._chance
        receipt_s = (
            0.5 * after_s if chance.happens(habits.receipt_first) else after_s + chance.takes_s(habits.receipt_within_s)
        )
        arrives = chance.happens(0.93)
        state = ReceiptState.DELIVERED if arrives else ReceiptState.FAILED
        if arrives:
            self._scheduler.after(receipt_s, "text arrives", lambda: self._arrive(destination, incident_id))
        if not chance.happens(habits.loses_receipt):
            receipt = Receipt(channel=self.name, provider_ref=ref, state=state, reason=None if arrives else "expired")
            for _ in range(2 if chance.happens(habits.doubles_receipt) else 1):
                receipt_s += chance.uniform(0.0, 1.0)
                self._scheduler.after(receipt_s, "receipt", lambda: self._receive(receipt))
        return ref

    def _later(self, after_s: float, answer: Callable[[Submission], None], submission: Submission) -> None:
        self._scheduler.after(after_s, "gateway answers", lambda: answer(submission))

    def _plan_breakdown(self) -> None:
        self._scheduler.after(self._chance.waits_s(self._habits.down_every_s), "gateway breaks", self._break)

    def _break(self) -> None:
        self.ready = False
        self._scheduler.after(self._chance.waits_s(self._habits.down_for_s), "gateway mended", self._mend)

    def _mend(self) -> None:
        self.ready = True
        self._plan_breakdown()
