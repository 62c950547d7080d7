/*
 * query.c - the query resource: paging, and what is refused around a query.
 */
#include "tests/sim/salesforce/resources.h"
#include "tests/sim/salesforce/soql_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many open locators as Salesforce keeps for a user; the eleventh ends the first. */
enum { CURSORS_MAX = 10, SLOW_PAGE = 500 };

struct cursors {
	json_t *open; /* locator -> {records, total} */
	long last;
};

struct cursors *cursors_new(void)
{
	struct cursors *cursors = sim_calloc(1, sizeof(*cursors));
	cursors->open = json_object();
	return cursors;
}

void cursors_free(struct cursors *cursors)
{
	if (cursors)
		json_decref(cursors->open);
	free(cursors);
}

static size_t page_size(struct call *call, const json_t *records)
{
	const char *type = sim_text(json_object_get(json_array_get(records, 0), "attributes"), "type");
	int64_t size = org_number(call->service->org, "page_size");
	bool slow = strcmp(type, "OauthToken") == 0 || strcmp(type, "ThirdPartyAccountLink") == 0;
	return (size_t)(slow && size > SLOW_PAGE ? SLOW_PAGE : size);
}

static const char *new_locator(struct cursors *cursors, json_t *records)
{
	char name[32];
	snprintf(name, sizeof(name), "01gSj%010ldAAA", ++cursors->last);
	if (json_object_size(cursors->open) >= CURSORS_MAX)
		json_object_del(cursors->open, json_object_iter_key(json_object_iter(cursors->open)));
	json_object_set(cursors->open, name, records);
	return json_object_iter_key(json_object_iter_at(cursors->open, name));
}

/* The page of `records` that begins at `from`. */
static struct reply page(struct call *call, json_t *records, size_t total, size_t from, const char *locator)
{
	struct cursors *cursors = call->service->cursors;
	size_t n = json_array_size(records);
	size_t end = from + page_size(call, records) < n ? from + page_size(call, records) : n;
	json_t *part = json_array();
	for (size_t i = from; i < end; i++)
		json_array_append(part, json_array_get(records, i));
	json_t *body = json_pack("{s:I, s:b}", "totalSize", (json_int_t)total, "done", end == n);
	if (end < n) {
		locator = locator ? locator : new_locator(cursors, records);
		json_object_set_new(body, "nextRecordsUrl",
		                    sim_jsonf("/services/data/v%d.0/query/%s-%zu", call->version, locator, end));
	}
	json_object_set_new(body, "records", part);
	return reply_json(200, body);
}

static struct reply more(struct call *call, const char *word)
{
	char locator[32] = "";
	size_t from = 0;
	if (sscanf(word, "%31[A-Za-z0-9]-%zu", locator, &from) != 2)
		return reply_error(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
	json_t *records = json_object_get(call->service->cursors->open, locator);
	if (!records || from >= json_array_size(records))
		return reply_error(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
	return page(call, records, json_array_size(records), from, locator);
}

/* OauthToken and ThirdPartyAccountLink can't be read once something has been written in the same transaction. */
static bool reads_uncommitted(const struct call *call, const char *soql)
{
	return call->dirty && (strcasestr(soql, "FROM OauthToken") || strcasestr(soql, "FROM ThirdPartyAccountLink"));
}

struct reply query_resource(struct call *call, const struct url *url)
{
	const char *soql = url_query(url, "q");
	struct scope scope = {call->service->org, call->user_id, call->version};
	struct soql_error err = {0};
	if (strcmp(call->method, "GET") != 0)
		return reply_error(405, "METHOD_NOT_ALLOWED", "HTTP Method '%s' not allowed. Allowed are GET,HEAD",
		                   call->method);
	if (url->parts == 2)
		return more(call, url->part[1]);
	if (!soql)
		return reply_error(400, "MALFORMED_QUERY", "A query string has to be specified");
	if (!url_is_encoded(call->target))
		org_violation(scope.org, "the query is not percent-encoded: %s", call->target);
	if (reads_uncommitted(call, soql)) {
		org_violation(scope.org,
		              "reads OauthToken or ThirdPartyAccountLink behind a write of the same composite");
		return reply_error(400, "UNKNOWN_EXCEPTION",
		                   "UncommittedWork: You have uncommitted work pending. "
		                   "Please commit or rollback before querying this object");
	}
	json_t *result = soql_run(&scope, soql, &err);
	if (!result)
		return reply_error(400, err.code, "%s", err.message);
	json_t *records = json_object_get(result, "records");
	struct reply reply =
	    page(call, records, (size_t)json_integer_value(json_object_get(result, "totalSize")), 0, NULL);
	json_decref(result);
	return reply;
}
