/*
 * simulation/fake.h - the two fakes of tests/sim, in this process and under virtual time.
 *
 * Each is linked from its own folder into one object whose names are hidden
 * but for these; only their servers, threads and clocks are left out.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_request {
	const char *method;
	const char *target;    /* path and query */
	const json_t *headers; /* lower-case name -> value */
	const char *body;      /* NUL-terminated */
	size_t len;
	const char *mishap; /* a fault that only the service knows (tests/sim/salesforce/README.md), or NULL */
};

struct fake_answer {
	int status;
	char *body; /* the caller frees */
	size_t len;
	json_t *headers; /* owned, or NULL */
};
void fake_answer_done(struct fake_answer *answer);

/* What a fake tells: a breach of the protocol, and a line for the story. */
struct fake_host {
	void (*violation)(const char *sentence);
	void (*note)(const char *line);
};

/* --- Salesforce --- */

bool fake_salesforce_begin(const struct fake_host *host, json_t *state); /* state: stolen */
void fake_salesforce_end(void);
struct fake_answer fake_salesforce_ask(const struct fake_request *request);
/* A control call of tests/sim/salesforce/README.md: "/_sim/disconnect". body: stolen. A new reference, or NULL where it
 * was refused. */
json_t *fake_salesforce_order(const char *path, json_t *body);

/* --- Slack --- */

/* What happens on a connection of Socket Mode. */
enum fake_frame { FAKE_TEXT, FAKE_PING, FAKE_PONG, FAKE_CLOSE };
struct fake_slack_host {
	struct fake_host host;
	/* Bytes leave for the client. `code` is of a Close. */
	void (*frame)(int socket, enum fake_frame frame, int code, const char *text, size_t len);
	void (*over)(int socket);  /* the server has ended the connection */
	int64_t (*ghost_ms)(void); /* how long a socket that died without a Close is still counted; 0: not at all */
	bool (*ghost_swallows)(void);
};

bool fake_slack_begin(const struct fake_slack_host *host, json_t *state); /* state: stolen */
void fake_slack_end(void);
struct fake_answer fake_slack_ask(const struct fake_request *request);
/* The upgrade: a positive number is the socket's, a negative one the status of the refusal. */
int fake_slack_connect(const char *target);
void fake_slack_frame(int socket, enum fake_frame frame, int code, const char *text, size_t len);
/* The connection broke, or the client ended it. */
void fake_slack_gone(int socket);
void fake_slack_disconnect(int socket, const char *reason, int64_t close_after_ms);
/* A control call: "/_sim/slash"; never waits. body: stolen. A new reference, or NULL where it was refused. */
json_t *fake_slack_order(const char *path, json_t *body);
/* The world itself, borrowed: id -> conversation, with "_messages". */
json_t *fake_slack_channels(void);
json_t *fake_slack_settings(void);
json_t *fake_slack_app(void);
int fake_slack_open(void); /* connections that stand */
int fake_slack_ghosts(void);
/* The state of that envelope ("waiting", "acked", "late", "lost") and its payload, borrowed; NULL: no such envelope. */
const char *fake_slack_envelope(const char *id, const json_t **ret_payload);
/* The dialog in front of that person, borrowed; NULL: none. */
const json_t *fake_slack_view(const char *user);
