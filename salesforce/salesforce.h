/*
 * salesforce/salesforce.h - what the repair needs of one org, as questions and deeds.
 *
 * Everything goes through a session (JWT bearer or client credentials, renewed
 * once for all waiting calls) and the REST API's query and composite resources.
 * Answers are normalised JSON whose shape is told below; foreign field names,
 * error codes and date formats end here. What may be touched is decided by
 * commands/eac; this folder refuses only what no caller may ever want.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/base/secret.h"
#include "bot/http/http.h"

struct sf;

enum sf_auth { SF_JWT, SF_CLIENT_CREDENTIALS };

/* Everything is copied. */
struct sf_options {
	const char *login_url; /* without trailing slash */
	enum sf_auth auth;
	const char *client_id;
	const char *username;               /* jwt */
	const struct secret *private_key;   /* jwt: PEM */
	const struct secret *client_secret; /* client_credentials */
	const char *api_version;            /* "64.0"; min(this, the org's newest) is used, never less than 59.0 */
	const char *const *permission_sets; /* API names of the allow-list */
	size_t permission_set_count;
	int budget_percent; /* of the org's daily calls; 100: no bound of ours */
};

/* The outcome of one question or deed. Comes later, once, on the loop thread; never from inside the asking call. */
struct sf_answer {
	/*
	 * OK. Of a whole call that failed:
	 * TEMPORARY: certainly not done. UNKNOWN: perhaps done, look. PROTOCOL: a question's answer can't be read.
	 * AUTH: we are not let in. QUOTA: the org's allowance or our share is spent. DENIED: a right is missing.
	 * REFUSED, NOT_FOUND: Salesforce's no. INVALID: what was asked can't be asked. BUG. ABORTED: sf_free.
	 * Where one call does several things, each has its own outcome in the body.
	 */
	enum errc code;
	const char *error;  /* Salesforce's word ("INSUFFICIENT_ACCESS_OR_READONLY"), or "" */
	const char *reason; /* a sentence for a person or a log, in one line; never a secret; never NULL */
	json_t *body;       /* normalised; borrowed: json_incref to keep; NULL on failure */
};
typedef void sf_answer_fn(void *arg, const struct sf_answer *answer);

/*
 * INVALID when an option that is needed is missing. A key or secret that can't be used is no error here: it is the
 * trouble of every login until sf_set_secrets gives a better one. Nothing is sent before the first question or probe.
 */
enum errc sf_new(struct sf **ret, struct http *http, const struct sf_options *options, struct err *reterr) MUST_CHECK;
/* Outstanding answers come with ABORTED from inside; what is asked from there is not answered (ticket 0). Call before
 * http_free, and not from inside an answer. */
void sf_free(struct sf *sf);
/* New secrets (SIGHUP); they stay the caller's. Drops the session. */
void sf_set_secrets(struct sf *sf, const struct secret *private_key, const struct secret *client_secret);

/*
 * Who is meant, and what is known of the org (one composite, counted once; a few more calls once a day).
 * `word`: a Salesforce id (15/18), a username, an e-mail address; all readings are tried: Id, Username, Email,
 * FederationIdentifier. Inactive users are found too. INVALID: no such word can be looked for.
 * {"users":[{"id":18 characters,"username","email","federation_id","name","active":bool,"user_type","profile",
 *     "last_login":ms or null}],    at most 6
 *  "bot":{"id","username"}, "org":"00D...", "instance":"https://...",
 *  "rights":{"ApiEnabled":bool,"ViewSetup":..,"AssignPermissionSets":..,"ManageUsers":..,"CustomizeApplication":..}
 *     or null when unreadable; one that is not shown is null,
 *  "sets":[{"id","name","label","licence":id or "","inbox":bool,"eac":bool,"broad":bool,
 *     "broad_unknown":bool (nobody could look), "broad_why":["PermissionsApiEnabled",... at most 5]}],    the
 *     allow-list's, as far as they exist
 *  "licences":[{"id","name","label","status","total":n,"used":n,"expires":ms or null,"inbox":bool,"eac":bool,
 *     "broad":bool}],    those with an Inbox or EAC flag or tied to a listed set
 *  "population":{"ACTIVE":n,...} or null,
 *  "unreadable":{"sets":why,...}}
 * "sets" and "licences" are null when they can't be read. What is broad is known for a day. What can't be judged at
 * all: a set of the allow-list, and the licence that one is tied to, are not broad, other licences are. The name of a licence is its id where the bot may not see names.
 */
http_ticket sf_find(struct sf *sf, const char *word, sf_answer_fn *done, void *arg);

