/*
 * salesforce/catalogue.c - see catalogue.h.
 *
 * One call at a time, in this order, each only if it is needed: DescribeSets and DescribeLicences, when columns are in
 * doubt; a composite that reads whole records by id; where those can't be read, the describing, and then queries that
 * name every permission, first of the sets, then of the licences.
 */
#include "salesforce/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/broad.h"
#include "salesforce/composite.h"
#include "salesforce/permissions.h"
#include "salesforce/sf_id.h"

enum { LEARN_MAX = 20 };
static const int64_t lasts_ms = INT64_C(24) * 3600 * 1000;
static const int64_t guess_lasts_ms = INT64_C(3600) * 1000; /* what could not be read is tried again sooner */

struct entry {
	char id[19];
	int64_t until_ms; /* boot time */
	bool broad, unknown;
	json_t *why;
	json_t *licence;
};

enum sureness { ASSUMED, DOUBTED, DESCRIBED };

struct catalogue {
	struct rest *rest;
	struct session *session;
	struct columns columns;
	enum sureness columns_are;
	int64_t columns_until_ms; /* boot time */
	unsigned generation;      /* of the columns */
	json_t *permissions[2];   /* of sets, of licences: all that describe told; NULL unknown */
	struct entry *entries;
	size_t count;
	json_t *tied;                     /* ids of licences */
	struct rest_call *call;           /* the one under way */
	json_t *learning;                 /* the ids that it is about */
	json_t *left;                     /* those among them whose records can't be read */
	json_t *children;                 /* the answer that tells what hangs on sets */
	void (*next)(struct catalogue *); /* after describing */
	struct waiters waiters;
};

struct catalogue *catalogue_new(struct rest *rest, struct session *session)
{
	struct catalogue *c = mem_alloc(sizeof(*c));

	c->rest = rest;
	c->session = session;
	c->tied = json_array();
	return c;
}

static void entry_done(struct entry *e)
{
	json_decref(e->why);
	json_decref(e->licence);
}

void catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	rest_cancel(c->call);
	waiters_done(&c->waiters);
	json_decref(c->learning);
	json_decref(c->left);
	json_decref(c->children);
	json_decref(c->tied);
	json_decref(c->permissions[0]);
	json_decref(c->permissions[1]);
	for (size_t i = 0; i < c->count; i++)
		entry_done(&c->entries[i]);
	free(c->entries);
	free(c);
}

static struct entry *entry_of(const struct catalogue *c, const char *id)
{
	for (size_t i = 0; i < c->count; i++) {
		if (sf_id_same(c->entries[i].id, id))
			return &c->entries[i];
	}
	return NULL;
}

/* Takes what is in `news`; its id and time are set here. */
static void remember(struct catalogue *c, const char *id, int64_t for_ms, struct entry news)
{
	struct entry *e = entry_of(c, id);

	if (e) {
		entry_done(e);
	} else {
		c->entries = mem_grow(c->entries, c->count + 1, sizeof(*c->entries));
		e = &c->entries[c->count++];
	}
	*e = news;
	e->until_ms = clock_boot_ms() + for_ms;
	if (!sf_id_long(id, e->id))
		e->id[0] = '\0';
}

bool catalogue_find(const struct catalogue *c, const char *id, struct known *ret)
{
	const struct entry *e = entry_of(c, id);

	if (!e || e->until_ms <= clock_boot_ms())
		return false;
	*ret = (struct known){.broad = e->broad, .unknown = e->unknown, .why = e->why, .licence = e->licence};
	memcpy(ret->id, e->id, sizeof(ret->id));
	return true;
}

size_t catalogue_licences(const struct catalogue *c, const char **ids, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count && n < max; i++) {
		if (broad_is_licence(c->entries[i].id))
			ids[n++] = c->entries[i].id;
	}
	return n;
}

void catalogue_tie(struct catalogue *c, const json_t *ids)
{
	const json_t *id;
	size_t i;

	json_array_clear(c->tied);
	json_array_foreach (ids, i, id)
		json_array_append_new(c->tied, json_string(json_string_value(id)));
}

static bool is_tied(const struct catalogue *c, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach (c->tied, i, one) {
		if (sf_id_same(json_string_value(one), id))
			return true;
	}
	return false;
}

static void finish(struct catalogue *c, const struct sf_trouble *trouble)
{
	json_decref(c->learning);
	json_decref(c->left);
	json_decref(c->children);
	c->learning = c->left = c->children = NULL;
	waiters_wake(&c->waiters, trouble);
}

/* Will asking again help? Then those who wait shall, and nothing wrong is remembered. */
static bool may_pass(const struct sf_trouble *trouble)
{
	return trouble->code != OK && err_is_temporary(trouble->code) && trouble->code != ERR_PROTOCOL;
}

/* --- columns --- */

