"""Everything that can be asked of an incident, drawn at random: policies, people, and a command of each class."""

from hypothesis import strategies as st

from alerts.actors import Actor, ActorType, Person
from alerts.decisions import RaiseAlert
from alerts.escalation.policy import EscalationPolicy, Step, Target
from alerts.escalation.steps import Reachable
from alerts.explanation import Explanation, Param
from alerts.incidents import Disposition, Ending, FalseCause
from alerts.incidents.commands import (
    Acknowledge,
    AddNote,
    AdoptPolicy,
    AnswerGoing,
    ChangeSeverity,
    Close,
    Command,
    ConfirmTest,
    Decline,
    GiveBack,
    HandOver,
    Join,
    LeaveDesk,
    LogContactAttempt,
    MergeInto,
    NoteCleared,
    Open,
    PassHoldDeadline,
    Reopen,
    SetArrived,
    SetResponding,
    TakeIn,
    TakeStep,
)
from alerts.kinds import IncidentKind, SubjectType
from alerts.observations import Subject
from alerts.severity import Severity
from tests.alerts.machines.effort import seconds

RECIPIENT = Subject(type=SubjectType.RECIPIENT, id="recipient-1")
OUTSIDE_NUMBER = "10000000099"

actors = st.sampled_from([
    Actor(type=ActorType.OPERATOR, id="wang", name="王"),
    Actor(type=ActorType.OPERATOR, id="zhao", name="赵"),
    Actor(type=ActorType.CAREGIVER, id="li", name="李"),
    Actor(type=ActorType.MACHINE, id="probe", name="自检"),
])  # fmt: skip
severities = st.sampled_from(Severity)
kinds = st.sampled_from([IncidentKind.SOS, IncidentKind.FALL, IncidentKind.BED, IncidentKind.VITALS])
words = st.sampled_from([None, "", "  ", "示例"])
explanations = st.builds(Explanation, code=st.sampled_from(["sos_pressed", "fall_detected"]))


def alerts(kind: IncidentKind) -> st.SearchStrategy[RaiseAlert]:
    """Alerts of one kind: an incident has only those of its own."""
    return st.builds(
        RaiseAlert,
        kind=st.just(kind),
        severity=severities,
        explanation=explanations,
        in_test_window=st.booleans(),
    )


policies = st.builds(
    EscalationPolicy,
    name=st.sampled_from(["甲", "乙"]),
    steps=st.lists(
        st.builds(
            Step,
            after=st.sampled_from([0, 0, 1, 30, 60, 600]).map(seconds),
            notify=st.sampled_from([*Target, OUTSIDE_NUMBER]),
        ),
        min_size=1,
        max_size=5,
    ).map(tuple),
    repeat=st.integers(0, 2),
    then_every=st.sampled_from([1, 60, 300]).map(seconds),
    ack_timeout=st.sampled_from([1, 60, 300]).map(seconds),
)

#: Some have no number, some a number that is none, and two names one telephone.
people = st.lists(
    st.integers(1, 6).map(
        lambda each: Person(
            type="contact",
            id=f"person-{each}",
            name=f"示例{each}",
            phone={1: None, 2: "000", 3: "10000000004"}.get(each, f"1000000000{each}"),
        )
    ),
    max_size=3,
    unique_by=lambda person: person.id,
).map(tuple)
reachables = st.builds(
    Reachable,
    contacts=people,
    helpers=people,
    township=people,
    supervisor=people,
    leader=people,
    fallback=people,
    desk_manned=st.booleans(),
)


def openings(kind: IncidentKind, incident_id: str = "incident-1") -> st.SearchStrategy[Open]:
    return st.builds(
        Open,
        incident_id=st.just(incident_id),
        subject=st.just(RECIPIENT),
        alert=alerts(kind),
        policy=policies,
        superseded=st.sampled_from([(), ("alert-0",)]),
    )


def requests(kind: IncidentKind) -> st.SearchStrategy[Command]:
    """What alerts and people do at any moment, whether it goes or not."""
    named: st.SearchStrategy[dict[str, Param]] = st.sampled_from([{}, {"name": "孙"}])
    return st.one_of(
        st.builds(Join, alert=alerts(kind), superseded=st.sampled_from([(), ("alert-0", "alert-1")])),
        st.builds(NoteCleared, explanation=explanations),
        st.builds(Acknowledge, actor=actors),
        st.builds(HandOver, actor=actors, to=actors, note=words),
        st.builds(GiveBack, actor=st.none() | actors),
        st.builds(LogContactAttempt, actor=actors, params=named),
        st.builds(AddNote, actor=actors, text=st.just("示例")),
        st.builds(SetResponding, actor=actors, params=named),
        st.builds(SetArrived, actor=actors, params=named),
        st.builds(ChangeSeverity, actor=actors, severity=severities, reason=words),
        st.builds(AdoptPolicy, actor=actors, policy=policies),
        st.builds(AnswerGoing, actor=actors, text=st.just("1")),
        st.builds(Decline, actor=actors, repeated=st.booleans()),
        st.builds(
            Close, actor=actors, disposition=st.sampled_from(Disposition), note=words, may_override=st.booleans()
        ),
        st.builds(Close, actor=actors, disposition=st.just(Disposition.REAL), outcome=st.sampled_from(Ending)),
        st.builds(Close, actor=actors, disposition=st.just(Disposition.FALSE), cause=st.sampled_from(FalseCause)),
        st.builds(
            MergeInto,
            actor=actors,
            into_id=st.sampled_from(["incident-1", "incident-2"]),
            into_code=st.just(352),
            responding=st.booleans(),
            may_override=st.booleans(),
        ),
        st.builds(
            TakeIn, actor=actors, from_id=st.just("incident-3"), from_code=st.just(353), kind=kinds, severity=severities
        ),
        st.builds(ConfirmTest, actor=actors, may_override=st.booleans()),
        st.builds(Reopen, actor=actors, note=words),
        st.builds(TakeStep, reachable=reachables),
        st.sampled_from([PassHoldDeadline(), LeaveDesk()]),
    )
