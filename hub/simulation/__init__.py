"""The deterministic simulation: the core and the hub's stations live years of duty in memory, on a clock that jumps.

One seed is one world and one history. Nothing here reads a clock, opens a socket or waits: devices, networks,
operators, caregivers and text gateways are models that draw from the seed, and the hub's own stations run unchanged
over a store in memory. After every step the invariants are asked. See docs/simulation.md.
"""