/* What the org has may change with every feature that is switched on: after a day all are believed in again. */
const struct columns *catalogue_columns(struct catalogue *c)
{
	if (c->columns_until_ms <= clock_boot_ms()) {
		columns_assume_all(&c->columns);
		c->columns_are = ASSUMED;
		c->columns_until_ms = clock_boot_ms() + lasts_ms;
		c->generation++;
	}
	return c->columns_are == DOUBTED ? NULL : &c->columns;
}

unsigned catalogue_generation(const struct catalogue *c)
{
	return c->generation;
}

/* A name in the text is struck; without one the org is asked; what it did not teach has to go without all of them. */
bool catalogue_doubt_columns(struct catalogue *c, const char *text)
{
	c->generation++;
	if (columns_strike(&c->columns, text))
		return true;
	if (c->columns_are == DESCRIBED)
		return columns_strike_all(&c->columns);
	c->columns_are = DOUBTED;
	return true;
}

bool catalogue_doubt_status(struct catalogue *c, const char *text)
{
	c->generation++;
	return columns_strike(&c->columns, text) || columns_strike_status(&c->columns);
}

static void describe(struct catalogue *c, const char *path, const char *object, rest_done_fn *done)
{
	c->call = rest_send(
	    c->rest, &(struct rest_request){.kind = SF_KIND_DESCRIBE, .method = "GET", .path = path, .object = object},
	    done, c);
}

static void keep_permissions(struct catalogue *c, bool licences, const struct rest_answer *answer)
{
	json_decref(c->permissions[licences]);
	c->permissions[licences] = answer->trouble.code == OK ? columns_permissions(answer->body) : NULL;
}

static void on_licences_described(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;

	c->call = NULL;
	if (may_pass(&answer->trouble)) {
		finish(c, &answer->trouble);
		return;
	}
	keep_permissions(c, true, answer);
	if (answer->trouble.code == OK)
		columns_read_licences(&c->columns, answer->body);
	c->columns_are = DESCRIBED;
	c->generation++;
	c->next(c);
}

/* What can't be described is left as it is; the first query that is refused teaches better. */
static void on_sets_described(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;

	c->call = NULL;
	if (may_pass(&answer->trouble)) {
		finish(c, &answer->trouble);
		return;
	}
	keep_permissions(c, false, answer);
	if (answer->trouble.code == OK)
		columns_read_sets(&c->columns, answer->body);
	describe(c, "/sobjects/PermissionSetLicense/describe", "PermissionSetLicense", on_licences_described);
}

static void describe_both(struct catalogue *c, void (*next)(struct catalogue *))
{
	c->next = next;
	describe(c, "/sobjects/PermissionSet/describe", "PermissionSet", on_sets_described);
}

/* --- sets and licences --- */

static void read_set(struct catalogue *c, const json_t *record, const char *id)
{
	json_t *why = broad_children(c->children, id);

	(void)columns_is_broad(record, why);
	remember(c, id, lasts_ms, (struct entry){.broad = json_array_size(why) > 0, .why = why});
}

static void read_licence(struct catalogue *c, const json_t *record, const char *id)
{
	json_t *why = json_array();
	bool broad = columns_is_broad(record, why);
	json_t *licence = permissions_licence(record);

	json_set_bool(licence, "broad", broad);
	remember(c, id, lasts_ms, (struct entry){.broad = broad, .why = why, .licence = licence});
}

static void read_record(struct catalogue *c, const json_t *record, const char *id)
{
	if (broad_is_licence(id))
		read_licence(c, record, id);
	else
		read_set(c, record, id);
}

/* Nobody can tell what else it carries. */
static void guess(struct catalogue *c, const char *id)
{
	bool chosen = !broad_is_licence(id) || is_tied(c, id);
	json_t *why = broad_children(c->children, id);

	if (!chosen)
		json_array_append_new(why, json_string("unreadable"));
	remember(c, id, guess_lasts_ms, (struct entry){.broad = json_array_size(why) > 0, .unknown = true, .why = why});
}

/* --- ... by query, where their records can't be read --- */

static void ask_permissions(struct catalogue *c, bool licences);

/* Of the ids in c->left, the sets or the licences. */
static json_t *left_of(const struct catalogue *c, bool licences)
{
	json_t *ids = json_array();
	const json_t *id;
	size_t i;

	json_array_foreach (c->left, i, id) {
		if (broad_is_licence(json_string_value(id)) == licences)
			json_array_append_new(ids, json_string(json_string_value(id)));
	}
	return ids;
}

static void go_on(struct catalogue *c, bool licences)
{
	if (licences)
		finish(c, NULL);
	else
		ask_permissions(c, true);
}

