-- add --
-- One statement a transaction; its lane's row is nobody else's while the owner owns.
WITH findings AS (
    INSERT INTO finding_tally AS t (hour, lane, epoch, finding, kind, found)
    SELECT hour, %(lane)s, %(epoch)s, finding, kind, found
      FROM unnest(%(finding_hours)s::timestamptz[], %(findings)s::text[], %(kinds)s::text[], %(founds)s::bigint[])
           AS counted(hour, finding, kind, found)
        ON CONFLICT (hour, lane, epoch, finding, kind) DO UPDATE SET found = t.found + excluded.found
)
INSERT INTO intake_tally AS t (hour, lane, source, epoch, messages, refused, strangers, flag_messages, flag_edges,
                               telemetry_read, telemetry_unreadable, statuses, readings_decoded, readings_stored,
                               readings_repeated, events_stored, events_repeated, events_unreadable,
                               unreadable_repeated, set_aside, quarantined)
SELECT hour, %(lane)s, source, %(epoch)s, messages, refused, strangers, flag_messages, flag_edges, telemetry_read,
       telemetry_unreadable, statuses, readings_decoded, readings_stored, readings_repeated, events_stored,
       events_repeated, events_unreadable, unreadable_repeated, set_aside, quarantined
  FROM unnest(%(hours)s::timestamptz[], %(sources)s::text[], %(messages)s::bigint[], %(refused)s::bigint[],
              %(strangers)s::bigint[], %(flag_messages)s::bigint[], %(flag_edges)s::bigint[],
              %(telemetry_read)s::bigint[], %(telemetry_unreadable)s::bigint[], %(statuses)s::bigint[],
              %(readings_decoded)s::bigint[], %(readings_stored)s::bigint[], %(readings_repeated)s::bigint[],
              %(events_stored)s::bigint[], %(events_repeated)s::bigint[], %(events_unreadable)s::bigint[],
              %(unreadable_repeated)s::bigint[], %(set_aside)s::bigint[],
              %(quarantined)s::bigint[])
       AS counted(hour, source, messages, refused, strangers, flag_messages, flag_edges, telemetry_read,
                  telemetry_unreadable, statuses, readings_decoded, readings_stored, readings_repeated, events_stored,
                  events_repeated, events_unreadable, unreadable_repeated, set_aside, quarantined)
    ON CONFLICT (hour, lane, source, epoch) DO UPDATE
   SET messages = t.messages + excluded.messages, refused = t.refused + excluded.refused,
       strangers = t.strangers + excluded.strangers, flag_messages = t.flag_messages + excluded.flag_messages,
       flag_edges = t.flag_edges + excluded.flag_edges, telemetry_read = t.telemetry_read + excluded.telemetry_read,
       telemetry_unreadable = t.telemetry_unreadable + excluded.telemetry_unreadable,
       statuses = t.statuses + excluded.statuses, readings_decoded = t.readings_decoded + excluded.readings_decoded,
       readings_stored = t.readings_stored + excluded.readings_stored,
       readings_repeated = t.readings_repeated + excluded.readings_repeated,
       events_stored = t.events_stored + excluded.events_stored,
       events_repeated = t.events_repeated + excluded.events_repeated,
       events_unreadable = t.events_unreadable + excluded.events_unreadable,
       unreadable_repeated = t.unreadable_repeated + excluded.unreadable_repeated,
       set_aside = t.set_aside + excluded.set_aside, quarantined = t.quarantined + excluded.quarantined
