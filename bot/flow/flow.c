/*
 * flow/flow.c - the engine: begins steps, matches answers to tickets, saves rows.
 *
 * A call that is under way is written in the row (facts.call), so that a
 * command knows of it and a late or second answer finds another ticket. The row
 * stays due while its call is under way: after a crash nobody has the call in
 * hand, the step begins again, and its first deed is a look.
 */
#include "bot/flow/flow.h"

#include "bot/base/json.h"
#include "bot/base/text.h"

/* A step may end and the next begin within one transaction; a runbook is shorter than this. */
enum { CHAIN_MAX = 24 };

void flow_call_done(struct flow_call *call)
{
	json_decref(call->args);
	*call = (struct flow_call){0};
}

void flow_ask(struct flow *flow, const char *kind, json_t *args)
{
	json_decref(flow->call->args);
	text_copy(flow->call->kind, sizeof flow->call->kind, kind);
	flow->call->args = args;
}

static const struct flow_step *current_step(const struct runbook *book, const struct request_row *row)
{
	if (request_state(row) == STATE_CHECKING)
		return book->checking;
	if (request_state(row) == STATE_FAILED)
		return book->failed;
	return row->step >= 0 && row->step < book->count ? &book->steps[row->step] : NULL;
}

/* Gives the call its ticket and notes it in the row; before: it was asked for before the step began. */
static void note_call(struct flow *flow, bool before)
{
	json_t *facts = flow->row->facts;
	if (flow->call->kind[0] == '\0') {
		json_object_del(facts, "call");
		return;
	}
	int64_t ticket = json_int(facts, "tickets") + 1;
	json_set_int(facts, "tickets", ticket);
	json_object_set_new(
	    facts, "call",
	    json_pack("{s:I,s:s,s:b}", "ticket", (json_int_t)ticket, "kind", flow->call->kind, "before", before));
	flow->call->request = flow->row->id;
	flow->call->ticket = (uint64_t)ticket;
}

/* Begins steps until one asks, waits or ends; then saves. */
static enum errc go_on(struct flow *flow, const struct runbook *book)
{
	bool before = false;
	for (int i = 0;
	     i < CHAIN_MAX && flow->call->kind[0] == '\0' && !flow->forget && request_is_due(flow->row, flow->now);
	     i++) {
		enum errc rc = book->before(flow);
		const struct flow_step *step = current_step(book, flow->row);
		before = flow->call->kind[0] != '\0';
		if (rc == OK && step == NULL)
			rc = ERR_BUG;
		if (rc == OK && !before && request_is_due(flow->row, flow->now))
			rc = step->begin(flow);
		if (rc != OK)
			return rc;
		if (flow->row->wake_at > flow->now + REQUEST_SLEEP_MAX_MS)
			flow->row->wake_at = flow->now + REQUEST_SLEEP_MAX_MS;
	}
	if (flow->forget)
		return request_delete(flow->tx, flow->row->id);
	note_call(flow, before);
	return request_save(flow->tx, flow->row);
}

static enum errc finish(struct flow_call *call, enum errc rc)
{
	if (rc != OK)
		flow_call_done(call);
	return rc;
}

enum errc flow_wake(struct tx *tx, const struct runbook *book, int64_t request, int64_t now, struct flow_call *ret_call)
{
	AUTO_REQUEST struct request_row row = {0};
	*ret_call = (struct flow_call){0};
	enum errc rc = request_get(tx, request, &row);
	if (rc != OK || !request_is_due(&row, now))
		return rc;
	struct flow flow = {.tx = tx, .row = &row, .now = now, .env = book->env, .call = ret_call};
	return finish(ret_call, go_on(&flow, book));
}

enum errc flow_answered(struct tx *tx, const struct runbook *book, int64_t request, uint64_t ticket, const char *kind,
                        const struct flow_answer *answer, int64_t now, struct flow_call *ret_call)
{
	AUTO_REQUEST struct request_row row = {0};
	*ret_call = (struct flow_call){0};
	enum errc rc = request_get(tx, request, &row);
	if (rc != OK)
		return rc;
	const json_t *call = json_get(row.facts, "call");
	if (!row.open || (uint64_t)json_int(call, "ticket") != ticket || !text_eq(json_str(call, "kind"), kind))
		return OK;
	struct flow flow = {.tx = tx, .row = &row, .now = now, .env = book->env, .call = ret_call};
	const struct flow_step *step = current_step(book, &row);
	if (json_bool(call, "before"))
		rc = book->before_answer(&flow, kind, answer);
	else
		rc = step == NULL ? ERR_BUG : step->answer(&flow, kind, answer);
	if (rc == OK)
		rc = go_on(&flow, book);
	return finish(ret_call, rc);
}
