"""Corpus and findings, replayed without the fuzzer: an input that once broke something never does again."""

import pytest

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import CORPUS, FINDINGS, TARGETS, Target

#: Small enough for the repository; the fuzzer's merge keeps one input for each thing it does.
CORPUS_BYTES_MAX = 300 * 1024

every_target = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@every_target
def test_every_kept_input_is_survived(target: Target) -> None:
    kept = [*target.kept(CORPUS), *target.kept(FINDINGS)]
    assert kept
    for path in kept:
        try:
            target.check(path.read_bytes())
        except BaseException as error:
            error.add_note(f"with {path.relative_to(CORPUS.parent)}")
            raise


@every_target
def test_every_seed_is_survived(target: Target) -> None:
    for octets in seeds()[target.name]:
        target.check(octets)


def test_every_kept_input_is_of_a_target_and_the_corpus_is_small() -> None:
    for folder in (CORPUS, FINDINGS):
        assert {path.name for path in folder.iterdir() if path.is_dir()} <= TARGETS.keys()
    assert seeds().keys() == TARGETS.keys()
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) <= CORPUS_BYTES_MAX
