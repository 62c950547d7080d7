/*
 * app/inspect.c - looking into the store from the command line; see inspect.h.
 *
 * Rows are printed as they are read, in one transaction, so that what is shown
 * fits together and a long trail needs no memory. Text for a terminal has its
 * control characters replaced: it holds words of strangers.
 */
#include "bot/app/inspect.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/anchor.h"
#include "bot/app/operator.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"
#include "commands/eac/steps.h"

static enum errc open_store(struct store **ret, const struct config *config, struct err *reterr)
{
	struct store_options options = {
	    .url = config->store.url,
	    .password = secret_reveal(config->store.password),
	    .read_only = true,
	};

	return store_open(ret, &options, reterr);
}

/* Opens, runs fn, closes; prints what went wrong. */
static enum errc look(const struct config *config, store_fn *fn, void *arg, const struct err *detail)
{
	struct store *store = NULL;
	struct err e = {0};
	enum errc rc = open_store(&store, config, &e);

	if (rc != OK) {
		fprintf(stderr, "eacbot: %s\n", *e.text ? e.text : err_sentence(rc));
		return rc;
	}
	rc = store_run(store, fn, arg);
	store_close(store);
	if (rc != OK)
		fprintf(stderr, "eacbot: %s\n", detail && *detail->text ? detail->text : err_sentence(rc));
	return rc;
}

static json_t *word_or_null(const char *word)
{
	return text_empty(word) ? json_null() : json_text_value(word);
}

static json_t *time_or_null(int64_t ms)
{
	char text[32];

	return ms > 0 ? json_string(clock_rfc3339(ms, text)) : json_null();
}

static json_t *repair_id(int64_t id)
{
	return id > 0 ? json_sprintf("EAC-%" PRId64, id) : json_null();
}

static void print_object(FILE *out, json_t *object)
{
	char *text = json_text(object);

	fputs(text, out);
	free(text);
	json_decref(object);
}

/* requests */

struct requests_walk {
	struct tx *tx;
	FILE *out;
	bool json;
	size_t count;
};

static void set_step(json_t *steps, const char *key, const struct step_row *row)
{
	json_t *step = json_object();

	json_object_set_new(step, "state", json_text_value(row->state));
	json_object_set_new(step, "attempts", json_integer(row->attempts));
	json_object_set_new(step, "started_at", time_or_null(row->started_at));
	json_object_set_new(step, "ended_at", time_or_null(row->ended_at));
	json_object_set_new(step, "detail", word_or_null(row->detail));
	json_object_set_new(steps, key, step);
}

/* All ten, in their order, whether begun or not. */
static enum errc read_steps(struct tx *tx, int64_t request, json_t *steps)
{
	for (int i = 0; i < EAC_STEP_COUNT; i++) {
		struct step_row row = {0};
		enum errc rc = step_get(tx, request, eac_step_key(i), &row);

		if (rc != OK)
			return rc;
		set_step(steps, eac_step_key(i), &row);
	}
	return OK;
}

static json_t *target_json(const struct request_row *row)
{
	json_t *target = json_object();

	json_object_set_new(target, "salesforce_id", word_or_null(row->target));
	json_object_set_new(target, "username", word_or_null(json_str(json_get(row->facts, "target"), "username")));
	json_object_set_new(target, "slack_user", word_or_null(row->slack_user));
	return target;
}

static json_t *request_json(const struct request_row *row, json_t *steps)
{
	json_t *object = json_object();

	json_object_set_new(object, "id", repair_id(row->id));
	json_object_set_new(object, "state", word_or_null(row->state));
	json_object_set_new(object, "reason", word_or_null(row->reason));
	json_object_set_new(object, "ticket", word_or_null(json_str(row->facts, "ticket")));
	json_object_set_new(object, "step", word_or_null(eac_step_key(row->step)));
	json_object_set_new(object, "target", target_json(row));
	json_object_set_new(object, "requester", word_or_null(row->requester));
	json_object_set_new(object, "channel", word_or_null(row->channel));
	json_object_set_new(object, "thread_ts", word_or_null(row->thread_ts));
	json_object_set_new(object, "created_at", time_or_null(row->created_at));
	json_object_set_new(object, "updated_at", time_or_null(row->updated_at));
	json_object_set_new(object, "steps", steps);
	return object;
}

