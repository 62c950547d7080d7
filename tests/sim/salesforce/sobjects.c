/*
 * sobjects.c - records one by one, in collections, and what describe says about them.
 */
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/resources.h"
#include "tests/sim/salesforce/rights.h"
#include "tests/sim/salesforce/soql_run.h"
#include "tests/sim/salesforce/writes.h"

#include <string.h>

enum { COLLECTION_MAX = 200 };

static struct reply wrong_method(const struct call *call, const char *allowed)
{
	return reply_error(405, "METHOD_NOT_ALLOWED", "HTTP Method '%s' not allowed. Allowed are %s", call->method,
	                   allowed);
}

/* --- describe --- */

static json_t *object_summary(struct call *call, const struct object *object)
{
	bool links =
	    strcmp(object->name, "ThirdPartyAccountLink") == 0 && org_flag(call->service->org, "links_writable");
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:{s:o}}", "name", object->name, "label",
	                 object->name, "keyPrefix", object->prefix, "queryable", (object->may & MAY_QUERY) != 0,
	                 "retrieveable", (object->may & MAY_QUERY) != 0, "createable",
	                 (object->may & MAY_INSERT) != 0 || links, "updateable", (object->may & MAY_CHANGE) != 0,
	                 "deletable", (object->may & MAY_DELETE) != 0 || links, "custom", 0, "urls", "sobject",
	                 sim_jsonf("/services/data/v%d.0/sobjects/%s", call->version, object->name));
}

static json_t *describe_field(const struct field *field)
{
	json_t *targets = json_array();
	if (field->refers)
		json_array_append_new(targets, json_string(field->refers));
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:o, s:s?}", "name", field->name, "label",
	                 field->name, "type", schema_type_name(field->type), "filterable",
	                 (field->may & MAY_FILTER) != 0, "sortable", (field->may & MAY_FILTER) != 0, "groupable",
	                 (field->may & MAY_GROUP) != 0, "createable", (field->may & MAY_CREATE) != 0, "updateable",
	                 (field->may & MAY_UPDATE) != 0, "nillable",
	                 field->type != TYPE_BOOLEAN && field->type != TYPE_ID, "custom", 0, "referenceTo", targets,
	                 "relationshipName", field->relationship);
}

static json_t *describe_children(const struct object *object)
{
	json_t *list = json_array();
	for (size_t i = 0; schema_child_at(i); i++) {
		const struct child *child = schema_child_at(i);
		if (strcmp(child->parent, object->name) == 0)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "childSObject", child->object, "field",
			                                      child->field, "relationshipName", child->relationship));
	}
	return list;
}

static struct reply describe(struct call *call, const struct object *object)
{
	struct org *org = call->service->org;
	json_t *result = object_summary(call, object);
	json_t *fields = json_array();
	for (size_t i = 0; i < object->field_count; i++)
		if (org_has_field(org, &object->fields[i], call->version) &&
		    rights_field(org, call->user_id, object, &object->fields[i]))
			json_array_append_new(fields, describe_field(&object->fields[i]));
	json_object_set_new(result, "fields", fields);
	json_object_set_new(result, "childRelationships", describe_children(object));
	return reply_json(200, result);
}

static struct reply describe_all(struct call *call)
{
	struct org *org = call->service->org;
	json_t *list = json_array();
	for (size_t i = 0; schema_object_at(i); i++)
		if (org_has_object(org, schema_object_at(i)) && rights_object(org, call->user_id, schema_object_at(i)))
			json_array_append_new(list, object_summary(call, schema_object_at(i)));
	return reply_json(200,
	                  json_pack("{s:s, s:i, s:o}", "encoding", "UTF-8", "maxBatchSize", 200, "sobjects", list));
}

/* --- one record --- */

