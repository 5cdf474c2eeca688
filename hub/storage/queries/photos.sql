-- put --
-- One photo a person. No row comes back where nobody in scope has this id, or has agreed.
INSERT INTO recipient_photo AS p (recipient_id, division_id, media_type, content)
SELECT r.id, r.division_id, %(media_type)s, %(content)s
  FROM recipient r WHERE r.id = %(recipient_id)s AND r.photo_consent AND in_scope(r.division_id, %(scope)s)
    ON CONFLICT (recipient_id) DO UPDATE
   SET media_type = excluded.media_type, content = excluded.content, division_id = excluded.division_id,
       taken_in_at = clock_timestamp()
RETURNING taken_in_at

-- find --
-- Without consent there is none to be seen.
SELECT p.media_type, p.content
  FROM recipient_photo p JOIN recipient r ON r.id = p.recipient_id
 WHERE r.id = %(recipient_id)s AND r.photo_consent AND in_scope(r.division_id, %(scope)s)

-- delete --
-- Gone for good.
DELETE FROM recipient_photo WHERE recipient_id = %(recipient_id)s AND in_scope(division_id, %(scope)s)
