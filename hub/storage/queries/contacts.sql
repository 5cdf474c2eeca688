-- create --
-- Order of creation unless an order is given.
INSERT INTO contact (id, division_id, recipient_id, name, phone, relation, call_order, holds_key)
SELECT %(id)s, r.division_id, r.id, %(name)s, %(phone)s, %(relation)s::text,
       coalesce(%(order)s::integer, (SELECT coalesce(max(call_order), 0) + 1 FROM contact WHERE recipient_id = r.id)),
       %(holds_key)s
  FROM recipient r WHERE r.id = %(recipient_id)s AND in_scope(r.division_id, %(scope)s)
   FOR UPDATE OF r
RETURNING id, name, phone, relation, call_order AS "order", holds_key

-- list_of_recipient --
-- In the order in which they are to be called.
SELECT id, name, phone, relation, call_order AS "order", holds_key FROM contact
 WHERE recipient_id = %(recipient_id)s AND in_scope(division_id, %(scope)s)
 ORDER BY call_order, created_at, id

-- change --
-- A column that is not named in the JSON keeps its value.
UPDATE contact
   SET (name, phone, relation, call_order, holds_key)
     = (SELECT n.name, n.phone, n.relation, n.call_order, n.holds_key FROM jsonb_populate_record(contact, %(given)s) AS n)
 WHERE id = %(id)s AND recipient_id = %(recipient_id)s AND in_scope(division_id, %(scope)s)
RETURNING id, name, phone, relation, call_order AS "order", holds_key

-- name_of --
-- How the contact is called, for the log.
SELECT name FROM contact WHERE id = %(id)s AND in_scope(division_id, %(scope)s)

-- delete --
-- What was sent to them stays on record with the notification.
DELETE FROM contact
 WHERE id = %(id)s AND recipient_id = %(recipient_id)s AND in_scope(division_id, %(scope)s)
