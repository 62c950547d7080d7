/*
 * tests/fuzz/fuzz_sf_shared.c - whatever Salesforce answers to several, nobody gets what is another's.
 *
 * An input that begins with '{' is the answer itself. Any other is a recipe: each byte is a choice, and an answer is made
 * of the parts that were asked for, mostly in order, with records of those who were asked about, of strangers and of
 * nobody, elements in their places or elsewhere, and refusals of parts.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/sf_id.h"
#include "salesforce/wish.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PEOPLE = 3, KINDS = 4, RECORDS_MAX = 24 };
enum kind { LOOK, FIND, REMOVE, RESTORE };

static const char *const people[PEOPLE + 1] = {"005000000000001AAA", "005000000000002AAA", "005000000000003AAA",
                                               "005000000000009AAA"};
static const char *const names[PEOPLE + 1] = {"jane@x.com", "Tara", "tara@x.com", "bob"};
static const char *const set_rows[PEOPLE + 1] = {"0Pa000000000001AAA", "0Pa000000000002AAA", "0Pa000000000003AAA",
                                                 "0Pa000000000009AAA"};
static const char *const licence_rows[PEOPLE + 1] = {"2LA000000000001AAA", "2LA000000000002AAA", "2LA000000000003AAA",
                                                     "2LA000000000009AAA"};

/* --- the wishes --- */

static void ask_rows(struct wish *wish, const char *ref, const char *user, bool single)
{
	struct question *q = wish_ask(wish, ref, "Thing");

	buf_puts(&q->fields, "Id");
	q->owner = "UserId";
	q->ids = true;
	q->single = single;
	question_add_word(q, "UserId", user);
}

static struct wish *wish_of(enum kind kind, int i)
{
	struct wish *wish = wish_new("PermissionSetAssignment");
	struct question *q;

	switch (kind) {
	case LOOK: ask_rows(wish, "tokens", people[i], false); break;
	case FIND:
		q = wish_ask(wish, "users", "User");
		q->limit = 3;
		question_add_word(q, "Username", names[i]);
		question_add_word(q, "FederationIdentifier", names[i]);
		return wish;
	case REMOVE:
		wish_delete(wish, "deed0", 0, "PermissionSetAssignment", set_rows[i]);
		wish_delete(wish, "deed1", 1, "PermissionSetLicenseAssign", licence_rows[i]);
		break;
	case RESTORE:
		wish_create(wish, "deed0", 0, "PermissionSetLicenseAssign",
		            json_pack("{s:s}", "AssigneeId", people[i]));
		wish_create(wish, "deed1", 1, "PermissionSetAssignment", json_pack("{s:s}", "AssigneeId", people[i]));
		break;
	}
	ask_rows(wish, "user", people[i], true);
	return wish;
}

/* --- the recipe --- */

struct recipe {
	const uint8_t *data;
	size_t size, at;
};

static unsigned pick(struct recipe *r, unsigned count)
{
	return r->at < r->size ? r->data[r->at++] % count : 0;
}

static json_t *refusal(struct recipe *r)
{
	static const char *const words[] = {"INVALID_TYPE",       "MALFORMED_QUERY", "QUERY_TIMEOUT",
	                                    "UNABLE_TO_LOCK_ROW", "INVALID_INPUT",   "ENTITY_IS_DELETED",
	                                    "INVALID_SESSION_ID", "DUPLICATE_VALUE"};

	return json_pack("[{s:s,s:s,s:s}]", "errorCode", words[pick(r, 8)], "statusCode", words[pick(r, 8)], "message",
	                 "x");
}

static json_t *record(struct recipe *r)
{
	unsigned who = pick(r, PEOPLE + 1);

	switch (pick(r, 6)) {
	case 0: return json_pack("{s:s}", "FederationIdentifier", names[who]);
	case 1: return json_pack("{s:s,s:s}", "Username", names[who], "UserId", people[who]);
	case 2: return json_pack("{s:s#}", "UserId", people[who], 15);
	case 3: return json_integer(7);
	default: return json_pack("{s:s,s:s}", "UserId", people[who], "Username", names[who]);
	}
}

static json_t *rows(struct recipe *r)
{
	json_t *records = json_array();
	bool done = pick(r, 4) != 1;

	for (unsigned n = pick(r, RECORDS_MAX); n > 0; n--)
		json_array_append_new(records, record(r));
	return json_pack("{s:b,s:s,s:o}", "done", done, "nextRecordsUrl", done ? "" : "/services/data/v64.0/query/1",
	                 "records", records);
}

static json_t *element(struct recipe *r, const char *const *ids, unsigned place)
{
	switch (pick(r, 6)) {
	case 0: return json_pack("{s:b,s:o}", "success", 0, "errors", refusal(r));
	case 1: return json_pack("{s:s,s:b}", "id", ids[pick(r, PEOPLE + 1)], "success", 1);
	case 2: return json_null();
	case 3: return json_pack("{s:b}", "success", 1);
	default: return json_pack("{s:s,s:b}", "id", ids[place], "success", 1);
	}
}

