-- add_intake --
-- Once a transaction and hour and way in, nearly always once; its lane's row is nobody else's while the owner owns.
-- The numbers travel as one text, so that the prepared statement is the same whatever their sizes.
INSERT INTO intake_tally AS t (hour, lane, source, epoch, messages, refused, strangers, flag_messages, flag_edges,
                               telemetry_read, telemetry_unreadable, statuses, readings_decoded, readings_stored,
                               readings_repeated, events_stored, events_repeated, events_unreadable,
                               unreadable_repeated, set_aside, quarantined, readings_late)
SELECT %(hour)s, %(lane)s, %(source)s, %(epoch)s,
       c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15], c[16], c[17],
       c[18]
  FROM (SELECT %(counts)s::bigint[]) AS counted(c) WHERE true
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
       set_aside = t.set_aside + excluded.set_aside, quarantined = t.quarantined + excluded.quarantined,
       readings_late = t.readings_late + excluded.readings_late

-- add_finding --
-- Rare: most of what comes in finds nothing.
INSERT INTO finding_tally AS t (hour, lane, epoch, finding, kind, found)
VALUES (%(hour)s, %(lane)s, %(epoch)s, %(finding)s, %(kind)s, %(found)s)
    ON CONFLICT (hour, lane, epoch, finding, kind) DO UPDATE SET found = t.found + excluded.found
