/*
 * salesforce/change.c - taking permissions away and giving them back: sf_remove and sf_restore of salesforce.h.
 *
 * The deeds, in order, and the reading back are one composite, perhaps with those
 * of others. What each deed
 * was answered is told, but the reading says what is true: a delete may find its
 * row gone, a create may find it there, and a licence row goes by itself when
 * the last set that needs it goes.
 */
#include "salesforce/op.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/holdings.h"
#include "salesforce/normal.h"
#include "salesforce/rights.h"
#include "salesforce/sf_id.h"

enum { DEEDS_MAX = COMPOSITE_PARTS - 2, REF_MAX = 32 };
static const char set_object[] = "PermissionSetAssignment", licence_object[] = "PermissionSetLicenseAssign";

/* The referenceId of the n-th deed. */
static const char *ref_of(size_t n, char out[static REF_MAX])
{
	snprintf(out, REF_MAX, "deed%zu", n);
	return out;
}

/* --- reading --- */

static void set_trouble(json_t *row, const struct sf_trouble *trouble)
{
	json_object_set_new(row, "error", json_text_value(trouble ? trouble->error : ""));
	json_object_set_new(row, "reason", json_text_value(trouble ? trouble->reason : ""));
	json_object_set_new(row, "code", json_string(err_name(trouble ? trouble->code : OK)));
}

/* Where no seat is free Salesforce may also say that a right is missing. It is not, as far as we know our rights: then
 * nobody should be sent to look for one. */
static void doubt_the_right(const struct op *op, struct sf_trouble *trouble)
{
	const struct sf_trouble told = *trouble; /* what follows overwrites it */
	char missing[200];

	rights_put_missing(op->sf->rights, missing, sizeof(missing));
	if (op->kind != SF_KIND_RESTORE || told.meaning != SF_RIGHT || *missing || !json_is_object(op->sf->rights))
		return;
	sf_error_set(
	    trouble, ERR_REFUSED, told.error,
	    "the bot has its rights, so perhaps no seat of the licence is free, or the user's licence does not "
	    "allow it (%s)",
	    told.reason);
}

/* A row that is gone already is as good as deleted, one that is there already as good as created. */
static json_t *deed_result(const struct op *op, size_t n, const json_t *deed)
{
	const struct sf_error_about about = {.object = json_str(deed, "object"), .changes = true};
	bool deletes = op->kind == SF_KIND_REMOVE;
	json_t *body, *row = json_object();
	struct sf_trouble trouble;
	bool ok, already;
	char ref[REF_MAX];

	ok = composite_part(op->answer, ref_of(n, ref), &about, &body, &trouble);
	if (!ok)
		doubt_the_right(op, &trouble);
	already = !ok && (deletes ? trouble.meaning == SF_GONE : trouble.meaning == SF_ALREADY);
	if (deletes)
		json_object_set(row, "id", json_get(deed, "id"));
	else
		json_set_bool(row, "already", already);
	if (!deletes) /* a licence's row has none */
		json_object_set(row, "set", json_path(deed, "record", "PermissionSetId", NULL));
	json_set_bool(row, "ok", ok || already);
	set_trouble(row, ok || already ? NULL : &trouble);
	return row;
}

static void conclude(struct op *op)
{
	json_t *out = op->out, *look = json_get(out, "look");

	if (!json_is_null(look))
		holdings_judge(op, look);
	op->out = NULL;
	op_succeed(op, out);
}

/* The holdings of one user come on one page. Where they do not, or the bot may not see them any more, the look would be
 * incomplete, and so there is none: sf_look turns pages, and says which right is missing. */
static void read_whole(struct op *op)
{
	json_t *results = json_array(), *look;
	struct sf_trouble trouble;
	bool rights = op_read_rights(op, &trouble);
	const json_t *deed;
	size_t i;

	json_array_foreach (json_get(op->in, "deeds"), i, deed)
		json_array_append_new(results, deed_result(op, i, deed));
	op->out = json_object();
	json_object_set_new(op->out, op->kind == SF_KIND_REMOVE ? "deletes" : "creates", results);
	look = op_is_whole(op) && rights ? holdings_read(op, &trouble) : NULL;
	if (rights_missing_for(op->sf->rights, "sets") || rights_missing_for(op->sf->rights, "licences")) {
		json_decref(look);
		look = NULL;
	}
	if (look)
		json_set_int(look, "at", op->at_ms);
	json_object_set_new(op->out, "look", look ? look : json_null());
	op_learn(op, holdings_ids(look), false, conclude);
}

