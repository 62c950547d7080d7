/*
 * salesforce/wish.c - see wish.h.
 */
#include "salesforce/wish.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/sf_id.h"

enum { QUERY_MAX = 16384, KEY_MAX = 65536, OK_STATUS = 200, GONE_STATUS = 400, DELETED_STATUS = 204 };

struct wish *wish_new(const char *about)
{
	struct wish *wish = mem_alloc(sizeof(*wish));

	wish->about = about;
	wish->deeds = json_array();
	return wish;
}

void wish_free(struct wish *wish)
{
	if (!wish)
		return;
	for (size_t i = 0; i < wish->question_count; i++)
		question_done(&wish->questions[i]);
	json_decref(wish->deeds);
	free(wish->read_path);
	free(wish);
}

struct question *wish_ask(struct wish *wish, const char *ref, const char *object)
{
	struct question *q = &wish->questions[wish->question_count];

	assert(wish->question_count < COMPOSITE_QUERIES);
	wish->question_count++;
	question_init(q, ref, object);
	return q;
}

void wish_read(struct wish *wish, const char *ref, char *path)
{
	wish->read_ref = ref;
	wish->read_path = path;
}

static void add_deed(struct wish *wish, json_t *deed, int stage)
{
	const json_t *last = json_array_get(wish->deeds, json_array_size(wish->deeds) - 1);

	if (last && json_int(last, "stage") > stage)
		wish->alone = true;
	wish->changes = true;
	json_array_append_new(wish->deeds, deed);
}

void wish_delete(struct wish *wish, const char *ref, int stage, const char *object, const char *id)
{
	add_deed(wish, json_pack("{s:s,s:i,s:s,s:s}", "ref", ref, "stage", stage, "object", object, "id", id), stage);
}

void wish_create(struct wish *wish, const char *ref, int stage, const char *object, json_t *record)
{
	add_deed(wish, json_pack("{s:s,s:i,s:s,s:o}", "ref", ref, "stage", stage, "object", object, "record", record),
	         stage);
}

/* --- who goes with whom --- */

char *wish_key(const struct wish *wish)
{
	AUTO_BUF struct buf key = {0};

	buf_init(&key, KEY_MAX);
	buf_printf(&key, "%d %s\n", wish->changes, wish->read_path ? wish->read_path : "");
	for (size_t i = 0; i < wish->question_count; i++)
		question_put_key(&key, &wish->questions[i]);
	return buf_take(&key);
}

static size_t deeds_of_stage(const struct wish *wish, int stage)
{
	const json_t *deed;
	size_t i, n = 0;

	json_array_foreach (wish->deeds, i, deed)
		n += json_int(deed, "stage") == stage;
	return n;
}

/* One collection takes records of one object, so all deeds of a stage have to be of the same. */
static const char *object_of_stage(const struct wish *wish, int stage)
{
	const json_t *deed;
	size_t i;

	json_array_foreach (wish->deeds, i, deed) {
		if (json_int(deed, "stage") == stage)
			return json_str(deed, "object");
	}
	return NULL;
}

/* The same row twice, or rows of the same user: then one waits until the other is done. */
static bool touches_same(const struct wish *a, const struct wish *b)
{
	for (size_t i = 0; i < a->question_count; i++) {
		const struct question *one = &a->questions[i], *other = &b->questions[i];

		if (one->word_count > 0 && other->word_count > 0 && text_eq(one->words[0].text, other->words[0].text))
			return true;
	}
	for (size_t i = 0; i < json_array_size(a->deeds); i++) {
		const char *id = json_str(json_array_get(a->deeds, i), "id");

		if (*id && sf_id_row(b->deeds, "id", id))
			return true;
	}
	return false;
}