/* The words of others, fit for a terminal and one line. */
static const char *plain(char *out, size_t size, const char *words)
{
	text_copy_plain(out, size, text_empty(words) ? "-" : words);
	return out;
}

static void print_request(FILE *out, const struct request_row *row)
{
	char who[101];
	char requester[24];
	char state[60];
	char updated[32];
	AUTO_FREE char *id = mem_printf("EAC-%" PRId64, row->id);
	AUTO_FREE char *why = text_empty(row->reason) ? NULL : mem_printf("%s (%s)", row->state, row->reason);
	const char *username = json_str(json_get(row->facts, "target"), "username");

	fprintf(out, "%-9s %-30s %-22s %-34s %-12s %s\n", id, plain(state, sizeof(state), why ? why : row->state),
	        eac_step_key(row->step), plain(who, sizeof(who), *username ? username : row->target),
	        plain(requester, sizeof(requester), row->requester), clock_rfc3339(row->updated_at, updated));
}

static enum errc show_request(void *arg, const struct request_row *row)
{
	struct requests_walk *w = arg;
	json_t *steps;
	enum errc rc;

	if (!w->json) {
		if (w->count++ == 0)
			fprintf(w->out, "%-9s %-30s %-22s %-34s %-12s %s\n", "ID", "STATE", "STEP", "WHO", "REQUESTER",
			        "UPDATED");
		print_request(w->out, row);
		return OK;
	}
	steps = json_object();
	rc = read_steps(w->tx, row->id, steps);
	if (rc != OK) {
		json_decref(steps);
		return rc;
	}
	fputs(w->count++ == 0 ? "[\n" : ",\n", w->out);
	print_object(w->out, request_json(row, steps));
	return OK;
}

struct requests_view {
	FILE *out;
	bool json, all;
};

static enum errc show_requests(struct tx *tx, void *arg)
{
	const struct requests_view *view = arg;
	struct requests_walk w = {.tx = tx, .out = view->out, .json = view->json};
	struct request_query query = {.open_only = !view->all, .limit = INT_MAX, .oldest_first = true};
	enum errc rc = request_each(tx, &query, show_request, &w);

	if (rc == OK && view->json)
		fputs(w.count ? "\n]\n" : "[]\n", view->out);
	else if (rc == OK && w.count == 0)
		fputs(view->all ? "no repairs\n" : "no open repairs\n", view->out);
	return rc;
}

int inspect_requests(const struct config *config, bool json, bool all, FILE *out)
{
	struct requests_view view = {out, json, all};

	return look(config, show_requests, &view, NULL) == OK ? 0 : 1;
}

/* audit */

struct audit_walk {
	const struct inspect_audit *what;
	FILE *out;
	const char *anchor_file;
	struct audit_proof proof; /* its notes are gone afterwards */
	int64_t n;                /* the head */
	char hash[65];
	struct err err;
};

/* Words that are erased are null; words may be empty. */
static json_t *words_or_null(const char *salt, const char *words)
{
	return *salt ? json_text_value(words) : json_null();
}

static json_t *audit_json(const struct audit_row *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "n", json_integer(row->n));
	json_object_set_new(object, "at", time_or_null(row->at));
	json_object_set_new(object, "actor", words_or_null(row->actor_salt, row->actor));
	json_object_set_new(object, "via", json_text_value(row->via));
	json_object_set_new(object, "action", json_text_value(row->action));
	json_object_set_new(object, "repair", repair_id(row->repair));
	json_object_set_new(object, "detail", words_or_null(row->detail_salt, row->detail));
	json_object_set_new(object, "hash", json_text_value(row->hash));
	json_object_set_new(object, "version", json_integer(row->version));
	json_object_set_new(object, "actor_salt", word_or_null(row->actor_salt));
	json_object_set_new(object, "actor_digest", json_text_value(row->actor_digest));
	json_object_set_new(object, "detail_salt", word_or_null(row->detail_salt));
	json_object_set_new(object, "detail_digest", json_text_value(row->detail_digest));
	return object;
}

