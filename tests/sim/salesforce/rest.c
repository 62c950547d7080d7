/*
 * rest.c - the table of REST resources.
 */
#include "tests/sim/salesforce/rest.h"
#include "tests/sim/salesforce/resources.h"

#include <stdio.h>
#include <string.h>

enum { OLDEST_VERSION = 31 };

json_t *rest_versions(const struct org *org)
{
	static const char *const seasons[] = {"Spring", "Summer", "Winter"};
	json_t *list = json_array();
	for (int v = OLDEST_VERSION; v <= (int)org_number(org, "newest_version"); v++) {
		/* 60.0 is Spring '24; a winter release is named after the year that follows */
		int year = 24 + (v - 60 + (v >= 60 ? 0 : -2)) / 3;
		int season = ((v - 60) % 3 + 3) % 3;
		json_array_append_new(list,
		                      json_pack("{s:o, s:o, s:o}", "label",
		                                sim_jsonf("%s '%02d", seasons[season], year + (season == 2)), "url",
		                                sim_jsonf("/services/data/v%d.0", v), "version", sim_jsonf("%d.0", v)));
	}
	return list;
}

static const char *sobject_kind(const char *method, const struct url *url)
{
	if (url->parts == 3 && strcmp(url->part[2], "describe") == 0)
		return "describe";
	if (strcmp(method, "POST") == 0)
		return "sobject_create";
	if (strcmp(method, "PATCH") == 0)
		return "sobject_update";
	return strcmp(method, "DELETE") == 0 ? "sobject_delete" : "sobject_read";
}

static const char *data_kind(const char *method, const struct url *url)
{
	if (strcmp(url->part[0], "query") == 0 || strcmp(url->part[0], "queryAll") == 0)
		return url->parts == 2 ? "query_more" : "query";
	if (strcmp(url->part[0], "sobjects") == 0)
		return sobject_kind(method, url);
	if (url_is(url, 1, "composite", NULL))
		return "composite";
	if (url_is(url, 2, "composite", "sobjects"))
		return "collection";
	if (url_is(url, 2, "composite", "batch"))
		return "batch";
	if (url_is(url, 1, "limits", NULL))
		return "limits";
	return "other";
}

const char *rest_kind(const char *method, const char *target)
{
	struct url url = url_parse(target);
	const char *kind = url.version ? data_kind(method, &url) : NULL;
	url_done(&url);
	if (kind)
		return kind;
	if (strncmp(target, "/services/oauth2/token", 22) == 0)
		return "token";
	if (strncmp(target, "/services/oauth2/revoke", 23) == 0)
		return "revoke";
	return strncmp(target, "/services/data", 14) == 0 ? "versions" : "other";
}

int rest_cost(const struct call *call)
{
	const json_t *batch = json_object_get(call->body, "batchRequests");
	if (strcmp(rest_kind(call->method, call->target), "batch") == 0)
		return (int)json_array_size(batch);
	return 1;
}

static struct reply resources(struct call *call)
{
	int v = call->version;
	return reply_json(200, json_pack("{s:o, s:o, s:o, s:o}", "query", sim_jsonf("/services/data/v%d.0/query", v),
	                                 "sobjects", sim_jsonf("/services/data/v%d.0/sobjects", v), "composite",
	                                 sim_jsonf("/services/data/v%d.0/composite", v), "limits",
	                                 sim_jsonf("/services/data/v%d.0/limits", v)));
}

static struct reply dispatch(struct call *call, const struct url *url)
{
	if (url->parts == 0)
		return resources(call);
	if (strcmp(url->part[0], "query") == 0 || strcmp(url->part[0], "queryAll") == 0)
		return query_resource(call, url);
	if (strcmp(url->part[0], "sobjects") == 0)
		return sobjects_resource(call, url);
	if (url_is(url, 2, "composite", "sobjects"))
		return collections_resource(call, url);
	if (url_is(url, 1, "composite", NULL) && !call->inside)
		return composite_resource(call);
	if (url_is(url, 2, "composite", "batch") && !call->inside)
		return batch_resource(call);
	if (url_is(url, 1, "limits", NULL))
		return limits_resource(call);
	if (strcmp(url->part[0], "tooling") == 0 || strcmp(url->part[0], "apps") == 0)
		org_violation(call->service->org, "asks for %s, which a careful client leaves alone", call->target);
	return reply_error(404, "NOT_FOUND", "The requested resource does not exist");
}

struct reply rest_call(struct call *call)
{
	struct url url = url_parse(call->target);
	struct reply reply;
	call->version = url.version;
	if (url.version < OLDEST_VERSION || url.version > org_number(call->service->org, "newest_version"))
		reply = reply_error(404, "NOT_FOUND", "The requested resource does not exist");
	else
		reply = dispatch(call, &url);
	url_done(&url);
	return reply;
}
