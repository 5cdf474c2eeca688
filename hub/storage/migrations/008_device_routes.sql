-- By which broker a device was last heard: its `down/` messages go there. Null: it speaks to the hub itself.
ALTER TABLE device_state ADD COLUMN source text;