enum sf_look_extra { SF_LOOK_LOGIN, SF_LOOK_AGAIN, SF_LOOK_SESSIONS, SF_LOOK_MAIL };
/*
 * Everything about one user, in one composite of five queries. AGAIN and SESSIONS ask for the bot's own rights behind
 * the rest, so that what was taken from the bot a moment ago is noticed; LOGIN and MAIL go by those of some minutes ago:
 * {"at":ms (the server's time),
 *  "org":id of the org, or "",
 *  "user":{as in find}    (where the bot does not see the user the whole look is DENIED),
 *  "frozen":bool or null    (LOGIN only),
 *  "sets":[{"id":the assignment,"set":permission set id,"group":id or "","expires":RFC 3339 or "","active":bool,
 *     "name","label","profile_owned":bool,"licence":id or "","inbox":bool,"eac":bool}],
 *  "licences":[{"id":the assignment,"licence":id,"name","label","status","total","used","expires":ms or null,
 *     "inbox","eac","broad"}],
 *  "tokens":[{"handle":opaque word,"app","created":ms,"last_used":ms or null,"uses":n}],
 *  "links":[{"id","handle","provider","sso_name","login":bool (usable for single sign-on: never to be removed)}],
 *  "connection":{"status","mailbox","configuration","terms":bool or null,"global_terms","advice_title","advice",
 *     "onboarding"} or null when there is none    (all but SESSIONS),
 *  "sessions":[{"id","login_type","created":ms}]    (SESSIONS: live ones),
 *  "mails":[{"id","created":ms,"source"}]           (MAIL: sent by the user since `since_ms`; source "" = written in
 *     Salesforce; needs API version 64.0),
 *  "unreadable":{"tokens":"INVALID_TYPE ...",...}    what could not be read, and why}
 * A part that could not be read is null, never [], and is in "unreadable"; so is a part that the bot has no right to
 * see of others, for Salesforce shows it as empty then. A passing trouble of a part that is verified by (all but
 * connection and mails) makes the whole look TEMPORARY. A licence without an Inbox or EAC flag is always broad.
 */
http_ticket sf_look(struct sf *sf, const char *user_id, enum sf_look_extra extra, int64_t since_ms, sf_answer_fn *done,
                    void *arg);

/*
 * Deletes login sessions (AuthSession rows) of a user, at most 200; what is beyond is left. Gone already counts as
 * deleted. {"deleted":[ids],"failed":[{"id","error","reason","code":"DENIED"}],"sessions":[those that live now, as in a
 * look] or null when they could not be read back}.
 */
http_ticket sf_end_sessions(struct sf *sf, const char *user_id, const char *const *ids, size_t count,
                            sf_answer_fn *done, void *arg);
/*
 * Revokes the OAuth token behind a handle of the newest look at that user (POST to the instance, uncounted). A handle
 * works once and for five minutes. NOT_FOUND: handle unknown here (look again). OK with {"revoked":true}, or
 * {"revoked":false} for invalid_token (look again).
 */
http_ticket sf_revoke(struct sf *sf, const char *handle, sf_answer_fn *done, void *arg);
/* Deletes third-party account links; only where the org allows it. {"deleted","failed"} as sf_end_sessions; REFUSED, without trying,
 * when the object is not deletable. */
http_ticket sf_delete_links(struct sf *sf, const char *const *ids, size_t count, sf_answer_fn *done, void *arg);
/* {"deletable":bool}; cached for an hour. */
http_ticket sf_links_deletable(struct sf *sf, sf_answer_fn *done, void *arg);
/*
 * Deletes permission set assignments, then permission set licence assignments, in this order, and reads back in the
 * same composite; at most 23 together. {"deletes":[{"id","ok":bool,"error","reason","code":"OK"}],
 * "look":{"at","user","sets","licences"} or null when the reading back failed, or the bot may not see them any more}. Gone already is ok. Whether it is
 * really gone, the look tells.
 */
http_ticket sf_remove(struct sf *sf, const char *user_id, const char *const *assignments, size_t assignment_count,
                      const char *const *licence_assignments, size_t licence_count, sf_answer_fn *done, void *arg);

struct sf_grant {
	const char *set;     /* permission set id; NULL when licence is given */
	const char *licence; /* permission set licence id */
	const char *expires; /* RFC 3339, "" or NULL (sets only) */
};
/* Creates licence assignments and set assignments in the order given, at most 23, and reads back.
 * {"creates":[{"ok":bool,"already":bool,"set":id (of a set),"error","reason","code"}],"look":{...}} */
http_ticket sf_restore(struct sf *sf, const char *user_id, const struct sf_grant *grants, size_t count,
                       sf_answer_fn *done, void *arg);
/*
 * What the org lets the API do with the kinds of records that a repair needs, one call, for those who look after us:
 * {"objects":{"AuthSession":{"queryable":bool,"createable":bool,"deletable":bool} or null,...},
 *  "tokens_of_others":n or null, "links_of_others":n or null    (0 where everybody's should be seen: the bot is blind),
 *  "unreadable":{"AuthSession":why,...}}
 */
http_ticket sf_objects(struct sf *sf, sf_answer_fn *done, void *arg);
/* The answer will not come. What was sent already may happen all the same. Unknown tickets are fine. */
void sf_cancel(struct sf *sf, http_ticket ticket);

struct sf_figures {
	bool let_in;       /* the last login worked */
	char trouble[200]; /* why not; "" */
	int64_t api_used;  /* of the newest Sforce-Limit-Info; -1 unknown */
	int64_t api_limit;
	int64_t our_calls;     /* counted calls of ours in the last 24 h */
	bool quota_spent;      /* only a probing call every 15 min */
	int64_t clock_skew_ms; /* the server's time minus ours; 0 unknown */
	char instance[200];    /* "" before the first login */
	char missing[200];     /* rights that the bot lacks, "Manage Users, ..."; "" none, or not known yet */
};
void sf_get_figures(const struct sf *sf, struct sf_figures *ret);
/* fn(arg, kind, result, count): kind is login, find, look, ...; result ok or the errc's name in lower case. */
void sf_each_count(const struct sf *sf, void (*fn)(void *arg, const char *kind, const char *result, uint64_t n),
                   void *arg);
/* Logs in if there is no session, asks then what the bot may do, and makes the probing call if one is due (at start, and from time to time while
 * trouble lasts). Its outcome is in the figures. */
void sf_probe(struct sf *sf);