static void on_answer(struct op *op, const struct rest_answer *answer)
{
	if (answer->trouble.code != OK) {
		op_fail(op, &answer->trouble);
		return;
	}
	op_keep_answer(op, answer);
	read_whole(op);
}

/* --- asking --- */

/* Sets go before their licences, and licences come before the sets that need them. */
static int stage_of(const struct op *op, const json_t *deed)
{
	bool is_set = text_eq(json_str(deed, "object"), set_object);

	return op->kind == SF_KIND_REMOVE ? !is_set : is_set;
}

static void go(struct op *op)
{
	struct wish *wish = wish_new(set_object);
	const json_t *deed;
	size_t i;
	char ref[REF_MAX];

	json_array_foreach (json_get(op->in, "deeds"), i, deed) {
		const char *object = json_str(deed, "object");

		if (op->kind == SF_KIND_REMOVE)
			wish_delete(wish, ref_of(i, ref), stage_of(op, deed), object, json_str(deed, "id"));
		else
			wish_create(wish, ref_of(i, ref), stage_of(op, deed), object,
			            json_deep_copy(json_get(deed, "record")));
	}
	holdings_ask(op, wish, json_str(op->in, "user"));
	rights_ask(wish);
	op_send_wish(op, wish, on_answer);
}

/* NULL: answered later with why not. */
static bool take_user(struct op *op, const char *user_id, size_t count)
{
	char id[19];

	json_object_set_new(op->in, "deeds", json_array());
	if (!sf_id_has_prefix(user_id, "005") || !sf_id_long(user_id, id)) {
		(void)op_fail_later(op, ERR_INVALID, "this is not the id of a user");
		return false;
	}
	json_object_set_new(op->in, "user", json_string(id));
	if (count > 0 && count <= DEEDS_MAX)
		return true;
	(void)op_fail_later(op, ERR_INVALID, "so many changes can't be made at once");
	return false;
}

static bool add_delete(struct op *op, const char *object, const char *row_id)
{
	char id[19];

	if (!sf_id_long(row_id, id)) {
		(void)op_fail_later(op, ERR_INVALID, "this is not the id of an assignment");
		return false;
	}
	json_array_append_new(json_get(op->in, "deeds"), json_pack("{s:s,s:s}", "object", object, "id", id));
	return true;
}

http_ticket sf_remove(struct sf *sf, const char *user_id, const char *const *assignments, size_t assignment_count,
                      const char *const *licence_assignments, size_t licence_count, sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_REMOVE, done, arg);

	if (!op)
		return 0;
	if (!take_user(op, user_id, assignment_count + licence_count))
		return op->ticket;
	for (size_t i = 0; i < assignment_count; i++) {
		if (!add_delete(op, set_object, assignments[i]))
			return op->ticket;
	}
	for (size_t i = 0; i < licence_count; i++) {
		if (!add_delete(op, licence_object, licence_assignments[i]))
			return op->ticket;
	}
	return op_start(op, go);
}

/* Two ids and perhaps a date; NULL if one of them can't be read. */
static json_t *record_of(const char *user_id, const struct sf_grant *grant)
{
	bool is_set = grant->set != NULL;
	char id[19], expires[32];
	json_t *record;

	if (!sf_id_long(is_set ? grant->set : grant->licence, id))
		return NULL;
	if (is_set && grant->expires && *grant->expires && normal_ms(grant->expires) < 0)
		return NULL;
	record = json_object();
	json_object_set_new(record, "AssigneeId", json_string(user_id));
	json_object_set_new(record, is_set ? "PermissionSetId" : "PermissionSetLicenseId", json_string(id));
	if (is_set && grant->expires && *grant->expires)
		json_set_str(record, "ExpirationDate", clock_rfc3339(normal_ms(grant->expires), expires));
	return record;
}

http_ticket sf_restore(struct sf *sf, const char *user_id, const struct sf_grant *grants, size_t count,
                       sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_RESTORE, done, arg);

	if (!op)
		return 0;
	if (!take_user(op, user_id, count))
		return op->ticket;
	for (size_t i = 0; i < count; i++) {
		const char *object = grants[i].set ? set_object : licence_object;
		json_t *record = record_of(json_str(op->in, "user"), &grants[i]);

		if (!record)
			return op_fail_later(op, ERR_INVALID,
			                     "this is not the id of a permission set or licence, or no date");
		json_array_append_new(json_get(op->in, "deeds"),
		                      json_pack("{s:s,s:o}", "object", object, "record", record));
	}
	return op_start(op, go);
}
