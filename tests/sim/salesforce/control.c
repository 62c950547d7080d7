/*
 * control.c - the control endpoints, as a table. README.md says what each does.
 */
#include "tests/sim/salesforce/control.h"
#include "tests/sim/salesforce/deeds.h"
#include "tests/sim/salesforce/holdings.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/sessions.h"

#include <string.h>

/* One control call; `input` is the body, or the query string of a GET. */
typedef struct reply deed_fn(struct service *service, json_t *input);

static struct reply refused(const char *sentence)
{
	return reply_json(400, json_pack("{s:s}", "error", sentence));
}

static struct reply done(json_t *what)
{
	return reply_json(200, what ? what : json_pack("{s:b}", "ok", 1));
}

/* --- people --- */

static struct reply as_person(struct service *service, json_t *input,
                              json_t *(*deed)(struct org *org, json_t *user, const json_t *input))
{
	json_t *user = org_user(service->org, sim_text(input, "user"));
	return user ? done(deed(service->org, user, input)) : refused("there is no such user");
}

static struct reply disconnect(struct service *service, json_t *input)
{
	return as_person(service, input, deed_disconnect);
}

static struct reply connect_mailbox(struct service *service, json_t *input)
{
	return as_person(service, input, deed_connect);
}

static struct reply send_mail(struct service *service, json_t *input)
{
	return as_person(service, input, deed_send_mail);
}

static struct reply remove_links(struct service *service, json_t *input)
{
	return as_person(service, input, deed_remove_links);
}

static struct reply holdings(struct service *service, json_t *input)
{
	json_t *user = org_user(service->org, sim_text(input, "user"));
	return user ? done(holdings_of(service->org, user)) : refused("there is no such user");
}

/* --- rows --- */

static struct reply rows(struct service *service, json_t *input)
{
	const struct object *object = schema_object(sim_text(input, "object"));
	return object ? done(json_deep_copy(org_table(service->org, object->name)))
	              : refused("there is no such object");
}

static struct reply insert(struct service *service, json_t *input)
{
	const struct object *object = schema_object(sim_text(input, "object"));
	json_t *row = json_object_get(input, "row");
	if (!object || !json_is_object(row))
		return refused("insert takes {object, row}");
	return done(json_incref(org_insert(service->org, object->name, json_deep_copy(row))));
}

static struct reply patch(struct service *service, json_t *input)
{
	const struct object *object = schema_object(sim_text(input, "object"));
	const json_t *change = json_object_get(input, "set");
	if (!object || !json_is_object(change))
		return refused("patch takes {object, where, set}");
	json_t *found = deed_find(service->org, object, json_object_get(input, "where"));
	size_t i;
	json_t *row;
	json_array_foreach (found, i, row)
		org_change(service->org, object->name, row, change);
	return done(found);
}

static struct reply delete_rows(struct service *service, json_t *input)
{
	const struct object *object = schema_object(sim_text(input, "object"));
	if (!object)
		return refused("delete takes {object, where}");
	json_t *found = deed_find(service->org, object, json_object_get(input, "where"));
	size_t i;
	json_t *row;
	json_array_foreach (found, i, row)
		org_remove(service->org, org_text(row, "Id"), false);
	return done(found);
}

/* --- the org --- */

static struct reply switches(struct service *service, json_t *input)
{
	const char *name;
	json_t *value;
	json_object_foreach (input, name, value)
		if (!org_switch(service->org, name, value))
			return refused("there is no such switch, or its value is of the wrong kind");
	return done(json_deep_copy(org_switches(service->org)));
}

static struct reply setup(struct service *service, json_t *input)
{
	json_object_update(org_setup(service->org), input);
	return done(json_deep_copy(org_setup(service->org)));
}

static struct reply rights(struct service *service, json_t *input)
{
	json_t *user = org_user(service->org, sim_text(input, "user"));
	return user ? done(deed_rights(service->org, user, input)) : refused("there is no such user");
}

static struct reply seats(struct service *service, json_t *input)
{
	json_t *license = org_row_by(service->org, "PermissionSetLicense", "DeveloperName", sim_text(input, "license"));
	json_int_t left = json_integer_value(json_object_get(input, "free"));
	return license ? done(deed_seats(service->org, license, left)) : refused("there is no such licence");
}

static struct reply expire_sessions(struct service *service, json_t *input)
{
	json_t *ended = json_pack("{s:i}", "ended", (int)sessions_count(service->sessions));
	(void)input;
	sessions_end_all(service->sessions);
	return done(ended);
}

static struct reply calls(struct service *service, json_t *input)
{
	(void)input;
	return done(json_deep_copy(service->calls));
}

/* The org as it was at the start; sessions and the control lists go too. */
static struct reply reset(struct service *service, json_t *input)
{
	struct org *fresh = org_new(service->state);
	(void)input;
	if (!fresh)
		return refused("the state file can't be loaded again");
	deed_swap_org(service, fresh);
	return done(NULL);
}

static const struct {
	const char *path;
	deed_fn *deed;
} deeds[] = {
    {"/_sim/disconnect", disconnect}, {"/_sim/connect", connect_mailbox},
    {"/_sim/send_mail", send_mail},   {"/_sim/admin_remove_links", remove_links},
    {"/_sim/holdings", holdings},     {"/_sim/rows", rows},
    {"/_sim/insert", insert},         {"/_sim/patch", patch},
    {"/_sim/delete", delete_rows},    {"/_sim/switch", switches},
    {"/_sim/setup", setup},           {"/_sim/rights", rights},
    {"/_sim/seats", seats},           {"/_sim/expire_sessions", expire_sessions},
    {"/_sim/calls", calls},           {"/_sim/reset", reset},
};

struct reply control_do(struct service *service, const char *path, json_t *input)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(deeds[i].path, path) == 0)
			return json_is_object(input) ? deeds[i].deed(service, input)
			                             : refused("the body is no JSON object");
	return (struct reply){0};
}

bool control_handle(struct service *service, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *body = req->body_len > 0 ? sim_body_json(req) : json_incref(req->query);
	later_run(service->later, service->org);
	struct reply reply = control_do(service, req->path, body);
	bool known = reply.status != 0;
	if (known)
		sim_answer_json(ans, reply.status, reply.body);
	reply_done(&reply);
	json_decref(body);
	return known;
}
