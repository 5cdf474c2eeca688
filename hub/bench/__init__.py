"""`hub bench`: starts a hub of its own and measures it from outside, by MQTT, HTTP and the stream.

Figures of these runs are in `docs/benchmarks.md`; machines are noisy, so compare ratios within one run.
"""
