-- record --
-- Never changed, kept at least six months.
INSERT INTO access_log (id, division_id, actor_type, actor_id, actor_name, action, entity_type, entity_id, address)
VALUES (%(id)s, %(division_id)s, %(actor_type)s, %(actor_id)s, %(actor_name)s, %(action)s, %(entity_type)s,
        %(entity_id)s, %(address)s)
