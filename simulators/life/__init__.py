"""What people do all day: pure and seeded. The same person lives the same day again, so a finding comes again.

Nothing here knows a device, a network or a clock: times are arguments.
"""
