"""How far the machines go: the same short way in every test run, another and much longer one in `make test-long`."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings

#: A second or two each. Derandomised: a change of the core makes it red, and nothing else.
SHORT = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate, Phase.shrink),
    database=None,
    suppress_health_check=list(HealthCheck),
)
#: Some minutes each, from another beginning every time; what is found is printed so that it can be run again.
LONG = settings(
    max_examples=4_000,
    stateful_step_count=80,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.reuse, Phase.generate, Phase.shrink),
)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)
