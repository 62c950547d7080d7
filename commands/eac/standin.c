/*
 * commands/eac/standin.c - see standin.h.
 */
#include "commands/eac/standin.h"

#include "bot/base/text.h"
#include "bot/store/delegations.h"
#include "commands/eac/gate.h"

enum { SHOWN_MAX = 10 };

struct standins {
	const struct flow *flow;
	const char *to;
	json_t *list;
};

static enum errc keep(void *arg, const struct delegation *row)
{
	struct standins *s = arg;
	bool other = s->to != NULL && !text_eq(s->to, row->standin);
	if (other || json_array_size(s->list) >= SHOWN_MAX || eac_is_barred(s->flow, row->absent, "") ||
	    eac_is_barred(s->flow, row->standin, ""))
		return OK;
	json_array_append_new(s->list, json_pack("{s:s,s:s,s:I}", "from", row->absent, "to", row->standin, "until",
	                                         (json_int_t)row->until));
	return OK;
}

enum errc standins_here(struct flow *flow, const char *to, json_t **ret)
{
	struct standins s = {.flow = flow, .to = to, .list = json_array()};
	*ret = s.list;
	return delegation_each(flow->tx, flow->now, keep, &s);
}
