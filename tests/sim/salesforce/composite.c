/*
 * composite.c - several calls in one: /composite and /composite/batch.
 *
 * Two things here are kinder to clients in other fakes, and are as in Salesforce here: the whole is 200 whatever its
 * parts say, and unless collateSubrequests is false the order of like requests is not the client's. Here DELETEs then
 * run from the last to the first, so that a client that counts on order shows.
 */
#include "tests/sim/salesforce/mishap.h"
#include "tests/sim/salesforce/refs.h"
#include "tests/sim/salesforce/resources.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 25, QUERIES_MAX = 5 };

static const char halted[] = "The transaction was rolled back since another operation in the same transaction failed.";

/* --- checks of the whole --- */

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool is_query_or_collection(const json_t *part)
{
	struct url url = url_parse(sim_text(part, "url"));
	bool yes = starts(url.part[0], "query") || url_is(&url, 2, "composite", "sobjects");
	url_done(&url);
	return yes;
}

static bool is_record(const json_t *part)
{
	struct url url = url_parse(sim_text(part, "url"));
	bool yes = strcmp(url.part[0], "sobjects") == 0;
	url_done(&url);
	return yes;
}

static bool reference_id_fits(const char *id)
{
	if (!isalnum((unsigned char)*id))
		return false;
	for (; *id; id++)
		if (!isalnum((unsigned char)*id) && *id != '_')
			return false;
	return true;
}

static bool headers_fit(const json_t *part)
{
	static const char *const forbidden[] = {"Accept", "Authorization", "Content-Type"};
	json_t *headers = json_object_get(part, "httpHeaders");
	const char *name;
	json_t *value;
	json_object_foreach (headers, name, value)
		for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
			if (strcasecmp(name, forbidden[i]) == 0)
				return false;
	return true;
}

static struct reply check_parts(const json_t *parts)
{
	json_t *seen = json_object();
	struct reply wrong = {0};
	size_t i;
	json_t *part;
	json_array_foreach (parts, i, part) {
		const char *id = sim_text(part, "referenceId");
		if (wrong.status)
			break;
		if (!*sim_text(part, "method") || !*sim_text(part, "url"))
			wrong = reply_error(400, "REQUIRED_FIELD_MISSING",
			                    "method and url are required in subrequest %zu", i);
		else if (!reference_id_fits(id))
			wrong = reply_error(400, "INVALID_INPUT",
			                    "Provided referenceId ('%s') must start with a letter or a number, "
			                    "and it can contain only letters, numbers and underscores ('_').",
			                    id);
		else if (json_object_get(seen, id))
			wrong = reply_error(400, "INVALID_INPUT", "Duplicate referenceId: %s", id);
		else if (!headers_fit(part))
			wrong = reply_error(400, "INVALID_INPUT",
			                    "Subrequest headers must not contain Accept, Authorization "
			                    "or Content-Type");
		else if (!starts(sim_text(part, "url"), "/services/data/v"))
			wrong = reply_error(400, "INVALID_INPUT",
			                    "The url of a subrequest must start with /services/data/vXX.X/");
		json_object_set_new(seen, id, json_true());
	}
	json_decref(seen);
	return wrong;
}

static struct reply check_whole(struct call *call, const json_t *parts)
{
	size_t queries = 0;
	size_t i;
	json_t *part;
	json_array_foreach (parts, i, part)
		queries += is_query_or_collection(part);
	if (strcmp(call->method, "POST") != 0)
		return reply_error(405, "METHOD_NOT_ALLOWED", "HTTP Method '%s' not allowed. Allowed are POST",
		                   call->method);
	if (!json_is_array(parts) || json_array_size(parts) == 0)
		return reply_error(400, "REQUIRED_FIELD_MISSING", "compositeRequest is missing");
	if (json_array_size(parts) > PARTS_MAX)
		return reply_error(400, "LIMIT_EXCEEDED", "You can have up to 25 subrequests in a composite request");
	if (queries > QUERIES_MAX) {
		org_violation(call->service->org, "a composite of %zu queries or collections; 5 are allowed", queries);
		return reply_error(400, "LIMIT_EXCEEDED",
		                   "Up to 5 of the subrequests can be sObject Collections or query operations");
	}
	return check_parts(parts);
}

/* --- order --- */

static bool may_be_moved(const json_t *part, const char *method)
{
	return strcmp(sim_text(part, "method"), method) == 0 && is_record(part) && !refs_any(sim_text(part, "url"));
}

static void reverse(const json_t *parts, const char *method, size_t *order)
{
	size_t first = 0;
	size_t last = json_array_size(parts);
	for (;;) {
		while (first < last && !may_be_moved(json_array_get(parts, first), method))
			first++;
		while (last > first && !may_be_moved(json_array_get(parts, last - 1), method))
			last--;
		if (last - first < 2)
			return;
		size_t kept = order[first];
		order[first++] = order[--last];
		order[last] = kept;
	}
}

static void collate(struct call *call, const json_t *parts, size_t *order)
{
	size_t writes = 0;
	size_t i;
	json_t *part;
	json_array_foreach (parts, i, part)
		writes += may_be_moved(part, "DELETE") || may_be_moved(part, "POST");
	if (writes > 1)
		org_violation(
		    call->service->org,
		    "a composite with %zu writes leaves their order to Salesforce (collateSubrequests is not false)",
		    writes);
	reverse(parts, "DELETE", order);
}

/* --- parts --- */

static bool resource_fits(const struct url *url)
{
	return url->version && (strcmp(url->part[0], "sobjects") == 0 || starts(url->part[0], "query") ||
	                        url_is(url, 2, "composite", "sobjects"));
}

