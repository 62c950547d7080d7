/*
 * salesforce/question.c - see question.h.
 */
#include "salesforce/question.h"

#include <assert.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/normal.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"

enum { TEXT_MAX = 16384, LIMIT_MAX = 2000 };

void question_init(struct question *q, const char *ref, const char *object)
{
	*q = (struct question){.ref = ref, .object = object, .behind = ""};
	buf_init(&q->fields, TEXT_MAX);
	buf_init(&q->also, TEXT_MAX);
}

void question_done(struct question *q)
{
	buf_done(&q->fields);
	buf_done(&q->also);
}

void question_add_word(struct question *q, const char *field, const char *word)
{
	struct question_word *one = &q->words[q->word_count];

	assert(q->word_count < QUESTION_WORDS && strlen(word) <= QUESTION_WORD_MAX);
	q->word_count++;
	one->field = field;
	text_copy(one->text, sizeof(one->text), word);
}

/* --- asking --- */

/* How many words all of them have for this field; into `words` if it is not NULL. */
static size_t words_for(const char *field, const struct question *const *alike, size_t count, const char **words)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < alike[i]->word_count; j++) {
			if (strcmp(alike[i]->words[j].field, field) != 0)
				continue;
			if (words)
				words[n] = alike[i]->words[j].text;
			n++;
		}
	}
	return n;
}

static void put_field(struct buf *query, const char *field, const struct question *const *alike, size_t count)
{
	size_t n = words_for(field, alike, count, NULL);
	AUTO_FREE const char **words = mem_array(n, sizeof(*words));

	(void)words_for(field, alike, count, words);
	if (n == 1) {
		buf_printf(query, "%s = ", field);
		soql_put_text(query, words[0]);
	} else {
		buf_printf(query, "%s IN ", field);
		soql_put_list(query, words, n);
	}
}

/* Is this the first word of its field, in all of them? */
static bool begins_field(const struct question *const *alike, size_t i, size_t j)
{
	const char *field = alike[i]->words[j].field;

	for (size_t k = 0; k < j; k++) {
		if (strcmp(alike[i]->words[k].field, field) == 0)
			return false;
	}
	return words_for(field, alike, i, NULL) == 0;
}

static void put_who(struct buf *query, const struct question *const *alike, size_t count)
{
	const char *join = "";

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < alike[i]->word_count; j++) {
			if (!begins_field(alike, i, j))
				continue;
			buf_puts(query, join);
			put_field(query, alike[i]->words[j].field, alike, count);
			join = " OR ";
		}
	}
}

static int64_t earliest(const struct question *const *alike, size_t count)
{
	int64_t since_ms = alike[0]->since_ms;

	for (size_t i = 1; i < count; i++)
		since_ms = alike[i]->since_ms < since_ms ? alike[i]->since_ms : since_ms;
	return since_ms;
}

/* Never more than a page. */
size_t question_limit(const struct question *q, size_t count)
{
	size_t limit = (size_t)q->limit * count;

	return limit < LIMIT_MAX ? limit : (size_t)LIMIT_MAX;
}

void question_put(struct buf *query, const struct question *const *alike, size_t count)
{
	const struct question *q = alike[0];
	size_t limit = question_limit(q, count);

	buf_puts(query, "SELECT ");
	if (count > 1 && q->owner)
		buf_printf(query, "%s, ", q->owner);
	buf_printf(query, "%s FROM %s", buf_str(&q->fields), q->object);
	if (q->word_count > 0) {
		buf_puts(query, " WHERE ");
		put_who(query, alike, count);
	}
	buf_puts(query, buf_str(&q->also));
	if (q->since) {
		buf_printf(query, " AND %s >= ", q->since);
		soql_put_time(query, earliest(alike, count));
	}
	buf_puts(query, q->behind);
	if (limit > 0)
		buf_printf(query, " LIMIT %zu", limit);
}

void question_put_key(struct buf *key, const struct question *q)
{
	buf_printf(key, "%s|%s|%s|%s|%s|%s|%d\n", q->ref, q->object, buf_str(&q->fields), buf_str(&q->also),
	           q->since ? q->since : "", q->behind, q->limit);
}

/* --- answers --- */

/*
 * Ids are compared as such. Of usernames and addresses Salesforce ignores the case; of federation ids nobody knows, and
 * so what differs in case is in doubt. Anything else that is found by a word that is not there is so, too.
 */
static enum question_share compare(const struct question *q, const struct question_word *word, const char *value)
{
	bool id = q->ids || strcmp(word->field, "Id") == 0;

	if (id)
		return sf_id_same(word->text, value) ? QUESTION_MINE : QUESTION_OTHERS;
	if (!text_ieq(word->text, value))
		return QUESTION_OTHERS;
	return strcmp(word->field, "FederationIdentifier") != 0 || text_eq(word->text, value) ? QUESTION_MINE
	                                                                                      : QUESTION_PERHAPS;
}

enum question_share question_share_of(const struct question *q, const json_t *record)
{
	enum question_share share = QUESTION_OTHERS;

	for (size_t i = 0; i < q->word_count; i++) {
		enum question_share one = compare(q, &q->words[i], json_str(record, q->words[i].field));

		if (one == QUESTION_MINE)
			return one;
		share = one == QUESTION_PERHAPS ? one : share;
	}
	return share;
}

/* Younger than what this one asked for? The others may have asked for more. */
static bool is_asked_for(const struct question *q, const json_t *record)
{
	int64_t whole_s = q->since_ms / 1000 * 1000; /* as it stands in a query */

	return !q->since || normal_ms(json_str(record, q->since)) >= whole_s;
}

json_t *question_take(const struct question *q, const json_t *result)
{
	json_t *mine = json_array(), *out = json_object(), *record;
	bool done = !json_is_false(json_get(result, "done"));
	size_t i;

	json_array_foreach (json_get(result, "records"), i, record) {
		if (question_share_of(q, record) == QUESTION_MINE && is_asked_for(q, record))
			json_array_append(mine, record);
	}
	done = done || (q->single && json_array_size(mine) > 0);
	json_set_bool(out, "done", done);
	if (!done)
		json_set_str(out, "nextRecordsUrl", json_str(result, "nextRecordsUrl"));
	json_object_set_new(out, "records", mine);
	return out;
}