static json_t *elements(struct recipe *r, const char *const *ids)
{
	json_t *list = json_array();

	for (unsigned i = 0, n = PEOPLE + 1 - pick(r, 3); i < n; i++)
		json_array_append_new(list, element(r, ids, i % (PEOPLE + 1)));
	return list;
}

static void add_part(json_t *parts, struct recipe *r, const char *ref, json_t *body)
{
	static const int statuses[] = {200, 200, 200, 200, 200, 400, 500, 404};
	int status = statuses[pick(r, 8)];

	if (status != 200) {
		json_decref(body);
		body = refusal(r);
	}
	if (pick(r, 12) == 5) /* a part is missing */
		json_decref(body);
	else
		json_array_append_new(
		    parts, json_pack("{s:s,s:i,s:o}", "referenceId", ref, "httpStatusCode", status, "body", body));
}

static json_t *answer_by(struct recipe *r, enum kind kind)
{
	json_t *parts = json_array();

	if (kind == REMOVE || kind == RESTORE) {
		add_part(parts, r, "stage0", elements(r, kind == REMOVE ? set_rows : licence_rows));
		add_part(parts, r, "stage1", elements(r, kind == REMOVE ? licence_rows : set_rows));
	}
	if (kind == LOOK)
		add_part(parts, r, "tokens", rows(r));
	add_part(parts, r, kind == FIND ? "users" : "user", rows(r));
	return json_pack("{s:o}", "compositeResponse", parts);
}

/* --- what has to be true --- */

/* Every record that somebody gets is theirs. */
static void check_rows(const struct wish *wish, const json_t *mine)
{
	for (size_t n = 0; n < wish->question_count; n++) {
		const struct question *q = &wish->questions[n];
		const json_t *one;
		struct sf_trouble trouble;
		json_t *records;
		size_t i;

		if (!composite_records(mine, q->ref, q->object, &records, &trouble))
			continue;
		json_array_foreach (records, i, one)
			assert(question_share_of(q, one) == QUESTION_MINE);
	}
}

/* A deed is only told as done where the element in its place says so, of no other row. */
static void check_deeds(const json_t *answer, const struct wish *wish, const json_t *mine, size_t i)
{
	const json_t *deed;
	size_t k;

	json_array_foreach (wish->deeds, k, deed) {
		struct sf_trouble trouble;
		json_t *nothing, *body;
		char ref[WISH_REF_MAX];

		if (!composite_part(mine, json_str(deed, "ref"), &(struct sf_error_about){.changes = true}, &nothing,
		                    &trouble)) {
			assert(trouble.code != OK && trouble.reason[0]);
			continue;
		}
		snprintf(ref, sizeof(ref), "stage%d", (int)json_int(deed, "stage"));
		body = json_get(composite_find(answer, ref), "body");
		const json_t *told = json_array_get(body, i); /* each has one deed of a stage */
		assert(json_is_true(json_get(told, "success")));
		assert(!*json_str(deed, "id") || !*json_str(told, "id") ||
		       sf_id_same(json_str(told, "id"), json_str(deed, "id")));
	}
}

/* Where the answer is good, no record falls under the table. */
static void check_nothing_is_lost(const json_t *answer, json_t *const mine[PEOPLE], const struct wish *wish)
{
	for (size_t n = 0; n < wish->question_count; n++) {
		const struct question *q = &wish->questions[n];
		struct sf_trouble trouble;
		json_t *all, *some;
		size_t told = 0;

		if (!composite_records(answer, q->ref, q->object, &all, &trouble))
			continue;
		for (size_t i = 0; i < PEOPLE; i++) {
			assert(composite_records(mine[i], q->ref, q->object, &some, &trouble));
			told += json_array_size(some);
		}
		assert(told >= json_array_size(all));
	}
}

static void share_out(const json_t *answer, enum kind kind)
{
	struct wish *wishes[PEOPLE];
	json_t *mine[PEOPLE];
	enum wishes_verdict verdict;

	for (int i = 0; i < PEOPLE; i++)
		wishes[i] = wish_of(kind, i);
	verdict = wishes_judge(answer, (const struct wish *const *)wishes, PEOPLE);
	for (size_t i = 0; i < PEOPLE; i++) {
		mine[i] = wishes_take(answer, (const struct wish *const *)wishes, PEOPLE, i);
		check_rows(wishes[i], mine[i]);
		check_deeds(answer, wishes[i], mine[i], i);
	}
	if (verdict == WISHES_GOOD && !wishes[0]->changes)
		check_nothing_is_lost(answer, mine, wishes[0]);
	for (size_t i = 0; i < PEOPLE; i++) {
		json_decref(mine[i]);
		wish_free(wishes[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recipe recipe = {.data = data, .size = size};
	json_t *answer = NULL;

	if (size > 0 && data[0] == '{') {
		if (json_parse(&answer, (const char *)data, size, NULL) == OK) {
			for (int kind = 0; kind < KINDS; kind++)
				share_out(answer, (enum kind)kind);
		}
	} else {
		enum kind kind = (enum kind)pick(&recipe, KINDS);

		answer = answer_by(&recipe, kind);
		share_out(answer, kind);
	}
	json_decref(answer);
	return 0;
}
