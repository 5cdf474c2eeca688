"""The fuzzer itself, for some seconds: from the corpus, with a fixed seed, so that only a change can make it red.

`make fuzz` searches on with a new seed each time.
"""

import importlib.util
from pathlib import Path

import pytest

from tests.fuzz.engine_run import Bound, fuzz
from tests.fuzz.targets import TARGETS, Target

#: With start and import a second or two of the processor a target; half of that is the start.
INPUTS = 3_000
SEED = 20_261_122

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris has wheels for Linux on x86-64 alone; elsewhere only the kept inputs are replayed",
)


@pytest.mark.timeout(600)  # others may be using the processor
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_guided_inputs_break_nothing(target: Target, tmp_path: Path) -> None:
    outcome = fuzz(target, Bound(inputs=INPUTS), seed=SEED, findings=tmp_path)
    broken = [path.read_bytes().hex() for path in outcome.findings]
    assert not broken, outcome.said
    assert outcome.inputs >= INPUTS
    assert outcome.edges > 0, "the code under test is not instrumented: the fuzzer was blind"
