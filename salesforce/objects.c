/*
 * salesforce/objects.c - what may be done with each kind of record: sf_objects of salesforce.h.
 *
 * For those who look after the bot, not for repairs. The descriptions tell what
 * the org allows; the two counts tell whether rows of others are shown at all,
 * whatever the rights say.
 */
#include "salesforce/op.h"

#include <stdio.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"

enum { QUERY_MAX = 400 };

static const char *const names[] = {"OauthToken", "ThirdPartyAccountLink", "AuthSession", "PermissionSetAssignment",
                                    "PermissionSetLicenseAssign"};
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static void ask_others(struct op *op, struct composite *c, const char *ref, const char *object)
{
	const char *bot = session_bot_id(op->sf->session);
	AUTO_BUF struct buf query = {0};

	if (!sf_id_plausible(bot))
		return;
	buf_init(&query, QUERY_MAX);
	buf_printf(&query, "SELECT COUNT() FROM %s WHERE UserId != ", object);
	soql_put_text(&query, bot);
	composite_query(c, ref, buf_str(&query));
}

static void read_object(struct op *op, const char *name)
{
	const struct sf_error_about about = {.object = name};
	struct sf_trouble trouble;
	json_t *body, *one;

	if (!composite_part(op->answer, name, &about, &body, &trouble)) {
		json_object_set_new(json_get(op->out, "objects"), name, json_null());
		json_object_set_new(json_get(op->out, "unreadable"), name, json_text_value(trouble.reason));
		return;
	}
	one = json_object();
	json_set_bool(one, "queryable", json_bool(body, "queryable"));
	json_set_bool(one, "createable", json_bool(body, "createable"));
	json_set_bool(one, "deletable", json_bool(body, "deletable"));
	json_object_set_new(json_get(op->out, "objects"), name, one);
}

static void read_others(struct op *op, const char *ref)
{
	struct sf_trouble trouble;
	json_t *body = NULL;
	bool ok = composite_part(op->answer, ref, &(struct sf_error_about){0}, &body, &trouble);

	json_object_set_new(
	    op->out, ref, ok && json_get(body, "totalSize") ? json_integer(json_int(body, "totalSize")) : json_null());
}

static void on_answer(struct op *op, const struct rest_answer *answer)
{
	json_t *out;

	if (answer->trouble.code != OK) {
		op_fail(op, &answer->trouble);
		return;
	}
	op->answer = json_deep_copy(answer->body);
	op->out = json_pack("{s:{},s:{}}", "objects", "unreadable");
	for (size_t i = 0; i < NAMES; i++)
		read_object(op, names[i]);
	read_others(op, "tokens_of_others");
	read_others(op, "links_of_others");
	out = op->out;
	op->out = NULL;
	op_succeed(op, out);
}

static void go(struct op *op)
{
	AUTO_COMPOSITE struct composite c;

	composite_init(&c, session_version(op->sf->session));
	for (size_t i = 0; i < NAMES; i++) {
		AUTO_FREE char *path = mem_printf("/sobjects/%s/describe", names[i]);

		composite_get(&c, names[i], path);
	}
	ask_others(op, &c, "tokens_of_others", "OauthToken");
	ask_others(op, &c, "links_of_others", "ThirdPartyAccountLink");
	op_send_composite(op, &c, false, NULL, on_answer);
}

http_ticket sf_objects(struct sf *sf, sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_DESCRIBE, done, arg);

	return op ? op_start(op, go) : 0;
}