static void print_audit(FILE *out, const struct audit_row *row)
{
	char at[32];
	char actor[64];
	char via[24];
	char action[48];
	char detail[600];
	AUTO_FREE char *repair = row->repair > 0 ? mem_printf("EAC-%" PRId64, row->repair) : mem_strdup("-");

	fprintf(out, "%" PRId64 " %s %s %s %s %s %s\n", row->n, clock_rfc3339(row->at, at),
	        plain(actor, sizeof(actor), *row->actor_salt ? row->actor : "(erased)"),
	        plain(via, sizeof(via), row->via), plain(action, sizeof(action), row->action), repair,
	        plain(detail, sizeof(detail), *row->detail_salt ? row->detail : "(erased)"));
}

static enum errc show_line(void *arg, const struct audit_row *row)
{
	struct audit_walk *w = arg;

	w->n = row->n;
	text_copy(w->hash, sizeof(w->hash), row->hash);
	if (row->at < w->what->since_ms)
		return OK;
	if (w->what->json) {
		print_object(w->out, audit_json(row));
		fputc('\n', w->out);
	} else {
		print_audit(w->out, row);
	}
	return OK;
}

/* Against the anchors, and the head that was given. */
static enum errc verify_trail(struct tx *tx, struct audit_walk *w)
{
	struct audit_note given = {.n = w->what->head_n, .what = "the given head"};
	struct audit_note *notes = NULL;
	enum errc rc;

	text_copy(given.hash, sizeof(given.hash), w->what->head_hash);
	rc = anchor_notes(tx, w->anchor_file, given.n > 0 ? &given : NULL, &notes, &w->proof.note_count, &w->err);
	if (rc != OK)
		return rc;
	w->proof.notes = notes;
	rc = audit_verify(tx, &w->proof, &w->err);
	free(notes);
	return rc;
}

static enum errc show_trail(struct tx *tx, void *arg)
{
	struct audit_walk *w = arg;
	enum errc rc = audit_each(tx, 0, show_line, w);

	return rc == OK && w->what->verify ? verify_trail(tx, w) : rc;
}

/* That somebody reads it is part of the trail. */
static enum errc add_reading(struct tx *tx, void *arg)
{
	const struct inspect_audit *what = arg;
	struct audit_row row;
	char since[32] = "";

	operator_line(&row, "audit-read");
	if (what->since_ms > 0)
		clock_rfc3339(what->since_ms, since);
	snprintf(row.detail, sizeof(row.detail), "%s%s%s", *since ? "since " : "all of it", since,
	         what->verify ? ", verified" : "");
	return audit_add(tx, &row);
}

/* False: *reterr says why there is no line. */
static bool note_reading(const struct config *config, const struct inspect_audit *what, struct err *reterr)
{
	struct inspect_audit copy = *what;
	struct store *store = NULL;
	enum errc rc = operator_store(&store, config, reterr);

	if (rc == OK) {
		rc = store_run(store, add_reading, &copy);
		store_close(store);
		if (rc != OK)
			err_set(reterr, rc, "store: %s", err_sentence(rc));
	}
	return rc == OK;
}

int inspect_audit(const struct config *config, const struct inspect_audit *what, FILE *out)
{
	struct audit_walk w = {.what = what, .out = out, .anchor_file = config->audit.anchor_file};
	struct err e = {0};
	bool noted = note_reading(config, what, &e);

	memset(w.hash, '0', sizeof(w.hash) - 1); /* the head of a trail without a line */
	if (look(config, show_trail, &w, &w.err) != OK)
		return 1;
	if (!noted)
		fprintf(stderr, "eacbot: this reading leaves no line in the trail: %s\n", e.text);
	if (what->verify && !what->json)
		fprintf(out, "the chain holds; noted heads compared: %zu; lines with erased words: %" PRId64 "\n",
		        w.proof.note_count, w.proof.erased);
	if (!what->json)
		fprintf(out, "head %" PRId64 ":%s\n", w.n, w.hash);
	return 0;
}
