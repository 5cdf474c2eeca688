-- contacts --
-- In the order in which they are to be called.
SELECT id, name, phone FROM contact WHERE recipient_id = %(recipient_id)s ORDER BY call_order, created_at, id

-- roster --
-- Whoever is on the roster of the incident's division or of one above it, now; the nearest place first.
SELECT id, role, name, phone FROM roster_entry
 WHERE starts_with(%(division_id)s, division_prefix(division_id))
   AND (from_at IS NULL OR from_at <= %(now)s) AND (until_at IS NULL OR until_at > %(now)s)
 ORDER BY length(division_prefix(division_id)) DESC, created_at, id
