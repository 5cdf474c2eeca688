"""The ladder of an open incident: who is told next when nobody takes it.

steps      taking the step that is due, and skipping those that reach nobody
ladder     the position in a policy
linked     incidents of one recipient share one ladder
policy     ladders as people write them, and which one applies
reachable  who could be told now
rehearsal  the same ladder climbed for show: nothing is owed
"""
