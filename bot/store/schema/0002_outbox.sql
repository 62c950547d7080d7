-- When a row was last taken out to be sent: the end of the time in which it may have arrived after all.
ALTER TABLE outbox ADD COLUMN last_sent_at BIGINT NOT NULL DEFAULT 0;
-- How often its thread was gone.
ALTER TABLE outbox ADD COLUMN threads_lost INTEGER NOT NULL DEFAULT 0;
-- Where new messages have to rest, updates and ephemerals may leave: outbox_claim.c finds them here.
CREATE INDEX outbox_ready_quiet ON outbox (conversation, priority, id) WHERE turn >= 2 AND op <> 0;
