/*
 * salesforce/op.c - see op.h.
 */
#include "salesforce/op.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/rights.h"
#include "salesforce/sf_id.h"

enum { TRIES_MAX = 12, PAGES_MAX = 12 };

struct op *op_new(struct sf *sf, enum sf_kind kind, sf_answer_fn *done, void *arg)
{
	struct op *op;

	if (sf->closing)
		return NULL;
	op = mem_alloc(sizeof(*op));
	*op =
	    (struct op){.next = sf->ops, .sf = sf, .kind = kind, .done = done, .arg = arg, .ticket = ++sf->last_ticket};
	op->in = json_object();
	sf->ops = op;
	return op;
}

static void unlink_op(struct op *op)
{
	struct op **at = &op->sf->ops;

	while (*at != op)
		at = &(*at)->next;
	*at = op->next;
}

void op_free(struct op *op)
{
	unlink_op(op);
	if (op->sf->rights_asker == op)
		op->sf->rights_asker = NULL;
	session_unwait(op->sf->session, op);
	catalogue_unwait(op->sf->catalogue, op);
	company_leave(op);
	rest_cancel(op->call);
	json_decref(op->in);
	json_decref(op->answer);
	json_decref(op->out);
	secret_free(op->secret);
	free(op);
}

/* --- the end --- */

static void end(struct op *op, const struct sf_answer *answer)
{
	sf_answer_fn *done = op->done;
	void *arg = op->arg;

	op_free(op); /* first: the owner may do anything from inside its function */
	done(arg, answer);
}

void op_succeed(struct op *op, json_t *body)
{
	end(op, &(struct sf_answer){.code = OK, .error = "", .reason = "done", .body = body});
	json_decref(body);
}

void op_fail(struct op *op, const struct sf_trouble *trouble)
{
	struct sf_trouble copy = *trouble;

	assert(copy.code != OK);
	end(op, &(struct sf_answer){.code = copy.code, .error = copy.error, .reason = copy.reason});
}

static void on_known(struct op *op, const struct rest_answer *answer)
{
	struct sf_trouble trouble;
	json_t *body = op->out;

	(void)answer;
	if (body) {
		op->out = NULL;
		op_succeed(op, body);
		return;
	}
	sf_error_set(&trouble, (enum errc)json_int(op->in, "code"), "", "%s", json_str(op->in, "reason"));
	op_fail(op, &trouble);
}

static void on_call(void *arg, const struct rest_answer *answer)
{
	struct op *op = arg;

	op->call = NULL;
	op->read(op, answer);
}

static http_ticket end_later(struct op *op)
{
	op->read = on_known;
	op->call = rest_later(op->sf->rest, on_call, op);
	return op->ticket;
}

http_ticket op_succeed_later(struct op *op, json_t *body)
{
	json_decref(op->out);
	op->out = body;
	return end_later(op);
}

http_ticket op_fail_later(struct op *op, enum errc code, const char *reason)
{
	json_decref(op->out);
	op->out = NULL;
	json_set_int(op->in, "code", code);
	json_object_set_new(op->in, "reason", json_text_value(reason));
	return end_later(op);
}

/* --- one thing at a time --- */

void op_send(struct op *op, const struct rest_request *request, op_read_fn *read)
{
	assert(!op->call && !op->learning && !op->queue && !op->band);
	op->read = read;
	op->call = rest_send(op->sf->rest, request, on_call, op);
}

void op_send_wish(struct op *op, struct wish *wish, op_read_fn *read)
{
	company_add(op->sf->company, op, wish, read);
}

/* It is this op's alone, and nobody changes it. */
void op_keep_answer(struct op *op, const struct rest_answer *answer)
{
	json_decref(op->answer);
	op->answer = json_incref((json_t *)(uintptr_t)answer->body);
	op->at_ms = answer->at_ms;
}

void op_send_composite(struct op *op, const struct composite *composite, bool changes, const char *object,
                       op_read_fn *read)
{
	AUTO_FREE char *body = composite_text(composite);

	if (!body) {
		(void)op_fail_later(op, ERR_INVALID, "this can't be asked of Salesforce");
		return;
	}
	op_send(op,
	        &(struct rest_request){.kind = op->kind,
	                               .method = "POST",
	                               .path = "/composite",
	                               .body = body,
	                               .object = object,
	                               .changes = changes},
	        read);
}

static void call_go(struct op *op)
{
	op->generation = catalogue_generation(op->sf->catalogue);
	op->go(op);
}

static void on_columns(void *arg, const struct sf_trouble *trouble)
{
	struct op *op = arg;

	op->learning = false;
	if (trouble)
		op_fail(op, trouble);
	else
		call_go(op);
}

static void call_with_columns(struct op *op)
{
	if (catalogue_columns(op->sf->catalogue)) {
		call_go(op);
	} else {
		op->learning = true;
		catalogue_learn(op->sf->catalogue, NULL, on_columns, op);
	}
}

static void on_session(void *arg, const struct sf_trouble *trouble)
{
	struct op *op = arg;

	if (trouble)
		op_fail(op, trouble);
	else
		call_with_columns(op);
}

