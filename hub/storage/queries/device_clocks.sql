-- troubled --
-- The devices with a clock on record: all that the owner keeps in memory.
SELECT device_id FROM device_clock

-- look --
-- Everything on record of these devices' clocks, and the newest time they were believed live at.
SELECT asked.device_id, c.clock_offset, c.former_offset, c.supposed_low, c.supposed_high, c.supposed_messages,
       c.supposed_from, c.supposed_continues, c.wrong_at, c.reported, c.touched_at, s.measured_at
  FROM unnest(%(devices)s::uuid[]) AS asked(device_id)
  LEFT JOIN device_clock c ON c.device_id = asked.device_id
  LEFT JOIN device_state s ON s.device_id = asked.device_id

-- save --
-- One array a column, in the order of devices.
INSERT INTO device_clock AS c (device_id, clock_offset, former_offset, supposed_low, supposed_high, supposed_messages,
                               supposed_from, supposed_continues, wrong_at, reported, touched_at)
SELECT * FROM unnest(%(device_id)s::uuid[], %(offset)s::interval[], %(former)s::interval[], %(low)s::interval[],
                     %(high)s::interval[], %(messages)s::integer[], %(from_at)s::timestamptz[],
                     %(continues)s::boolean[], %(wrong_at)s::timestamptz[], %(reported)s::boolean[],
                     %(touched_at)s::timestamptz[])
    ON CONFLICT (device_id) DO UPDATE
   SET clock_offset = excluded.clock_offset, former_offset = excluded.former_offset,
       supposed_low = excluded.supposed_low, supposed_high = excluded.supposed_high,
       supposed_messages = excluded.supposed_messages, supposed_from = excluded.supposed_from,
       supposed_continues = excluded.supposed_continues, wrong_at = excluded.wrong_at,
       reported = excluded.reported, touched_at = excluded.touched_at
