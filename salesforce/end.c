/*
 * salesforce/end.c - ending what lets others in: sessions, account links, tokens.
 *
 * sf_end_sessions, sf_delete_links, sf_links_deletable and sf_revoke of
 * salesforce.h. Each row that is deleted within a composite has an answer of its
 * own; sessions are read back behind it in the same call, which
 * Salesforce does not allow for links and tokens. Tokens have an endpoint of their
 * own outside the REST API.
 */
#include "salesforce/op.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/rights.h"
#include "salesforce/sf_id.h"
#include "salesforce/user_parts.h"

enum { ROWS_MAX = 200, REF_MAX = 32, READ_BACK = 2 };
static const int64_t links_last_ms = INT64_C(3600) * 1000;
static const char link_object[] = "ThirdPartyAccountLink";

/* --- deleting rows --- */

static void on_deleted(struct op *op, const struct rest_answer *answer);

static const char *ref_of(size_t n, char out[static REF_MAX])
{
	snprintf(out, REF_MAX, "row%zu", n);
	return out;
}

/* Whose sessions are read back; "": nobody's. */
static const char *user_of(const struct op *op)
{
	return json_str(op->in, "user");
}

static size_t left_of(const struct op *op)
{
	return json_array_size(json_get(op->in, "ids")) - (size_t)json_int(op->in, "from");
}

static size_t chunk_of(const struct op *op)
{
	size_t max = *user_of(op) ? COMPOSITE_PARTS - READ_BACK : COMPOSITE_PARTS;

	return left_of(op) < max ? left_of(op) : max;
}

static const char *row_id(const struct op *op, size_t n)
{
	return json_string_value(json_array_get(json_get(op->in, "ids"), (size_t)json_int(op->in, "from") + n));
}

static void delete_chunk(struct op *op)
{
	const char *object = json_str(op->in, "object");
	struct wish *wish = wish_new(object);
	char ref[REF_MAX];

	for (size_t i = 0; i < chunk_of(op); i++)
		wish_delete(wish, ref_of(i, ref), 0, object, row_id(op, i));
	if (*user_of(op) && chunk_of(op) == left_of(op)) {
		auth_session_ask(wish, user_of(op));
		rights_ask(wish);
	}
	op_send_wish(op, wish, on_deleted);
}

static void read_row(struct op *op, const json_t *body, size_t n)
{
	const struct sf_error_about about = {.object = json_str(op->in, "object"), .changes = true};
	struct sf_trouble trouble;
	json_t *nothing;
	char ref[REF_MAX];

	if (composite_part(body, ref_of(n, ref), &about, &nothing, &trouble) || trouble.meaning == SF_GONE) {
		json_array_append_new(json_get(op->out, "deleted"), json_string(row_id(op, n)));
		return;
	}
	json_array_append_new(json_get(op->out, "failed"),
	                      json_pack("{s:s,s:s,s:s,s:s}", "id", row_id(op, n), "error", trouble.error, "reason",
	                                trouble.reason, "code", err_name(trouble.code)));
}

/* Null where the answer proves nothing: who asked looks by themselves then. */
static json_t *sessions_left(struct op *op, const struct rest_answer *answer)
{
	struct sf_trouble trouble;
	json_t *records;

	op_keep_answer(op, answer);
	if (!op_read_rights(op, &trouble) || rights_missing_for(op->sf->rights, "sessions") || !op_is_whole(op) ||
	    !composite_records(op->answer, "sessions", "AuthSession", &records, &trouble))
		return json_null();
	return auth_sessions(records, answer->at_ms);
}

static void on_deleted(struct op *op, const struct rest_answer *answer)
{
	json_t *out = op->out;
	size_t chunk = chunk_of(op);

	if (answer->trouble.code != OK) {
		op_fail(op, &answer->trouble);
		return;
	}
	for (size_t i = 0; i < chunk; i++)
		read_row(op, answer->body, i);
	json_set_int(op->in, "from", json_int(op->in, "from") + (int64_t)chunk);
	if (chunk_of(op) > 0) {
		delete_chunk(op);
		return;
	}
	if (*user_of(op))
		json_object_set_new(out, "sessions", sessions_left(op, answer));
	op->out = NULL;
	op_succeed(op, out);
}

/* False: an answer with the reason is on its way. */
static bool take_ids(struct op *op, const char *object, const char *const *ids, size_t count)
{
	json_t *list = json_array();
	char id[19];

	json_object_set_new(op->in, "object", json_string(object));
	json_object_set_new(op->in, "ids", list);
	json_set_int(op->in, "from", 0);
	for (size_t i = 0; i < count && i < ROWS_MAX; i++) {
		if (!sf_id_long(ids[i], id)) {
			(void)op_fail_later(op, ERR_INVALID, "this is not the id of a record");
			return false;
		}
		json_array_append_new(list, json_string(id));
	}
	op->out = json_pack("{s:[],s:[]}", "deleted", "failed");
	if (count > 0)
		return true;
	(void)op_succeed_later(op, json_incref(op->out));
	return false;
}

