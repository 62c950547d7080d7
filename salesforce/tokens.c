/*
 * salesforce/tokens.c - see tokens.h. The Id of these rows is always the same,
 * so a handle is made of the DeleteToken: the first 16 hex digits of its SHA-256.
 */
#include "salesforce/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/normal.h"
#include "salesforce/sf_id.h"

enum { HANDLE_LEN = 16 };
static const int64_t kept_ms = INT64_C(5) * 60 * 1000;

struct kept {
	char user[19];
	char handle[HANDLE_LEN + 1];
	struct secret *capability;
	int64_t until_ms; /* boot time */
};

struct tokens {
	struct kept *kept;
	size_t count;
};

struct tokens *tokens_new(void)
{
	return mem_alloc(sizeof(struct tokens));
}

static void drop(struct tokens *t, size_t i)
{
	secret_free(t->kept[i].capability);
	t->kept[i] = t->kept[--t->count];
}

void tokens_clear(struct tokens *t)
{
	while (t->count > 0)
		drop(t, t->count - 1);
}

void tokens_free(struct tokens *t)
{
	if (!t)
		return;
	tokens_clear(t);
	free(t->kept);
	free(t);
}

void tokens_expire(struct tokens *t)
{
	for (size_t i = t->count; i > 0; i--) {
		if (t->kept[i - 1].until_ms <= clock_boot_ms())
			drop(t, i - 1);
	}
}

static void forget_user(struct tokens *t, const char *user_id)
{
	for (size_t i = t->count; i > 0; i--) {
		if (sf_id_same(t->kept[i - 1].user, user_id))
			drop(t, i - 1);
	}
}

void tokens_ask(struct wish *wish, const char *user_id)
{
	struct question *q = wish_ask(wish, "tokens", "OauthToken");

	buf_puts(&q->fields, "AppName, DeleteToken, UseCount, LastUsedDate, CreatedDate");
	q->owner = "UserId";
	q->ids = true;
	question_add_word(q, "UserId", user_id);
}

/* Fills the handle; "" if the row has no capability, so that it can't be revoked here. */
static void keep(struct tokens *t, const char *user_id, const char *delete_token, char handle[static HANDLE_LEN + 1])
{
	char hash[65];
	struct kept *one;

	handle[0] = '\0';
	if (text_empty(delete_token))
		return;
	text_sha256_hex(hash, delete_token, strlen(delete_token));
	text_copy(handle, HANDLE_LEN + 1, hash);
	t->kept = mem_grow(t->kept, t->count + 1, sizeof(*t->kept));
	one = &t->kept[t->count++];
	*one = (struct kept){.until_ms = clock_boot_ms() + kept_ms};
	text_copy(one->user, sizeof(one->user), user_id);
	text_copy(one->handle, sizeof(one->handle), handle);
	one->capability = secret_new(delete_token, strlen(delete_token));
}

json_t *tokens_take(struct tokens *t, const char *user_id, const json_t *records)
{
	json_t *out = json_array();
	const json_t *record;
	size_t i;

	tokens_expire(t);
	forget_user(t, user_id);
	json_array_foreach (records, i, record) {
		char handle[HANDLE_LEN + 1];
		json_t *token = json_object();

		keep(t, user_id, json_str(record, "DeleteToken"), handle);
		json_object_set_new(token, "handle", json_string(handle));
		normal_text(token, "app", record, "AppName");
		normal_time(token, "created", record, "CreatedDate");
		normal_time(token, "last_used", record, "LastUsedDate");
		normal_count(token, "uses", record, "UseCount");
		json_array_append_new(out, token);
	}
	return out;
}

struct secret *tokens_use(struct tokens *t, const char *handle)
{
	struct secret *capability;

	tokens_expire(t);
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->kept[i].handle, handle) != 0)
			continue;
		capability = t->kept[i].capability;
		t->kept[i].capability = NULL;
		drop(t, i);
		return capability;
	}
	return NULL;
}