static struct reply retrieve(struct call *call, const struct object *object, const struct url *url)
{
	struct org *org = call->service->org;
	struct scope scope = {org, call->user_id, call->version};
	json_t *row = id_valid(url->part[2]) ? org_row(org, url->part[2]) : NULL;
	const char *wanted = url_query(url, "fields");
	if (!row || schema_object_of_id(url->part[2]) != object || !rights_row(org, call->user_id, object, row))
		return reply_error(404, "NOT_FOUND", "The requested resource does not exist");
	json_t *record = json_pack("{s:o}", "attributes", soql_attributes(&scope, object, row));
	for (size_t i = 0; i < object->field_count; i++) {
		const struct field *field = &object->fields[i];
		if (org_has_field(org, field, call->version) && rights_field(org, call->user_id, object, field) &&
		    (!wanted || strcasestr(wanted, field->name)))
			json_object_set_new(record, field->name, org_cell(org, object, row, field));
	}
	return reply_json(200, record);
}

static struct reply one_record(struct call *call, const struct object *object, const struct url *url)
{
	const char *id = url->part[2];
	if (strcmp(call->method, "GET") == 0)
		return retrieve(call, object, url);
	if (strcmp(call->method, "PATCH") == 0)
		return write_change(call, object, id, call->body);
	if (strcmp(call->method, "DELETE") == 0)
		return write_delete(call, object, id);
	return wrong_method(call, "DELETE,GET,HEAD,PATCH");
}

struct reply sobjects_resource(struct call *call, const struct url *url)
{
	struct org *org = call->service->org;
	if (url->parts == 1)
		return describe_all(call);
	const struct object *object = schema_object(url->part[1]);
	if (!object || !org_has_object(org, object) || !rights_object(org, call->user_id, object))
		return reply_error(404, "NOT_FOUND", "The requested resource does not exist");
	if (url->parts == 3 && strcmp(url->part[2], "describe") == 0)
		return describe(call, object);
	if (url->parts == 3)
		return one_record(call, object, url);
	if (url->parts != 2)
		return reply_error(404, "NOT_FOUND", "The requested resource does not exist");
	if (strcmp(call->method, "POST") == 0)
		return write_create(call, object, call->body);
	if (strcmp(call->method, "GET") == 0)
		return reply_json(
		    200, json_pack("{s:o, s:[]}", "objectDescribe", object_summary(call, object), "recentItems"));
	return wrong_method(call, "GET,HEAD,POST");
}

/* --- collections --- */

/* Here the code of an error is called statusCode. */
static json_t *collection_result(struct reply *reply, const char *id)
{
	json_t *result = NULL;
	if (reply_failed(reply)) {
		json_t *fields = json_object_get(json_array_get(reply->body, 0), "fields");
		result =
		    json_pack("{s:b, s:[{s:s, s:s, s:o}]}", "success", 0, "errors", "statusCode", reply_code(reply),
		              "message", reply_message(reply), "fields", fields ? json_incref(fields) : json_array());
	} else {
		const char *made = json_string_value(json_object_get(reply->body, "id"));
		result = json_pack("{s:s, s:b, s:[]}", "id", made ? made : id, "success", 1, "errors");
	}
	reply_done(reply);
	return result;
}

static json_t *delete_each(struct call *call, const json_t *ids)
{
	json_t *results = json_array();
	size_t i;
	json_t *id;
	json_array_foreach (ids, i, id) {
		const struct object *object = schema_object_of_id(json_string_value(id));
		struct reply reply = object
		                         ? write_delete(call, object, json_string_value(id))
		                         : reply_error(400, "MALFORMED_ID", "malformed id %s", json_string_value(id));
		json_array_append_new(results, collection_result(&reply, json_string_value(id)));
	}
	return results;
}

static json_t *create_each(struct call *call, const json_t *records)
{
	json_t *results = json_array();
	size_t i;
	json_t *record;
	json_array_foreach (records, i, record) {
		const struct object *object = schema_object(sim_text(json_object_get(record, "attributes"), "type"));
		struct reply reply = object ? write_create(call, object, record)
		                            : reply_error(400, "INVALID_TYPE", "The sObject type is not supported");
		json_array_append_new(results, collection_result(&reply, ""));
	}
	return results;
}

