-- Under which names requests are found: what was typed, usernames, addresses, ids; without capitals.
-- names_carry (names.c) fills it in for the requests that are there.
CREATE TABLE request_name (
	name TEXT NOT NULL,
	request BIGINT NOT NULL REFERENCES request (id),
	PRIMARY KEY (name, request)
);
CREATE INDEX request_name_request ON request_name (request);