bool wish_fits(const struct wish *one, const struct wish *const *others, size_t count)
{
	size_t deeds[WISH_STAGES];

	if (one->alone || (count > 0 && others[0]->alone))
		return count == 0;
	if (!one->changes)
		return true;
	for (int stage = 0; stage < WISH_STAGES; stage++)
		deeds[stage] = deeds_of_stage(one, stage);
	for (size_t i = 0; i < count; i++) {
		if (touches_same(one, others[i]))
			return false;
		for (int stage = 0; stage < WISH_STAGES; stage++) {
			const char *a = object_of_stage(one, stage), *b = object_of_stage(others[i], stage);

			deeds[stage] += deeds_of_stage(others[i], stage);
			if (deeds[stage] > WISH_DEEDS_MAX || (a && b && strcmp(a, b) != 0))
				return false;
		}
	}
	return true;
}

/* --- asking --- */

static void put_deed(struct composite *c, const json_t *deed)
{
	if (json_get(deed, "record"))
		composite_post(c, json_str(deed, "ref"), json_str(deed, "object"),
		               json_deep_copy(json_get(deed, "record")));
	else
		composite_delete(c, json_str(deed, "ref"), json_str(deed, "object"), json_str(deed, "id"));
}

/* A record that says in itself what it is, as collections want it. */
static json_t *record_of(const json_t *deed)
{
	json_t *record = json_deep_copy(json_get(deed, "record"));

	json_object_set_new(record, "attributes", json_pack("{s:s}", "type", json_str(deed, "object")));
	return record;
}

static const char *stage_ref(int stage, char out[static WISH_REF_MAX])
{
	snprintf(out, WISH_REF_MAX, "stage%d", stage);
	return out;
}

static void put_stage(struct composite *c, const struct wish *const *wishes, size_t count, int stage)
{
	json_auto_t *ids = json_array(), *records = json_array();
	char ref[WISH_REF_MAX];
	const json_t *deed;
	size_t k;

	for (size_t i = 0; i < count; i++) {
		json_array_foreach (wishes[i]->deeds, k, deed) {
			if (json_int(deed, "stage") != stage)
				continue;
			if (json_get(deed, "record"))
				json_array_append_new(records, record_of(deed));
			else
				json_array_append(ids, json_get(deed, "id"));
		}
	}
	if (json_array_size(ids) > 0)
		composite_delete_all(c, stage_ref(stage, ref), ids);
	if (json_array_size(records) > 0)
		composite_post_all(c, stage_ref(stage, ref), records);
}

static void put_deeds(struct composite *c, const struct wish *const *wishes, size_t count)
{
	const json_t *deed;
	size_t i;

	if (count == 1) {
		json_array_foreach (wishes[0]->deeds, i, deed)
			put_deed(c, deed);
		return;
	}
	for (int stage = 0; stage < WISH_STAGES; stage++)
		put_stage(c, wishes, count, stage);
}

/* What is asked about the org is asked once. */
static void put_question(struct composite *c, const struct wish *const *wishes, size_t count, size_t n)
{
	const struct question *const one = &wishes[0]->questions[n];
	AUTO_FREE const struct question **alike = mem_array(count, sizeof(const struct question *));
	AUTO_BUF struct buf query = {0};

	for (size_t i = 0; i < count; i++)
		alike[i] = &wishes[i]->questions[n];
	buf_init(&query, QUERY_MAX);
	question_put(&query, alike, one->word_count > 0 ? count : 1);
	if (query.cut)
		c->spoilt = true;
	composite_query(c, one->ref, buf_str(&query));
}

/* Deeds first: the queries read back. */
char *wishes_text(const struct wish *const *wishes, size_t count, const char *version)
{
	AUTO_COMPOSITE struct composite c;

	composite_init(&c, version);
	put_deeds(&c, wishes, count);
	for (size_t n = 0; n < wishes[0]->question_count; n++)
		put_question(&c, wishes, count, n);
	if (wishes[0]->read_ref)
		composite_get(&c, wishes[0]->read_ref, wishes[0]->read_path);
	return composite_text(&c);
}

/* --- the answer to several --- */

