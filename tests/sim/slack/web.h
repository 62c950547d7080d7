#pragma once

/*
 * tests/sim/slack/web.h - the Web API: what is checked for every method, and
 * what the methods share.
 */

#include "tests/sim/slack/slack.h"

struct method;

/* One call of one method. */
struct call {
	struct slack *slack;
	const struct sim_request *req;
	struct sim_answer *ans;
	const struct method *method;
	json_t *args;     /* name -> string, or any JSON where the body was JSON */
	json_t *warnings; /* array of strings */
};

enum token { TOKEN_BOT, TOKEN_APP, TOKEN_ANY };

struct method {
	const char *name;
	enum token token;
	const char *scope;    /* NULL: none, or it depends on the conversation */
	bool json;            /* takes a JSON body too */
	int per_minute;       /* 0: not limited here */
	const char *required; /* arguments, separated by blanks */
	void (*run)(struct call *call);
};

/* Answers everything under /api/. */
void web_handle(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
/* "chat.update" for "/api/chat.update". */
const char *web_kind(const char *path);

/* --- for the methods --- */

/* The argument as text, "" when missing; borrowed. */
const char *call_text(const struct call *call, const char *name);
bool call_has(const struct call *call, const char *name);
bool call_flag(const struct call *call, const char *name);
json_int_t call_number(const struct call *call, const char *name, json_int_t otherwise);
/* A nested argument, as JSON or as the text of it; a new reference. NULL: missing, or (*ret_bad) no JSON. */
json_t *call_nested(const struct call *call, const char *name, bool *ret_bad);

/* The bot has that scope; otherwise the call is answered with missing_scope. */
bool call_scope(struct call *call, const char *scope);

/* {"ok":true, …}; takes `fields`, which may be NULL. */
void call_ok(struct call *call, json_t *fields);
void call_fail(struct call *call, const char *error);
/* With response_metadata.messages; takes `messages`. */
void call_fail_why(struct call *call, const char *error, json_t *messages);
void call_limited(struct call *call, int seconds);

/* One page of `items` (borrowed), and where the next begins: {name: [...], response_metadata: {next_cursor}}; a new
 * reference. NULL: the cursor is no good, and the call is answered. */
json_t *call_page(struct call *call, const char *name, const json_t *items, json_int_t most);

/* The methods, by group; each ends with a row without a name. */
extern const struct method chat_methods[];
extern const struct method conversation_methods[];
extern const struct method people_methods[];
extern const struct method view_methods[];
