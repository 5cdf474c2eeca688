-- now --
-- Due times are compared with the database's clock, not with a process's.
SELECT clock_timestamp()

-- probe --
-- Does the connection still answer?
SELECT 1
