"""Many at once: what is shown together, what is one thing, and what may be set aside for a while.

groups     incidents that come together because of one thing
power      a village without power
shelving   a nuisance is set aside for a limited time, with a reason
"""
