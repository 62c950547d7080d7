/*
 * tests/flow/world.h - a small world for the engine: one org, one channel, some people, a clock.
 *
 * The real commands, engine and SQLite store run in it; Salesforce and Slack are
 * models in memory that count what is done to them. A crash can be planted at
 * every boundary: after a commit, before a call leaves, after it had its effect
 * but before its answer was committed, between sending a message and noting it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/store/requests.h"
#include "commands/door.h"
#include "config/config.h"

#define HELP    "U0HELP001"
#define JANE    "U0JANE001"
#define OMAR    "U0APPR001"
#define ANA     "U0APPR002"
#define BOSS    "U0ADMIN01"
#define CHANNEL "C0HELP001"

/* Jane's user and e-mail address in Salesforce where she signs in by another one */
#define JANE_SSO "j.doe@old.example.org"

struct org;

struct world {
	struct org *org; /* one made from a seed, in the place of what follows (org.h); NULL */
	struct store *store;
	struct commands *commands;
	struct config config;
	int64_t now;
	/* Salesforce: what Jane holds; rows as in a look (salesforce/salesforce.h) */
	json_t *sets, *licences, *tokens, *links, *sessions, *mails, *connection;
	json_t *crowd; /* what p1@example.com (U0P0001) to p200 hold, each their own of what Jane does */
	bool nobody_in_slack, frozen, active, set_is_broad, other_is_broad, auto_unassign, blind_tokens, blind_sets;
	bool set_made_anew; /* the org has another set of the same name by now; the old one is gone */
	bool another_org;   /* the settings lead to another one by now, in which the ids are the same */
	int seats_total;
	bool licence_needed, links_fixed; /* a licence that can't go; links that the org lets only a person remove */
	int regrants;                     /* so often something outside assigns a removed set anew */
	const char *other_set;            /* a second set of the allow-list that the org has; NULL: none */
	json_t *writes;                   /* what was done: "delete-set 0Pa..." -> count */
	enum errc fail_next;              /* the next call fails with this, without effect */
	const char *fail_kind; /* the next `fail_count` calls of this kind fail with fail_code, without effect */
	int fail_count;
	enum errc fail_code;
	int calls;        /* made so far */
	int nth;          /* the call with this number fails with fail_code; 0: none does */
	bool nth_done;    /* and had its effect all the same, if it is a deed */
	int lost_answers; /* so many writes have their effect, and the answer is lost */
	/* Slack: messages as they stand */
	json_t *messages;        /* [{channel, ts, thread, slot, request, key, body, posts}] */
	json_t *private_answers; /* [{user, text, body}] acknowledgements and ephemerals */
	int64_t last_ts;
	int tz_offset;       /* of Jane, seconds */
	int helper_offset;   /* of HELP; 0: Slack does not tell */
	const char *locale;  /* hers; NULL: English */
	bool single_sign_on; /* her Salesforce user knows her Slack address as its federation id alone */
	const char *is_now;  /* "guest", "deleted": what has become of her; NULL */
	int persons_asked;   /* how often Slack was asked who somebody is */
	json_t *dialog;      /* the newest opened view */
	/* all that was shown, in its order, where it is wanted: [{what, to, slot, body}]; what is "post", "update",
	 * "private", "answer" (an acknowledgement) or "dialog"; NULL: nobody wants it */
	json_t *journal;
	enum language language; /* of everybody but Jane */
	const char *name;       /* Jane's; NULL: Jane Doe */
	const char *closed;     /* this conversation takes no messages any more */
	/* While the next call of this kind is under way, somebody types something. */
	const char *during_kind, *during_user, *during_roles, *during_text;
	bool store_may_fail; /* now and then, and then works again */
	int store_failures;
	/*
	 * After a job that failed: makes the store work again, opened anew in the place of the old one if need be, and
	 * says whether it did. Each job that is OK then leaves its number in the store under "witness", the last one in
	 * `witness`. NULL: nothing of this.
	 */
	bool (*mend)(struct world *w, void *arg);
	void *mend_arg;
	int64_t witness;
	/* crashes */
	int boundary; /* how many have been passed */
	int crash_at; /* 0: never */
	bool crashed;
	json_t *dropped_group; /* users whose approver role is gone when asked afresh */
};

