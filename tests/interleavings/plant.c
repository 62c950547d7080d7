/*
 * interleavings/plant.c - see plant.h.
 */
#include "tests/interleavings/plant.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"
#include "commands/access.h"
#include "commands/eac/repair.h"
#include "tests/interleavings/play.h"

/* The linker's seam has no place for an argument. */
static struct {
	const char *name;
	struct play *play;
	bool second;
	struct request_row old[8]; /* rows as they were the first time */
	unsigned old_count;
} plant;

void plant_begin(const char *name)
{
	plant.name = name;
}

void plant_in(struct play *play)
{
	for (unsigned i = 0; i < sizeof plant.old / sizeof plant.old[0]; i++) {
		request_row_done(&plant.old[i]);
		plant.old[i] = (struct request_row){0};
	}
	plant.play = play;
	plant.old_count = 0;
	plant.second = false;
}

bool plant_is(const char *name)
{
	return plant.name != NULL && text_eq(plant.name, name);
}

void plant_pass(bool second)
{
	plant.second = second;
}

void plant_list(void)
{
	puts("early-ack\nold-copy\nno-outbox\nno-look\nno-compare\nany-button\nno-four-eyes\nno-debt\nno-timer\nlive-"
	     "buttons");
}

/* --- no-outbox: said at once, from inside the transaction --- */

enum errc __real_outbox_put(struct tx *tx, struct outbox_row *row);
enum errc __wrap_outbox_put(struct tx *tx, struct outbox_row *row);

enum errc __wrap_outbox_put(struct tx *tx, struct outbox_row *row)
{
	if (!plant_is("no-outbox") || row->op != OUTBOX_POST || !text_starts(row->slot, "note."))
		return __real_outbox_put(tx, row);
	slack_post(&plant.play->slack, row);
	json_decref(row->body);
	return OK;
}

/* --- no-look: after an unknown outcome it is tried again on what was seen before --- */

const json_t *__real_eac_fresh_look(const struct flow *flow);
const json_t *__wrap_eac_fresh_look(const struct flow *flow);

const json_t *__wrap_eac_fresh_look(const struct flow *flow)
{
	const json_t *look = json_get(flow->row->facts, "look");
	const struct sf_user *user = org_user(&plant.play->org, flow->row->target);
	bool unclear = plant_is("no-look") && user != NULL && user->unclear;
	return unclear && look != NULL ? look : __real_eac_fresh_look(flow);
}

/* --- no-compare: the row of the first look at it is what is decided on and saved --- */

enum errc __real_request_get(struct tx *tx, int64_t id, struct request_row *ret);
enum errc __wrap_request_get(struct tx *tx, int64_t id, struct request_row *ret);

static void keep_old(const struct request_row *row)
{
	struct request_row *old = &plant.old[plant.old_count++ % (sizeof plant.old / sizeof plant.old[0])];
	request_row_done(old);
	*old = *row;
	old->facts = json_deep_copy(row->facts);
}

static const struct request_row *find_old(int64_t id)
{
	for (unsigned i = 0; i < sizeof plant.old / sizeof plant.old[0]; i++)
		if (plant.old[i].id == id && text_eq(plant.old[i].state, "waiting_approval"))
			return &plant.old[i];
	return NULL;
}

enum errc __wrap_request_get(struct tx *tx, int64_t id, struct request_row *ret)
{
	enum errc rc = __real_request_get(tx, id, ret);
	if (rc != OK || !plant_is("no-compare"))
		return rc;
	const struct request_row *old = plant.second ? find_old(id) : NULL;
	if (old != NULL) {
		int64_t fence = ret->fence;
		request_row_done(ret);
		*ret = *old;
		ret->facts = json_deep_copy(old->facts);
		ret->fence = fence;
	} else if (!plant.second) {
		keep_old(ret);
	}
	return OK;
}

/* --- any-button: the newest prompt answers for every older one --- */

const json_t *__real_eac_card_find(const struct request_row *row, const char *nonce);
const json_t *__wrap_eac_card_find(const struct request_row *row, const char *nonce);

const json_t *__wrap_eac_card_find(const struct request_row *row, const char *nonce)
{
	const json_t *prompt = plant_is("any-button") ? eac_card_of_kind(row, "prompt") : NULL;
	return prompt != NULL ? prompt : __real_eac_card_find(row, nonce);
}

/* --- no-four-eyes: whoever asked may decide --- */

bool __real_access_is_requester(const struct asked *asked);
bool __wrap_access_is_requester(const struct asked *asked);

bool __wrap_access_is_requester(const struct asked *asked)
{
	return !plant_is("no-four-eyes") && __real_access_is_requester(asked);
}

/* --- no-debt: what is removed is not written down --- */

enum errc __real_owed_set(struct tx *tx, const char *target, int64_t request, const json_t *what);
enum errc __wrap_owed_set(struct tx *tx, const char *target, int64_t request, const json_t *what);

enum errc __wrap_owed_set(struct tx *tx, const char *target, int64_t request, const json_t *what)
{
	return plant_is("no-debt") ? OK : __real_owed_set(tx, target, request, what);
}

/* --- no-timer: nothing wakes who waits --- */

void __real_eac_wait_start(struct flow *flow, const struct eac_patience *patience, int64_t from);
void __wrap_eac_wait_start(struct flow *flow, const struct eac_patience *patience, int64_t from);

void __wrap_eac_wait_start(struct flow *flow, const struct eac_patience *patience, int64_t from)
{
	__real_eac_wait_start(flow, patience, from);
	if (plant_is("no-timer") && text_eq(flow->row->state, "waiting_approval"))
		flow->row->wake_at = 0;
}

/* --- live-buttons: a card is closed in the rows, and nobody tells Slack --- */

enum errc __real_eac_cards_close(struct flow *flow, const char *kind, json_t *sentence);
enum errc __wrap_eac_cards_close(struct flow *flow, const char *kind, json_t *sentence);

enum errc __wrap_eac_cards_close(struct flow *flow, const char *kind, json_t *sentence)
{
	if (!plant_is("live-buttons") || kind == NULL)
		return __real_eac_cards_close(flow, kind, sentence);
	json_object_set_new(flow->row->facts, "cards", json_array());
	json_decref(sentence);
	return OK;
}
