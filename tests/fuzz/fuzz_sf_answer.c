/*
 * tests/fuzz/fuzz_sf_answer.c - whatever Salesforce answers, it can be read: as a refusal, and as every part of a
 * composite.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/columns.h"
#include "salesforce/composite.h"
#include "salesforce/instance.h"
#include "salesforce/permissions.h"
#include "salesforce/rights.h"
#include "salesforce/sf_error.h"
#include "salesforce/tokens.h"
#include "salesforce/usage.h"
#include "salesforce/user_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_refusal(const json_t *body, const char *text, size_t len)
{
	static const long statuses[] = {400, 401, 403, 404, 500, 503, 302, 0};
	const struct sf_error_about about = {.object = "OauthToken", .changes = true};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct sf_trouble t;
		struct columns columns;

		sf_error_read(&t, statuses[i], body, text, len, &about);
		assert(t.code != OK && t.reason[0]);
		columns_assume_all(&columns);
		(void)columns_strike(&columns, t.reason);
	}
}

static void read_record(const json_t *record)
{
	json_auto_t *user = user_record(record), *link = account_link_record(record), *mail = mail_record(record);
	json_auto_t *session = auth_session_record(record, 1795460000000), *sets = permissions_held_sets(record);
	json_auto_t *licences = permissions_held_licences(record), *set = permissions_set(record);
	json_auto_t *licence = permissions_licence(record), *why = json_array();

	assert(user && link && sets && licences && set && licence);
	(void)mail;
	(void)session;
	(void)columns_is_broad(record, why);
}

static void read_as_composite(const json_t *answer)
{
	static const char *const refs[] = {"user", "tokens", "links", "connection", "frozen"};
	struct tokens *tokens = tokens_new();

	for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
		struct sf_trouble trouble;
		json_t *records;

		if (!composite_records(answer, refs[i], "User", &records, &trouble)) {
			assert(trouble.code != OK);
			continue;
		}
		json_auto_t *connection = connection_record(records), *population = connection_population(records);
		json_auto_t *rights = rights_record(records);
		json_auto_t *taken = tokens_take(tokens, "005000000000001AAA", records);

		assert(connection && population && rights && json_array_size(taken) == json_array_size(records));
		for (size_t n = 0; n < json_array_size(records); n++)
			read_record(json_array_get(records, n));
	}
	tokens_free(tokens);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = mem_strndup((const char *)data, size);
	json_auto_t *body = NULL;
	struct usage *usage = usage_new(10);

	if (json_parse(&body, (const char *)data, size, NULL) != OK)
		body = NULL;
	read_as_refusal(body, text, strlen(text));
	if (body) {
		struct columns columns;

		read_as_composite(body);
		read_record(body);
		columns_assume_all(&columns);
		columns_read_sets(&columns, body);
		columns_read_licences(&columns, body);
	}
	(void)!instance_check(text, true, NULL);
	usage_answered(usage, 0, text, USAGE_SERVED, 1);
	usage_free(usage);
	return 0;
}