/* Every path inside a composite bears the version, which nobody knows before the first login. */
http_ticket op_start(struct op *op, op_fn *go)
{
	http_ticket ticket = op->ticket;

	op->go = go;
	op->tries++;
	if (text_empty(session_version(op->sf->session)))
		session_wait(op->sf->session, on_session, op);
	else
		call_with_columns(op);
	return ticket;
}

static bool go_again(struct op *op, const struct sf_trouble *trouble,
                     bool (*doubt)(struct catalogue *c, const char *text))
{
	struct catalogue *c = op->sf->catalogue;

	if (!text_eq(trouble->error, "INVALID_FIELD") || op->tries >= TRIES_MAX)
		return false;
	/* somebody else's query may have taught it meanwhile */
	if (op->generation == catalogue_generation(c) && !doubt(c, trouble->reason))
		return false;
	(void)op_start(op, op->go);
	return true;
}

bool op_go_again(struct op *op, const struct sf_trouble *trouble)
{
	return go_again(op, trouble, catalogue_doubt_columns);
}

bool op_go_again_for_status(struct op *op, const struct sf_trouble *trouble)
{
	return go_again(op, trouble, catalogue_doubt_status);
}

void sf_know_rights(struct sf *sf, const json_t *rights)
{
	json_t *copy = rights ? json_deep_copy(rights) : json_null(); /* first: it may be the one that is kept */

	json_decref(sf->rights);
	sf->rights = copy;
	sf->rights_at_ms = clock_boot_ms();
}

bool op_read_rights(struct op *op, struct sf_trouble *ret)
{
	json_t *records;

	if (!composite_records(op->answer, "rights", "UserPermissionAccess", &records, ret))
		return ret->code == ERR_PROTOCOL || !err_is_temporary(ret->code);
	json_auto_t *rights = rights_record(records);
	sf_know_rights(op->sf, rights);
	return true;
}

/* --- learning --- */

static void on_learnt_must(void *arg, const struct sf_trouble *trouble)
{
	struct op *op = arg;

	op->learning = false;
	if (trouble)
		op_fail(op, trouble);
	else
		op_learn(op, json_incref(json_get(op->in, "learn")), true, op->then);
}

static void on_learnt_may(void *arg, const struct sf_trouble *trouble)
{
	struct op *op = arg;

	(void)trouble;
	op->learning = false;
	op->then(op);
}

static bool knows_all(const struct op *op, const json_t *ids)
{
	struct known known;
	const json_t *id;
	size_t i;

	json_array_foreach (ids, i, id) {
		const char *word = json_string_value(id);

		if (sf_id_plausible(word) && !catalogue_find(op->sf->catalogue, word, &known))
			return false;
	}
	return true;
}

/* Comes back here after each round, for the catalogue may have learnt for somebody else; the rounds are bounded. */
void op_learn(struct op *op, json_t *ids, bool must, op_fn *then)
{
	json_object_set_new(op->in, "learn", ids);
	op->then = then;
	if (op->pages >= PAGES_MAX || knows_all(op, ids)) {
		then(op);
		return;
	}
	op->pages++;
	op->learning = true;
	catalogue_learn(op->sf->catalogue, ids, must ? on_learnt_must : on_learnt_may, op);
}

/* --- pages --- */

/* The first result anywhere in `value` that has a further page; NULL if all are whole. */
static json_t *find_unfinished(json_t *value)
{
	json_t *child, *found = NULL;
	const char *key;
	size_t i;

	if (json_is_false(json_get(value, "done")) && *json_str(value, "nextRecordsUrl"))
		return value;
	if (json_is_array(value)) {
		json_array_foreach (value, i, child) {
			if ((found = find_unfinished(child)))
				return found;
		}
		return NULL;
	}
	json_object_foreach (value, key, child) {
		if ((found = find_unfinished(child)))
			return found;
	}
	return NULL;
}

/* Only a path below the REST API: it is put behind the host that got our session. */
static bool is_page_path(const char *path)
{
	return text_starts(path, "/services/data/v") &&
	       strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                    "0123456789-_./") == strlen(path) &&
	       !strstr(path, "..");
}

static void on_page(struct op *op, const struct rest_answer *answer)
{
	json_t *result = find_unfinished(op->answer);

	if (answer->trouble.code != OK) {
		op_fail(op, &answer->trouble);
		return;
	}
	json_array_extend(json_get(result, "records"), json_get(answer->body, "records"));
	json_set_str(result, "nextRecordsUrl", json_str(answer->body, "nextRecordsUrl"));
	op_turn_pages(op, op->then);
}

bool op_is_whole(const struct op *op)
{
	return !find_unfinished(op->answer);
}

void op_turn_pages(struct op *op, op_fn *then)
{
	json_t *result = find_unfinished(op->answer);
	struct sf_trouble trouble;

	op->then = then;
	if (!result) {
		then(op);
		return;
	}
	if (op->pages >= PAGES_MAX || !is_page_path(json_str(result, "nextRecordsUrl"))) {
		sf_error_set(&trouble, ERR_PROTOCOL, "", "Salesforce's answer has more pages than can be read");
		op_fail(op, &trouble);
		return;
	}
	op->pages++;
	op_send(
	    op,
	    &(struct rest_request){.kind = SF_KIND_PAGE, .method = "GET", .path = json_str(result, "nextRecordsUrl")},
	    on_page);
}
