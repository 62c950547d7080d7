/*
 * salesforce/catalogue.c - see catalogue.h.
 *
 * One call at a time: DescribeSets, then DescribeLicences; or one composite
 * that reads whole records by id. Reading by id is the only way to see every
 * permission without naming some hundred fields.
 */
#include "salesforce/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/composite.h"
#include "salesforce/permissions.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"

enum { LEARN_MAX = 20, WHY_MAX = 5 };
static const int64_t lasts_ms = INT64_C(24) * 3600 * 1000;
static const int64_t guess_lasts_ms = INT64_C(3600) * 1000; /* what could not be read is tried again sooner */

struct entry {
	char id[19];
	int64_t until_ms; /* boot time */
	bool broad;
	json_t *why;
	json_t *licence;
};

struct catalogue {
	struct rest *rest;
	struct session *session;
	struct columns columns, fresh; /* fresh: being read */
	int64_t columns_until_ms;      /* boot time */
	struct entry *entries;
	size_t count;
	struct rest_call *call; /* the one under way */
	json_t *learning;       /* the ids that it is about */
	struct waiters waiters;
};

struct catalogue *catalogue_new(struct rest *rest, struct session *session)
{
	struct catalogue *c = mem_alloc(sizeof(*c));

	c->rest = rest;
	c->session = session;
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
	for (size_t i = 0; i < c->count; i++)
		entry_done(&c->entries[i]);
	free(c->entries);
	free(c);
}

static bool is_licence(const char *id)
{
	return sf_id_has_prefix(id, "0PL");
}

static struct entry *entry_of(const struct catalogue *c, const char *id)
{
	for (size_t i = 0; i < c->count; i++) {
		if (sf_id_same(c->entries[i].id, id))
			return &c->entries[i];
	}
	return NULL;
}

/* Takes why and licence. */
static void remember(struct catalogue *c, const char *id, int64_t for_ms, bool broad, json_t *why, json_t *licence)
{
	struct entry *e = entry_of(c, id);

	if (e) {
		entry_done(e);
	} else {
		c->entries = mem_grow(c->entries, c->count + 1, sizeof(*c->entries));
		e = &c->entries[c->count++];
	}
	*e = (struct entry){.until_ms = clock_boot_ms() + for_ms, .broad = broad, .why = why, .licence = licence};
	if (!sf_id_long(id, e->id))
		e->id[0] = '\0';
}

bool catalogue_find(const struct catalogue *c, const char *id, struct known *ret)
{
	const struct entry *e = entry_of(c, id);

	if (!e || e->until_ms <= clock_boot_ms())
		return false;
	*ret = (struct known){.broad = e->broad, .why = e->why, .licence = e->licence};
	memcpy(ret->id, e->id, sizeof(ret->id));
	return true;
}

size_t catalogue_licences(const struct catalogue *c, const char **ids, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count && n < max; i++) {
		if (is_licence(c->entries[i].id))
			ids[n++] = c->entries[i].id;
	}
	return n;
}

static void finish(struct catalogue *c, const struct sf_trouble *trouble)
{
	json_decref(c->learning);
	c->learning = NULL;
	waiters_wake(&c->waiters, trouble);
}

/* Will asking again help? Then those who wait shall, and nothing wrong is remembered. */
static bool may_pass(const struct sf_trouble *trouble)
{
	return trouble->code != OK && err_is_temporary(trouble->code) && trouble->code != ERR_PROTOCOL;
}

/* --- columns --- */

const struct columns *catalogue_columns(const struct catalogue *c)
{
	return c->columns_until_ms > clock_boot_ms() ? &c->columns : NULL;
}

bool catalogue_doubt_columns(struct catalogue *c, const char *text)
{
	return columns_strike(&c->columns, text);
}

static void learn_entries(struct catalogue *c);

static void describe(struct catalogue *c, const char *path, const char *object, rest_done_fn *done)
{
	c->call = rest_send(
	    c->rest, &(struct rest_request){.kind = SF_KIND_DESCRIBE, .method = "GET", .path = path, .object = object},
	    done, c);
}

static void on_licences_described(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;

	c->call = NULL;
	if (may_pass(&answer->trouble)) {
		finish(c, &answer->trouble);
		return;
	}
	if (answer->trouble.code == OK)
		columns_read_licences(&c->fresh, answer->body);
	c->columns = c->fresh;
	c->columns_until_ms = clock_boot_ms() + (answer->trouble.code == OK ? lasts_ms : guess_lasts_ms);
	learn_entries(c);
}

/* What can't be described is assumed to be there; the first query that is refused teaches better. */
static void on_sets_described(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;

	c->call = NULL;
	if (may_pass(&answer->trouble)) {
		finish(c, &answer->trouble);
		return;
	}
	columns_assume_all(&c->fresh);
	if (answer->trouble.code == OK)
		columns_read_sets(&c->fresh, answer->body);
	describe(c, "/sobjects/PermissionSetLicense/describe", "PermissionSetLicense", on_licences_described);
}

/* --- sets and licences --- */