/* A part as it came: its status and body; 0 if there is none. */
static long part_of(const json_t *answer, const char *ref, json_t **ret_body)
{
	const json_t *part = composite_find(answer, ref);

	*ret_body = json_get(part, "body");
	return (long)json_int(part, "httpStatusCode");
}

static bool is_fine(long status)
{
	return status >= 200 && status < 300;
}

static enum sf_meaning meaning_of(long status, const json_t *body, const char *object, bool changes)
{
	struct sf_trouble trouble;

	sf_error_read(&trouble, status, body, NULL, 0, &(struct sf_error_about){.object = object, .changes = changes});
	return trouble.meaning;
}

/* Refused as a whole, and surely not done, for a reason that there need not be where it is asked for alone. */
static bool is_refused(enum sf_meaning meaning)
{
	switch (meaning) {
	case SF_BUG:
	case SF_RULE:
	case SF_SETTING:
	case SF_UNREADABLE:
	case SF_MOVED:
	case SF_GONE: return true;
	case SF_OWN:
	case SF_PASSES:
	case SF_UNCLEAR:
	case SF_RENEW:
	case SF_LOCKED_OUT:
	case SF_QUOTA:
	case SF_RIGHT:
	case SF_ALREADY: break;
	}
	return false;
}

static enum question_share share_of_any(const struct wish *const *wishes, size_t count, size_t n, const json_t *record)
{
	enum question_share share = QUESTION_OTHERS;

	for (size_t i = 0; i < count; i++) {
		enum question_share one = question_share_of(&wishes[i]->questions[n], record);

		/* a doubt about one person is a doubt, even if it is surely another's */
		if (one == QUESTION_PERHAPS)
			return one;
		share = one == QUESTION_MINE ? one : share;
	}
	return share;
}

/*
 * A record that is nobody's: found by an id it can only be a mistake, found by a word it may be that Salesforce
 * compares otherwise.
 */
static enum wishes_verdict judge_records(const json_t *records, const struct wish *const *wishes, size_t count,
                                         size_t n)
{
	const struct question *q = &wishes[0]->questions[n];
	const json_t *record;
	size_t i;

	if (q->limit > 0 && json_array_size(records) >= question_limit(q, count))
		return WISHES_APART;
	json_array_foreach (records, i, record) {
		if (share_of_any(wishes, count, n, record) != QUESTION_MINE)
			return q->ids ? WISHES_FOREIGN : WISHES_APART;
	}
	return WISHES_GOOD;
}

static enum wishes_verdict judge_question(const json_t *answer, const struct wish *const *wishes, size_t count,
                                          size_t n)
{
	const struct question *q = &wishes[0]->questions[n];
	enum sf_meaning meaning;
	json_t *body;
	long status = part_of(answer, q->ref, &body);

	if (q->word_count == 0 || status == 0)
		return WISHES_GOOD;
	if (is_fine(status))
		return judge_records(json_get(body, "records"), wishes, count, n);
	meaning = meaning_of(status, body, q->object, false);
	if (meaning == SF_PASSES)
		return WISHES_SLOW;
	return meaning == SF_BUG || meaning == SF_UNREADABLE ? WISHES_APART : WISHES_GOOD;
}

/* Only if nothing at all was done: what was done once and is asked for again looks as if it had been so before. */
static bool all_deeds_refused(const json_t *answer, const struct wish *const *wishes)
{
	char ref[WISH_REF_MAX];
	bool any = false;
	json_t *body;

	for (int stage = 0; stage < WISH_STAGES; stage++) {
		long status = part_of(answer, stage_ref(stage, ref), &body);

		if (status == 0)
			continue;
		if (is_fine(status) || !is_refused(meaning_of(status, body, wishes[0]->about, true)))
			return false;
		any = true;
	}
	return any;
}

enum wishes_verdict wishes_judge(const json_t *answer, const struct wish *const *wishes, size_t count)
{
	enum wishes_verdict verdict = WISHES_GOOD;

