-- contacts --
-- In the order in which they are to be called.
SELECT id, name, phone FROM contact WHERE recipient_id = %(recipient_id)s ORDER BY call_order, created_at, id

-- administrators --
-- Who is told when nobody else can be: of the place and of those above it, the nearest first.
SELECT id, name, phone FROM user_account
 WHERE role = 'admin' AND disabled_at IS NULL AND trim(phone) <> ''
   AND starts_with(%(division_id)s, division_prefix(division_id))
 ORDER BY length(division_prefix(division_id)) DESC, created_at, id