/* Rows that hang on a set: what it opens besides the permissions in its own record. Not readable: not counted. */
static void add_children(const json_t *answer, const char *ref, const char *object, const char *field, const char *id,
                         json_t *why)
{
	struct sf_trouble trouble;
	json_t *records;
	const json_t *row;
	size_t i;

	if (!composite_records(answer, ref, object, &records, &trouble))
		return;
	json_array_foreach (records, i, row) {
		AUTO_FREE char *word = mem_printf("%s:%s", object, json_str(row, field));

		if (sf_id_same(json_str(row, "ParentId"), id) && json_array_size(why) < WHY_MAX)
			json_array_append_new(why, json_text_value(word));
	}
}

static void read_set(struct catalogue *c, const json_t *answer, const json_t *record, const char *id)
{
	json_t *why = json_array();

	(void)columns_is_broad(record, why);
	add_children(answer, "objects", "ObjectPermissions", "SobjectType", id, why);
	add_children(answer, "setup", "SetupEntityAccess", "SetupEntityType", id, why);
	remember(c, id, lasts_ms, json_array_size(why) > 0, why, NULL);
}

static void read_licence(struct catalogue *c, const json_t *record, const char *id)
{
	json_t *why = json_array();
	bool broad = columns_is_broad(record, why);
	json_t *licence = permissions_licence(record);

	json_set_bool(licence, "broad", broad);
	remember(c, id, lasts_ms, broad, why, licence);
}

/* One part of the answer. False if asking again would help. */
static bool read_entry(struct catalogue *c, const json_t *answer, size_t n, const char *id, struct sf_trouble *ret)
{
	const struct sf_error_about about = {.object = is_licence(id) ? "PermissionSetLicense" : "PermissionSet"};
	json_t *record = NULL;
	char ref[32];

	snprintf(ref, sizeof(ref), "id%zu", n);
	if (!composite_part(answer, ref, &about, &record, ret)) {
		if (may_pass(ret))
			return false;
		remember(c, id, guess_lasts_ms, true, json_pack("[s+]", "unreadable: ", ret->error), NULL);
	} else if (is_licence(id)) {
		read_licence(c, record, id);
	} else {
		read_set(c, answer, record, id);
	}
	return true;
}

static void on_learnt(void *arg, const struct rest_answer *answer)
{
	struct catalogue *c = arg;
	struct sf_trouble trouble = answer->trouble;
	const json_t *id;
	bool ok = trouble.code == OK;
	size_t i;

	c->call = NULL;
	json_array_foreach (c->learning, i, id) {
		if (ok && !read_entry(c, answer->body, i, json_string_value(id), &trouble))
			ok = false;
	}
	finish(c, ok ? NULL : &trouble);
}

static void put_children_query(struct composite *composite, const char *ref, const char *object, const char *field,
                               const char *const *sets, size_t count)
{
	AUTO_BUF struct buf query = {0};

	buf_init(&query, 4096);
	buf_printf(&query, "SELECT ParentId, %s FROM %s WHERE ParentId IN ", field, object);
	soql_put_list(&query, sets, count);
	buf_puts(&query, " LIMIT 200");
	composite_query(composite, ref, buf_str(&query));
}

/* The whole records of c->learning, and what hangs on the sets among them. */
static char *learning_text(struct catalogue *c)
{
	AUTO_COMPOSITE struct composite composite;
	const char *sets[LEARN_MAX];
	size_t i, count = 0;
	const json_t *one;

	composite_init(&composite, session_version(c->session));
	json_array_foreach (c->learning, i, one) {
		const char *id = json_string_value(one);
		const char *object = is_licence(id) ? "PermissionSetLicense" : "PermissionSet";
		AUTO_FREE char *path = mem_printf("/sobjects/%s/%s", object, id);
		char ref[32];

		snprintf(ref, sizeof(ref), "id%zu", i);
		composite_get(&composite, ref, path);
		if (!is_licence(id))
			sets[count++] = id;
	}
	if (count > 0) {
		put_children_query(&composite, "objects", "ObjectPermissions", "SobjectType", sets, count);
		put_children_query(&composite, "setup", "SetupEntityAccess", "SetupEntityType", sets, count);
	}
	return composite_text(&composite);
}

static void learn_entries(struct catalogue *c)
{
	AUTO_FREE char *body = NULL;

	if (json_array_size(c->learning) == 0) {
		finish(c, NULL);
		return;
	}
	body = learning_text(c);
	c->call = rest_send(
	    c->rest,
	    &(struct rest_request){
	        .kind = SF_KIND_LEARN, .method = "POST", .path = "/composite", .body = body, .object = "PermissionSet"},
	    on_learnt, c);
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

		if (sf_id_valid(word) && !catalogue_find(c, word, &known) && json_array_size(unknown) < LEARN_MAX)
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
		describe(c, "/sobjects/PermissionSet/describe", "PermissionSet", on_sets_described);
	else if (json_array_size(c->learning) > 0)
		learn_entries(c);
	else
		c->call = rest_later(c->rest, on_nothing_to_learn, c);
}

void catalogue_unwait(struct catalogue *c, const void *arg)
{
	waiters_remove(&c->waiters, arg);
}