struct world *world_new(void);
/* On a store that is open; takes it. */
struct world *world_new_on(struct store *store);
void world_free(struct world *w);

/* Asks for the digest of what waits, and sends it; false: it is not time, or nothing waits. */
bool world_digest(struct world *w);
/* Everything that is due happens, until all wait. */
void world_run(struct world *w);
/* Time passes, then everything that is due happens. */
void world_wait(struct world *w, int64_t ms);
/* The slash command, typed in the channel by a person with these roles ("requester approver admin guest" words). */
void world_type(struct world *w, const char *user, const char *roles, const char *text);
void world_mention(struct world *w, const char *user, const char *roles, int64_t repair, const char *text);
/* A word in the direct message. */
void world_direct(struct world *w, const char *user, const char *text);
/* Clicks the newest message that bears this button, by its label or its action; false when there is none. */
bool world_click(struct world *w, const char *user, const char *roles, const char *label);
/* Clicks with a value and a message of one's own. */
void world_click_raw(struct world *w, const char *user, const char *roles, const char *action, const char *value,
                     const char *channel, const char *ts);
/* A shortcut from Slack's menus, in a channel ("" where there is none), about somebody ("" where it names nobody). */
void world_shortcut(struct world *w, const char *user, const char *roles, const char *channel, const char *subject);
/* What the Home tab shows; the caller owns it. */
json_t *world_home(struct world *w, const char *user, const char *roles);
/* Submits the open dialog with these values, {block: the element's state}; takes them. picked: struct deed's, or NULL. */
void world_submit_all(struct world *w, const char *user, const char *roles, json_t *values, const json_t *picked);
/* Submits the open dialog with one value in one block (text or a date; for "who" a Slack id). */
void world_submit(struct world *w, const char *user, const char *roles, const char *block, const char *value);

/* The newest repair, or number id. The caller frees with request_row_done. */
void world_repair(struct world *w, int64_t id, struct request_row *ret);
int world_count(struct world *w);                     /* repairs in the store */
const char *world_state(struct world *w, int64_t id); /* valid until the next call */
const char *world_step_state(struct world *w, int64_t id, const char *key);
/* How often this was done in Salesforce ("delete-set", "grant-set", "revoke", ...; with an object or all together). */
int world_writes(const struct world *w, const char *what);
/* Is this word in a message that stands (any) / in a private answer to the user? */
bool world_says(const struct world *w, const char *text);
bool world_told(const struct world *w, const char *user, const char *text);
/* How often this stands in messages. */
int world_said(const struct world *w, const char *text);
/* Messages that still bear a button. */
int world_live_buttons(const struct world *w);
/* Any message posted more than once? */
bool world_doubled(const struct world *w);
/* "delete-set", the row */
void world_count_write(struct world *w, const char *what, const char *object);
bool world_holds(const struct world *w, const char *set);

/* Adds rows to what Jane holds. */
void world_add_set(struct world *w, const char *assignment, const char *set, const char *name, const char *group,
                   const char *expires);
void world_add_licence(struct world *w, const char *assignment, const char *licence, const char *name, bool broad);
void world_add_token(struct world *w, const char *handle, const char *app);
void world_add_link(struct world *w, const char *id, bool login);
/* A repair of Jane up to the approval at 1.7, up to the backend check. */
void world_to_the_gate(struct world *w);
void world_to_the_backend(struct world *w);
/* Everybody does their part until the repair has ended or nothing moves. */
void world_play(struct world *w, int64_t id);
/* The same, at most so many moves; false when it had ended before. */
bool world_play_some(struct world *w, int64_t id, int moves);
/* NULL, or what is wrong with a repair that has come to rest: an end with live buttons or without what was removed, an
 * open one that waits for nothing, a write or a message made twice. */
const char *world_complaint(struct world *w, int64_t id);