static struct reply call_part(struct call *whole, const char *method, const char *target, json_t *body)
{
	struct call part = *whole;
	struct url url = url_parse(target);
	bool fits = resource_fits(&url);
	struct reply mishap = mishap_part(whole->service, whole->fault, method, target);
	url_done(&url);
	if (mishap.status)
		return mishap;
	if (!fits)
		return reply_error(400, "INVALID_INPUT", "This resource can't be used in a composite request: %s",
		                   target);
	part.method = method;
	part.target = target;
	part.body = body;
	part.inside = true;
	struct reply reply = rest_call(&part);
	if (strcmp(method, "GET") != 0 && !reply_failed(&reply))
		whole->dirty = true;
	return reply;
}

static struct reply run_part(struct call *whole, const json_t *part, json_t *results)
{
	char missing[128] = "";
	char *target = refs_in_text(sim_text(part, "url"), results, true, missing);
	json_t *body = json_object_get(part, "body");
	json_t *filled = body && target ? refs_in_body(body, results, missing) : NULL;
	struct reply reply;
	if (!target || (body && !filled))
		reply =
		    reply_error(400, "PROCESSING_HALTED", "Invalid reference specified. No value for %s found in %.*s",
		                missing, (int)strcspn(missing, "."), missing);
	else
		reply = call_part(whole, sim_text(part, "method"), target, filled);
	json_decref(filled);
	free(target);
	return reply;
}

static json_t *part_answer(const json_t *part, const struct reply *reply)
{
	json_t *headers = json_object();
	if (reply->location)
		json_object_set(headers, "Location", reply->location);
	return json_pack("{s:o, s:o, s:i, s:s}", "body", reply->body ? json_incref(reply->body) : json_null(),
	                 "httpHeaders", headers, "httpStatusCode", reply->status, "referenceId",
	                 sim_text(part, "referenceId"));
}

static void run_all(struct call *call, const json_t *parts, const size_t *order, struct reply *replies,
                    bool all_or_none)
{
	json_t *results = json_object();
	bool failed = false;
	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *part = json_array_get(parts, order[i]);
		struct reply *reply = &replies[order[i]];
		if (failed && all_or_none)
			continue;
		*reply = run_part(call, part, results);
		failed = failed || reply_failed(reply);
		if (!reply_failed(reply) && reply->body)
			json_object_set(results, sim_text(part, "referenceId"), reply->body);
	}
	json_decref(results);
}

/* Everything as it was; the ones that did nothing wrong say so. */
static void take_back(struct call *call, json_t *snapshot, size_t waiting, struct reply *replies, size_t n)
{
	org_restore(call->service->org, snapshot);
	later_cut(call->service->later, waiting);
	for (size_t i = 0; i < n; i++) {
		if (replies[i].status && reply_failed(&replies[i]))
			continue;
		reply_done(&replies[i]);
		replies[i] = reply_error(400, "PROCESSING_HALTED", "%s", halted);
	}
}

static bool any_failed(const struct reply *replies, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (reply_failed(&replies[i]))
			return true;
	return false;
}

static struct reply answer_whole(const json_t *parts, struct reply *replies)
{
	json_t *answers = json_array();
	for (size_t i = 0; i < json_array_size(parts); i++) {
		json_array_append_new(answers, part_answer(json_array_get(parts, i), &replies[i]));
		reply_done(&replies[i]);
	}
	return reply_json(200, json_pack("{s:o}", "compositeResponse", answers));
}

struct reply composite_resource(struct call *call)
{
	const json_t *parts = json_object_get(call->body, "compositeRequest");
	bool all_or_none = json_is_true(json_object_get(call->body, "allOrNone"));
	struct reply replies[PARTS_MAX] = {0};
	size_t order[PARTS_MAX];
	struct reply wrong = check_whole(call, parts);
	if (wrong.status)
		return wrong;
	size_t n = json_array_size(parts);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	if (!json_is_false(json_object_get(call->body, "collateSubrequests")))
		collate(call, parts, order);
	size_t waiting = later_count(call->service->later);
	json_t *snapshot = all_or_none ? org_snapshot(call->service->org) : NULL;
	run_all(call, parts, order, replies, all_or_none);
	if (all_or_none && any_failed(replies, n))
		take_back(call, json_incref(snapshot), waiting, replies, n);
	json_decref(snapshot);
	return answer_whole(parts, replies);
}

/* --- batch --- */

struct reply batch_resource(struct call *call)
{
	json_t *requests = json_object_get(call->body, "batchRequests");
	bool halt = json_is_true(json_object_get(call->body, "haltOnError"));
	bool failed = false;
	json_t *results = json_array();
	size_t i;
	json_t *request;
	if (!json_is_array(requests) || json_array_size(requests) > PARTS_MAX) {
		json_decref(results);
		return reply_error(400, "INVALID_INPUT", "batchRequests must be a list of at most 25");
	}
	json_array_foreach (requests, i, request) {
		json_t *target = sim_jsonf("/services/data/%s", sim_text(request, "url"));
		struct reply reply = failed && halt
		                         ? reply_error(412, "PROCESSING_HALTED", "%s", halted)
		                         : call_part(call, sim_text(request, "method"), json_string_value(target),
		                                     json_object_get(request, "richInput"));
		failed = failed || reply_failed(&reply);
		json_array_append_new(results, json_pack("{s:i, s:o}", "statusCode", reply.status, "result",
		                                         reply.body ? json_incref(reply.body) : json_null()));
		reply_done(&reply);
		json_decref(target);
		call->dirty = false; /* each part is a transaction of its own */
	}
	return reply_json(200, json_pack("{s:b, s:o}", "hasErrors", failed, "results", results));
}