static void take_permissions(struct catalogue *c, const struct rest_answer *answer, bool licences)
{
	json_auto_t *ids = left_of(c, licences);
	struct sf_trouble trouble = answer->trouble;
	const json_t *id;
	size_t i;

	c->call = NULL;
	json_array_foreach (ids, i, id) {
		json_auto_t *record = NULL;

		if (answer->trouble.code == OK)
			record = broad_record(answer->body, json_string_value(id), &trouble);
		if (may_pass(&trouble)) {
			finish(c, &trouble);
			return;
		}
		if (record)
			read_record(c, record, json_string_value(id));
		else
			guess(c, json_string_value(id));
	}
	go_on(c, licences);
}

static void on_set_permissions(void *arg, const struct rest_answer *answer)
{
	take_permissions(arg, answer, false);
}

static void on_licence_permissions(void *arg, const struct rest_answer *answer)
{
	take_permissions(arg, answer, true);
}

static char *permissions_text(struct catalogue *c, const json_t *ids, bool licences)
{
	AUTO_COMPOSITE struct composite composite;

	composite_init(&composite, session_version(c->session));
	if (!broad_put_permissions(&composite, ids, c->permissions[licences], &c->columns))
		return NULL;
	return composite_text(&composite);
}

static void send_composite(struct catalogue *c, const char *body, rest_done_fn *done)
{
	c->call = rest_send(
	    c->rest,
	    &(struct rest_request){
	        .kind = SF_KIND_LEARN, .method = "POST", .path = "/composite", .body = body, .object = "PermissionSet"},
	    done, c);
}

static void ask_permissions(struct catalogue *c, bool licences)
{
	json_auto_t *ids = left_of(c, licences);
	AUTO_FREE char *body = json_array_size(ids) > 0 ? permissions_text(c, ids, licences) : NULL;
	const json_t *id;
	size_t i;

	if (body) {
		send_composite(c, body, licences ? on_licence_permissions : on_set_permissions);
		return;
	}
	json_array_foreach (ids, i, id)
		guess(c, json_string_value(id));
	go_on(c, licences);
}

static void ask_set_permissions(struct catalogue *c)
{
	ask_permissions(c, false);
}

/* --- ... by record --- */

/* One part of the answer. False if asking again would help. */
static bool read_entry(struct catalogue *c, const json_t *answer, size_t n, const char *id, struct sf_trouble *ret)
{
	const struct sf_error_about about = {.object = broad_object(id)};
	json_t *record = NULL;
	char ref[32];

	snprintf(ref, sizeof(ref), "id%zu", n);
	if (composite_part(answer, ref, &about, &record, ret) && json_is_object(record))
		read_record(c, record, id);
	else if (may_pass(ret))
		return false;
	else
		json_array_append_new(c->left, json_string(id));
	return true;
}

static void on_learnt(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;
	struct sf_trouble trouble = answer->trouble;
	bool ok = !may_pass(&trouble);
	const json_t *id;
	size_t i;

	c->call = NULL;
	c->left = json_array();
	c->children = json_deep_copy(answer->body);
	json_array_foreach (c->learning, i, id)
		ok = ok && read_entry(c, c->children, i, json_string_value(id), &trouble);
	if (!ok)
		finish(c, &trouble);
	else if (json_array_size(c->left) == 0)
		finish(c, NULL);
	else if (c->columns_are == DESCRIBED)
		ask_set_permissions(c);
	else
		describe_both(c, ask_set_permissions);
}

static void learn_entries(struct catalogue *c)
{
	AUTO_COMPOSITE struct composite composite = {0};
	AUTO_FREE char *body = NULL;

	if (json_array_size(c->learning) == 0) {
		finish(c, NULL);
		return;
	}
	composite_init(&composite, session_version(c->session));
	broad_put_records(&composite, c->learning);
	body = composite_text(&composite);
	send_composite(c, body, on_learnt);
}

/* --- asking --- */

static json_t *unknown_of(const struct catalogue *c, const json_t *ids)
{
	json_t *unknown = json_array();
	struct known known;
	const json_t *id;
	size_t i;

	json_array_foreach (ids, i, id) {
		const char *word = json_string_value(id);

		if (sf_id_plausible(word) && !catalogue_find(c, word, &known) && json_array_size(unknown) < LEARN_MAX)
			json_array_append_new(unknown, json_string(word));
	}
	return unknown;
}

static void on_nothing_to_learn(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;

	(void)answer;
	c->call = NULL;
	finish(c, NULL);
}

void catalogue_learn(struct catalogue *c, const json_t *ids, waiter_fn *fn, void *arg)
{
	waiters_add(&c->waiters, fn, arg);
	if (c->call)
		return;
	c->learning = unknown_of(c, ids);
	if (!catalogue_columns(c))
		describe_both(c, learn_entries);
	else if (json_array_size(c->learning) > 0)
		learn_entries(c);
	else
		c->call = rest_later(c->rest, on_nothing_to_learn, c);
}

void catalogue_unwait(struct catalogue *c, const void *arg)
{
	waiters_remove(&c->waiters, arg);
}
