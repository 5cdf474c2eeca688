-- alone --
-- Two reviews at once would each clear what the other has found.
SELECT pg_advisory_xact_lock(x'726f73746572'::bigint)  -- 'roster'

-- open_items --
-- What is open of these kinds, and what it says.
SELECT kind, division_id, about, explanation FROM maintenance_item
 WHERE state = 'open' AND kind = ANY(%(kinds)s)

-- clear --
-- It has been mended.
UPDATE maintenance_item SET state = 'cleared', cleared_at = %(now)s
 WHERE state = 'open' AND kind = %(kind)s AND division_id = %(division_id)s AND about = %(about)s
RETURNING id