static json_t *split_ids(const char *text)
{
	json_t *ids = json_array();
	while (text && *text) {
		size_t len = strcspn(text, ",");
		json_array_append_new(ids, json_stringn(text, len));
		text += len + (text[len] == ',');
	}
	return ids;
}

/* The objects here are nearly all of Setup, and those must not be mixed in one call. */
static bool is_mixed(const json_t *list, bool records)
{
	const struct object *first = NULL;
	size_t i;
	json_t *entry;
	json_array_foreach (list, i, entry) {
		const struct object *object =
		    records ? schema_object(sim_text(json_object_get(entry, "attributes"), "type"))
		            : schema_object_of_id(json_string_value(entry));
		if (first && object != first)
			return true;
		first = object;
	}
	return false;
}

static void roll_back(struct org *org, json_t *snapshot, json_t *results)
{
	size_t i;
	json_t *result;
	org_restore(org, snapshot);
	json_array_foreach (results, i, result)
		if (json_is_true(json_object_get(result, "success"))) {
			json_object_clear(result);
			json_object_set_new(result, "success", json_false());
			json_object_set_new(
			    result, "errors",
			    json_pack("[{s:s, s:s, s:[]}]", "statusCode", "ALL_OR_NONE_OPERATION_ROLLED_BACK",
			              "message", "Record rolled back because not all records were valid", "fields"));
		}
}

static bool any_failed(const json_t *results)
{
	size_t i;
	json_t *result;
	json_array_foreach (results, i, result)
		if (json_is_false(json_object_get(result, "success")))
			return true;
	return false;
}

struct reply collections_resource(struct call *call, const struct url *url)
{
	bool creating = strcmp(call->method, "POST") == 0;
	if (!creating && strcmp(call->method, "DELETE") != 0)
		return wrong_method(call, "DELETE,POST");
	json_t *list =
	    creating ? json_incref(json_object_get(call->body, "records")) : split_ids(url_query(url, "ids"));
	const char *all = url_query(url, "allOrNone");
	bool all_or_none =
	    creating ? json_is_true(json_object_get(call->body, "allOrNone")) : all && strcmp(all, "true") == 0;
	struct reply reply = {0};
	if (json_array_size(list) == 0)
		reply = reply_error(400, "REQUIRED_FIELD_MISSING", "records or ids are missing");
	else if (json_array_size(list) > COLLECTION_MAX)
		reply = reply_error(400, "EXCEEDED_ID_LIMIT",
		                    "record limit reached. cannot submit more than 200 records into this call");
	else if (is_mixed(list, creating))
		reply =
		    reply_error(400, "INVALID_INPUT", "Setup objects can't be mixed with other objects in one call");
	if (!reply.status) {
		size_t waiting = later_count(call->service->later);
		json_t *snapshot = org_snapshot(call->service->org);
		json_t *results = creating ? create_each(call, list) : delete_each(call, list);
		if (all_or_none && any_failed(results)) {
			roll_back(call->service->org, json_incref(snapshot), results);
			later_cut(call->service->later, waiting);
		}
		json_decref(snapshot);
		reply = reply_json(200, results);
	}
	json_decref(list);
	return reply;
}

/* --- limits --- */

struct reply limits_resource(struct call *call)
{
	struct org *org = call->service->org;
	json_int_t limit = org_number(org, "api_limit");
	if (!rights_has(org, call->user_id, "ViewSetup"))
		return reply_error(403, "FORBIDDEN", "You do not have access to the organization limits resource");
	return reply_json(200, json_pack("{s:{s:I, s:I}}", "DailyApiRequests", "Max", limit, "Remaining",
	                                 limit - (json_int_t)org_number(org, "api_used")));
}
