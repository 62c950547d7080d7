/*
 * stage/stage.h - the real eacbot between the two fakes, and people who act on it.
 *
 * A stage is a temporary folder with a configuration, a key, a store and three processes. People act through the fakes'
 * control endpoints (tests/sim/README.md), and nobody sleeps: one waits until something is to be seen.
 *
 * Whatever does not go as asked is told on stderr and ends the process with status 1, for a test has nothing better to
 * do. All children end with the process that made the stage, however it ends.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stage;

enum fake { SLACK, SALESFORCE };

/*
 * Starts both fakes with their default worlds. `programs` is the folder of eacbot, sim-slack and sim-salesforce;
 * `folder` is an empty one, the caller's, that takes everything. Run it from the root of the repository.
 */
struct stage *stage_new(const char *programs, const char *folder);
/* Kills what still runs and frees it; looks at nothing. The folder stays. */
void stage_free(struct stage *stage);

/* --- the configuration: to be changed before stage_start(), or before a SIGHUP --- */

/* "approval.quorum", and jansson's value (taken); NULL takes the key away. */
void stage_set(struct stage *stage, const char *key, json_t *value);
/* Writes it to the folder, as stage_start() does. */
void stage_write_config(struct stage *stage);
/* A secret file of the folder: app-token, bot-token. */
void stage_write_secret(struct stage *stage, const char *name, const char *text);
const char *stage_folder(const struct stage *stage);
int stage_http_port(const struct stage *stage); /* of /healthz, /readyz, /metrics */
int stage_fake_port(const struct stage *stage, enum fake fake);

/* --- the program --- */

void stage_start(struct stage *stage);         /* eacbot run, until /readyz says 200 */
void stage_start_unready(struct stage *stage); /* until /healthz says 200 */
void stage_await_ready(struct stage *stage, int status);
void stage_kill(struct stage *stage);       /* kill -9 */
int stage_stop(struct stage *stage);        /* SIGTERM; its exit code, 128 + n for signal n */
pid_t stage_pid(const struct stage *stage); /* of the running eacbot */
void stage_signal(struct stage *stage, int signal);
int stage_await_exit(struct stage *stage); /* of the running eacbot, at most 15 s */

/* What eacbot with these words printed, and its exit code. */
struct stage_output {
	int code;
	char *out, *err;
};
/* Words as a shell would part them at blanks; "-c FILE" is put behind the first. */
struct stage_output stage_eacbot(struct stage *stage, const char *words);
void stage_output_done(struct stage_output *output);

struct client_answer stage_get(struct stage *stage, const char *path); /* from eacbot's own endpoint */
/* The log so far; the caller frees it. */
char *stage_log(const struct stage *stage);

/* --- the fakes --- */

/* One control call: POST with a body (taken), GET with NULL. The answer is a new reference; anything but 200 fails. */
json_t *stage_ask(struct stage *stage, enum fake fake, const char *path, json_t *body);
/* The same, and the answer is of no interest. */
void stage_do(struct stage *stage, enum fake fake, const char *path, json_t *body);
void stage_fault(struct stage *stage, enum fake fake, json_t *rule); /* takes it */
/* Waits until the rules have hit so many requests in all. */
void stage_await_faults(struct stage *stage, enum fake fake, int fired);
void stage_clear_faults(struct stage *stage, enum fake fake);
/* How many requests of that kind came in (tests/sim/README.md). */
int stage_count(struct stage *stage, enum fake fake, const char *kind);
/* Waits until so many more of them have come in. */
void stage_await_count(struct stage *stage, enum fake fake, const char *kind, int more);

/* Calls it now and then while something is waited for: the moment to kill. NULL: no longer. */
typedef void stage_hook_fn(struct stage *stage, void *arg);
void stage_on_wait(struct stage *stage, stage_hook_fn *hook, void *arg);
void stage_run_hook(struct stage *stage);
int64_t stage_fired(struct stage *stage, enum fake fake); /* how many requests the rules have hit */

/* --- people --- */

/* `/eac WORDS` in #helpdesk; what the acknowledgement said, "" when nothing. The caller frees it. */
char *stage_slash(struct stage *stage, const char *user, const char *words);
char *stage_slash_in(struct stage *stage, const char *user, const char *channel, const char *words);
/* Types into a channel, or `dm`; into that thread unless NULL. */
void stage_say(struct stage *stage, const char *user, const char *channel, const char *thread_ts, const char *text);

/* What somebody waits to see; what is NULL or 0 is of no interest. */
struct sight {
	const char *user, *channel, *thread, *button, *in; /* in: message, ephemeral or view */
	const char *contains, *also;
	int64_t after;  /* a number of the feed */
	int timeout_ms; /* 0: 10 s */
	bool gone;      /* until it is to be seen no longer */
};
/* {where, channel, message|view}; the caller frees it. */
json_t *stage_see(struct stage *stage, const struct sight *sight);
#define SEE(stage, ...) json_decref(stage_see(stage, &(struct sight){__VA_ARGS__}))
/* Is it there now? */
bool stage_sees(struct stage *stage, const struct sight *sight);
#define SEES(stage, ...) stage_sees(stage, &(struct sight){__VA_ARGS__})
/* The number of the feed's last entry. */
int64_t stage_now(struct stage *stage);

/* Waits for the button in a message that says `contains` (NULL: any), then clicks. */
void stage_click(struct stage *stage, const char *user, const char *label, const char *contains);
/* Fills in the dialog that is open; `values` is taken. The answer: {acked, ms, payload, shown…}. */
json_t *stage_submit(struct stage *stage, const char *user, json_t *values);

/* --- repairs --- */

/* `eacbot requests --json --all`, the one with that number; NULL: there is none. */
json_t *stage_repair(struct stage *stage, int id);
/* Waits for the state, and the step's key unless NULL. `requests` says it. */
void stage_await(struct stage *stage, int id, const char *state, const char *step);
/* What the org shows for that user: /_sim/holdings. */
json_t *stage_holdings(struct stage *stage, const char *user);

/* --- the end --- */

/* Stops eacbot politely and judges: exit code 0, an unbroken audit trail, no violation on either side. */
void stage_judge(struct stage *stage);
/* Forgets the violations so far that contain `text`; there has to be one. */
void stage_expect_violation(struct stage *stage, enum fake fake, const char *text);

/* Ends the process with a sentence, and the last lines of the log. */
void stage_fail(struct stage *stage, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
#define CHECK(stage, what) ((what) ? (void)0 : stage_fail(stage, "%s:%d: %s", __FILE__, __LINE__, #what))
