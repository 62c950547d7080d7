/*
 * salesforce/composite.c - see composite.h.
 */
#include "salesforce/composite.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"

enum { QUERY_MAX = 12000 }; /* the API's limit for an address is 16384 */

void composite_init(struct composite *c, const char *version)
{
	*c = (struct composite){.requests = json_array()};
	snprintf(c->prefix, sizeof(c->prefix), "/services/data/v%s", version);
}

void composite_done(struct composite *c)
{
	json_decref(c->requests);
	c->requests = NULL;
}

static void add(struct composite *c, const char *method, const char *ref, const char *path, json_t *record)
{
	AUTO_FREE char *url = mem_printf("%s%s", c->prefix, path);
	json_t *request = json_object();

	assert(json_array_size(c->requests) < COMPOSITE_PARTS);
	json_object_set_new(request, "method", json_string(method));
	json_object_set_new(request, "url", json_text_value(url));
	json_object_set_new(request, "referenceId", json_text_value(ref));
	if (record)
		json_object_set_new(request, "body", record);
	json_array_append_new(c->requests, request);
}

void composite_query(struct composite *c, const char *ref, const char *soql)
{
	AUTO_BUF struct buf path = {0};

	assert(c->queries < COMPOSITE_QUERIES);
	c->queries++;
	buf_init(&path, QUERY_MAX);
	buf_puts(&path, "/query?q=");
	buf_put_urlencoded(&path, soql, strlen(soql));
	if (path.cut || strstr(soql, "@{")) /* the encoding would hide it from us, but not from the server */
		c->spoilt = true;
	add(c, "GET", ref, buf_str(&path), NULL);
}

void composite_get(struct composite *c, const char *ref, const char *path)
{
	add(c, "GET", ref, path, NULL);
}

void composite_delete(struct composite *c, const char *ref, const char *object, const char *id)
{
	AUTO_FREE char *path = mem_printf("/sobjects/%s/%s", object, id);

	add(c, "DELETE", ref, path, NULL);
}

void composite_post(struct composite *c, const char *ref, const char *object, json_t *record)
{
	AUTO_FREE char *path = mem_printf("/sobjects/%s", object);

	add(c, "POST", ref, path, record);
}

void composite_delete_all(struct composite *c, const char *ref, const json_t *ids)
{
	AUTO_BUF struct buf path = {0};
	const json_t *id;
	size_t i;

	assert(c->queries < COMPOSITE_QUERIES);
	c->queries++;
	buf_init(&path, QUERY_MAX);
	buf_puts(&path, "/composite/sobjects?allOrNone=false&ids=");
	json_array_foreach (ids, i, id)
		buf_printf(&path, "%s%s", i > 0 ? "," : "", json_string_value(id));
	if (path.cut)
		c->spoilt = true;
	add(c, "DELETE", ref, buf_str(&path), NULL);
}

void composite_post_all(struct composite *c, const char *ref, json_t *records)
{
	assert(c->queries < COMPOSITE_QUERIES);
	c->queries++;
	add(c, "POST", ref, "/composite/sobjects", json_pack("{s:b,s:O}", "allOrNone", 0, "records", records));
}

char *composite_text(const struct composite *c)
{
	json_auto_t *whole = json_object();
	char *text;

	if (c->spoilt)
		return NULL;
	json_set_bool(whole, "allOrNone", false);
	json_set_bool(whole, "collateSubrequests", false);
	json_object_set(whole, "compositeRequest", c->requests);
	text = json_text(whole);
	if (!strstr(text, "@{"))
		return text;
	free(text);
	return NULL;
}

const json_t *composite_find(const json_t *answer, const char *ref)
{
	const json_t *part;
	size_t i;

	json_array_foreach (json_get(answer, "compositeResponse"), i, part) {
		if (strcmp(json_str(part, "referenceId"), ref) == 0)
			return part;
	}
	return NULL;
}

bool composite_part(const json_t *answer, const char *ref, const struct sf_error_about *about, json_t **ret_body,
                    struct sf_trouble *ret)
{
	const json_t *part = composite_find(answer, ref);
	long status = (long)json_int(part, "httpStatusCode");
	json_t *body = json_get(part, "body");

	if (!part) {
		sf_error_set(ret, ERR_PROTOCOL, "", "Salesforce's answer has no part %s", ref);
		return false;
	}
	if (status >= 200 && status < 300) {
		*ret_body = body;
		return true;
	}
	sf_error_read(ret, status, body, NULL, 0, about);
	return false;
}

bool composite_records(const json_t *answer, const char *ref, const char *object, json_t **ret_records,
                       struct sf_trouble *ret)
{
	json_t *body = NULL;

	if (!composite_part(answer, ref, &(struct sf_error_about){.object = object}, &body, ret))
		return false;
	if (!json_is_array(json_get(body, "records"))) {
		sf_error_set(ret, ERR_PROTOCOL, "", "Salesforce's answer to %s has no records", ref);
		return false;
	}
	*ret_records = json_get(body, "records");
	return true;
}