	if (wishes[0]->changes && all_deeds_refused(answer, wishes))
		return WISHES_APART;
	for (size_t n = 0; n < wishes[0]->question_count; n++) {
		enum wishes_verdict one = judge_question(answer, wishes, count, n);

		/* deeds were done: what can't be read back is left out, and looked at by those who did them */
		if (wishes[0]->changes && one == WISHES_APART)
			one = WISHES_GOOD;
		verdict = one > verdict ? one : verdict;
	}
	return verdict;
}

/* --- everybody's own --- */

static void add_part(json_t *parts, const char *ref, long status, json_t *body)
{
	json_array_append_new(parts, json_pack("{s:s,s:i,s:o}", "referenceId", ref, "httpStatusCode", (int)status,
	                                       "body", body ? body : json_null()));
}

static void take_question(json_t *parts, const json_t *answer, const struct wish *const *wishes, size_t count, size_t i,
                          size_t n)
{
	const struct question *q = &wishes[i]->questions[n];
	json_t *body;
	long status = part_of(answer, q->ref, &body);

	if (status == 0)
		return;
	if (is_fine(status) && q->word_count > 0 && json_is_array(json_get(body, "records"))) {
		if (judge_records(json_get(body, "records"), wishes, count, n) == WISHES_GOOD)
			add_part(parts, q->ref, status, question_take(q, body));
		return;
	}
	add_part(parts, q->ref, status, json_incref(body));
}

/* Which record of a collection the k-th deed of this wish is. */
static size_t place_of(const struct wish *const *wishes, size_t i, size_t k, int stage)
{
	size_t place = 0;

	for (size_t j = 0; j < i; j++)
		place += deeds_of_stage(wishes[j], stage);
	for (size_t j = 0; j < k; j++)
		place += json_int(json_array_get(wishes[i]->deeds, j), "stage") == stage;
	return place;
}

/* One element as the part that it would have been. An element that tells of another row than was meant is nobody's. */
static void take_element(json_t *parts, const json_t *deed, const json_t *element)
{
	const char *ref = json_str(deed, "ref"), *meant = json_str(deed, "id"), *told = json_str(element, "id");
	bool deletes = json_get(deed, "record") == NULL;

	if (!json_is_object(element) || (deletes && *told && !sf_id_same(told, meant)))
		return;
	if (json_is_true(json_get(element, "success")))
		add_part(parts, ref, deletes ? DELETED_STATUS : OK_STATUS,
		         deletes ? NULL : json_pack("{s:s,s:b}", "id", told, "success", 1));
	else if (json_array_size(json_get(element, "errors")) > 0)
		add_part(parts, ref, GONE_STATUS, json_incref(json_get(element, "errors")));
}

static void take_deed(json_t *parts, const json_t *answer, const struct wish *const *wishes, size_t i, size_t k)
{
	const json_t *deed = json_array_get(wishes[i]->deeds, k);
	int stage = (int)json_int(deed, "stage");
	char ref[WISH_REF_MAX];
	json_t *body;
	long status = part_of(answer, stage_ref(stage, ref), &body);

	if (status == 0)
		return;
	if (is_fine(status))
		take_element(parts, deed, json_array_get(body, place_of(wishes, i, k, stage)));
	else
		add_part(parts, json_str(deed, "ref"), status, json_incref(body));
}

json_t *wishes_take(const json_t *answer, const struct wish *const *wishes, size_t count, size_t i)
{
	json_t *parts = json_array(), *body;
	const struct wish *wish = wishes[i];

	for (size_t k = 0; k < json_array_size(wish->deeds); k++)
		take_deed(parts, answer, wishes, i, k);
	for (size_t n = 0; n < wish->question_count; n++)
		take_question(parts, answer, wishes, count, i, n);
	if (wish->read_ref) {
		long status = part_of(answer, wish->read_ref, &body);

		if (status != 0)
			add_part(parts, wish->read_ref, status, json_incref(body));
	}
	return json_pack("{s:o}", "compositeResponse", parts);
}