http_ticket sf_end_sessions(struct sf *sf, const char *user_id, const char *const *ids, size_t count,
                            sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_SESSIONS, done, arg);
	char id[19];

	if (!op)
		return 0;
	if (!sf_id_has_prefix(user_id, "005") || !sf_id_long(user_id, id))
		return op_fail_later(op, ERR_INVALID, "this is not the id of a user");
	json_object_set_new(op->in, "user", json_string(id));
	if (!take_ids(op, "AuthSession", ids, count))
		return op->ticket;
	return op_start(op, delete_chunk);
}

/* --- account links --- */

static bool links_known(const struct sf *sf)
{
	return sf->links_until_ms > clock_boot_ms();
}

static void learn_links(struct op *op, op_read_fn *read)
{
	op_send(op,
	        &(struct rest_request){.kind = SF_KIND_DESCRIBE,
	                               .method = "GET",
	                               .path = "/sobjects/ThirdPartyAccountLink/describe",
	                               .object = link_object},
	        read);
}

/* True if it is known now; otherwise the op has ended. */
static bool take_links(struct op *op, const struct rest_answer *answer)
{
	struct sf *sf = op->sf;

	if (answer->trouble.code != OK) {
		op_fail(op, &answer->trouble);
		return false;
	}
	sf->links_deletable = json_bool(answer->body, "deletable");
	sf->links_until_ms = clock_boot_ms() + links_last_ms;
	return true;
}

static json_t *deletable_answer(const struct sf *sf)
{
	return json_pack("{s:b}", "deletable", sf->links_deletable);
}

static void on_described(struct op *op, const struct rest_answer *answer)
{
	if (take_links(op, answer))
		op_succeed(op, deletable_answer(op->sf));
}

http_ticket sf_links_deletable(struct sf *sf, sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_LINKS, done, arg);

	if (!op)
		return 0;
	if (links_known(sf))
		return op_succeed_later(op, deletable_answer(sf));
	learn_links(op, on_described);
	return op->ticket;
}

static void delete_links(struct op *op)
{
	if (op->sf->links_deletable)
		delete_chunk(op);
	else
		(void)op_fail_later(
		    op, ERR_REFUSED,
		    "this org does not let the API delete account links; only a person can remove them in Setup");
}

static void on_described_for_delete(struct op *op, const struct rest_answer *answer)
{
	if (take_links(op, answer))
		delete_links(op);
}

static void go_delete_links(struct op *op)
{
	if (links_known(op->sf))
		delete_links(op);
	else
		learn_links(op, on_described_for_delete);
}

http_ticket sf_delete_links(struct sf *sf, const char *const *ids, size_t count, sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_LINKS, done, arg);

	if (!op)
		return 0;
	if (!take_ids(op, link_object, ids, count))
		return op->ticket;
	return op_start(op, go_delete_links);
}

/* --- tokens --- */

/* 400 invalid_token: it is not known there any more. Whether it is gone, or the address was wrong, a look tells. */
static void on_revoked(struct op *op, const struct rest_answer *answer)
{
	bool unknown = answer->trouble.meaning == SF_GONE;

	if (answer->trouble.code == OK || unknown)
		op_succeed(op, json_pack("{s:b}", "revoked", !unknown));
	else
		op_fail(op, &answer->trouble);
}

/* POST, for in a GET the capability would stand in the logs of everything on the way. Possession is the authority. */
static void revoke(struct op *op)
{
	const char *capability = secret_reveal(op->secret);
	AUTO_BUF struct buf body = {0};

	buf_init(&body, 65536);
	buf_puts(&body, "token=");
	buf_put_urlencoded(&body, capability, secret_len(op->secret));
	op_send(op,
	        &(struct rest_request){.kind = SF_KIND_REVOKE,
	                               .method = "POST",
	                               .path = "/services/oauth2/revoke",
	                               .body = buf_str(&body),
	                               .object = "OauthToken",
	                               .form = true,
	                               .anonymous = true,
	                               .uncounted = true,
	                               .changes = true},
	        on_revoked);
	mem_wipe(body.data, body.len);
}

http_ticket sf_revoke(struct sf *sf, const char *handle, sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_REVOKE, done, arg);

	if (!op)
		return 0;
	op->secret = handle && *handle ? tokens_use(sf->tokens, handle) : NULL;
	if (!op->secret)
		return op_fail_later(op, ERR_NOT_FOUND, "this token is not at hand; it has to be looked up again");
	revoke(op);
	return op->ticket;
}
