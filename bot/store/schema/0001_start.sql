-- The first schema. One text for every database: ID_COLUMN stands for the
-- driver's words for a number that is given out once and never again. Times
-- are milliseconds of the Unix epoch, truths are 0 and 1, JSON is text.

CREATE TABLE setting (
	key TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

CREATE TABLE request (
	id ID_COLUMN,
	state TEXT NOT NULL,
	open INTEGER NOT NULL,
	blocks INTEGER NOT NULL,
	reason TEXT NOT NULL,
	step INTEGER NOT NULL,
	target TEXT NOT NULL,
	slack_user TEXT NOT NULL,
	requester TEXT NOT NULL,
	channel TEXT NOT NULL,
	thread_ts TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	wake_at BIGINT NOT NULL,
	fence BIGINT NOT NULL,
	facts TEXT NOT NULL
);
-- The lock on a person: it survives restarts, explains itself and never times out.
CREATE UNIQUE INDEX request_lock ON request (target) WHERE blocks = 1 AND target <> '';
CREATE INDEX request_wake ON request (wake_at, id) WHERE wake_at > 0;
-- Rows are large, so what is only counted or chosen is answered by an index alone.
CREATE INDEX request_open ON request (open, id);
CREATE INDEX request_state ON request (state, id);
CREATE INDEX request_target ON request (target, id);
CREATE INDEX request_slack_user ON request (slack_user, id) WHERE slack_user <> '';
CREATE INDEX request_requester ON request (requester, created_at, state);
CREATE INDEX request_mine ON request (requester, open, id);
CREATE INDEX request_thread ON request (thread_ts) WHERE thread_ts <> '';

-- How many requests are open, kept with every change: counting them would take longer the more there are.
CREATE TABLE tally (
	name TEXT NOT NULL PRIMARY KEY,
	n BIGINT NOT NULL
);
INSERT INTO tally (name, n) VALUES ('open_requests', 0);

CREATE TABLE step (
	id ID_COLUMN,
	request BIGINT NOT NULL REFERENCES request (id),
	key TEXT NOT NULL,
	state TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	detail TEXT NOT NULL,
	UNIQUE (request, key)
);

CREATE TABLE history (
	id ID_COLUMN,
	request BIGINT NOT NULL REFERENCES request (id),
	at BIGINT NOT NULL,
	event TEXT NOT NULL,
	old_state TEXT NOT NULL,
	new_state TEXT NOT NULL,
	actor TEXT NOT NULL,
	via TEXT NOT NULL
);
CREATE INDEX history_request ON history (request, id);

CREATE TABLE owed (
	target TEXT NOT NULL PRIMARY KEY,
	request BIGINT NOT NULL,
	what TEXT NOT NULL
);

CREATE TABLE inbox (
	id ID_COLUMN,
	key TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,
	at BIGINT NOT NULL,
	done INTEGER NOT NULL,
	body TEXT NOT NULL,
	reply TEXT NOT NULL
);
CREATE INDEX inbox_pending ON inbox (id) WHERE done = 0;
CREATE INDEX inbox_old ON inbox (at) WHERE done = 1;

-- turn: 0 held back, 1 asleep until not_before, 2 ready, 3 the next of its
-- conversation (outbox_turn.c). So a claim reads only what it takes.
CREATE TABLE outbox (
	id ID_COLUMN,
	request BIGINT NOT NULL,
	op INTEGER NOT NULL,
	priority INTEGER NOT NULL,
	conversation TEXT NOT NULL,
	user_id TEXT NOT NULL,
	in_thread INTEGER NOT NULL,
	slot TEXT NOT NULL,
	key TEXT NOT NULL,
	sending INTEGER NOT NULL,
	turn INTEGER NOT NULL,
	not_before BIGINT NOT NULL,
	attempts INTEGER NOT NULL,
	first_sent_at BIGINT NOT NULL,
	body TEXT NOT NULL
);
CREATE INDEX outbox_lane ON outbox (request, conversation, id) WHERE request > 0;
CREATE INDEX outbox_slot ON outbox (request, slot) WHERE slot <> '';
CREATE INDEX outbox_sending ON outbox (id) WHERE sending = 1;
CREATE INDEX outbox_asleep ON outbox (not_before) WHERE turn = 1;
CREATE INDEX outbox_ready ON outbox (conversation, priority, id) WHERE turn >= 2;
CREATE UNIQUE INDEX outbox_head ON outbox (conversation) WHERE turn = 3;
CREATE INDEX outbox_next ON outbox (priority, id) WHERE turn = 3;

CREATE TABLE message (
	request BIGINT NOT NULL,
	slot TEXT NOT NULL,
	channel TEXT NOT NULL,
	ts TEXT NOT NULL,
	PRIMARY KEY (request, slot)
);
CREATE INDEX message_place ON message (channel, ts);

CREATE TABLE effect (
	id ID_COLUMN,
	request BIGINT NOT NULL REFERENCES request (id),
	step TEXT NOT NULL,
	kind TEXT NOT NULL,
	object TEXT NOT NULL,
	begun_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	result TEXT NOT NULL,
	detail TEXT NOT NULL
);
CREATE INDEX effect_request ON effect (request, id);

CREATE TABLE audit (
	n BIGINT NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,
	via TEXT NOT NULL,
	action TEXT NOT NULL,
	repair BIGINT NOT NULL,
	detail TEXT NOT NULL,
	hash TEXT NOT NULL
);
