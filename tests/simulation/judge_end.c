/*
 * simulation/judge_end.c - what must hold of messages, repairs and the org when nothing is under way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/inbox.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/sights.h"
#include "tests/simulation/world.h"

#define SET "InboxWithEinsteinActivityCapture"

/* --- messages ----------------------------------------------------------------------------------------------- */

static void check_doubled(json_t *seen, const json_t *message)
{
	const char *key = json_str(json_get(json_get(message, "metadata"), "event_payload"), "key");

	if (key[0] == '\0')
		return;
	if (json_get(seen, key) != NULL)
		world_fail("a message was posted twice, at %s and %s: %s", json_str(seen, key), json_str(message, "ts"),
		           json_str(message, "text"));
	json_set_str(seen, key, json_str(message, "ts"));
}

void judge_messages(void)
{
	json_t *seen = json_object(), *channel, *message;
	const char *id;
	size_t i;

	json_object_foreach (fake_slack_channels(), id, channel)
		json_array_foreach (json_get(channel, "_messages"), i, message)
			check_doubled(seen, message);
	json_decref(seen);
}

/* --- repairs ------------------------------------------------------------------------------------------------ */

struct last_look {
	struct sights *sights;
	json_t *values; /* of the buttons that a card explains: "ID.NONCE" -> true */
	struct judge_marks *marks;
	json_t *open_targets; /* usernames */
	int open, ended;
};

static void note_marks(struct last_look *look, const char *words)
{
	const char *at = words;

	while ((at = strstr(at, "zq")) != NULL) {
		for (size_t i = 0; i < look->marks->count; i++) {
			struct judge_one_mark *one = &look->marks->all[i];
			if (strncmp(at, one->mark, strlen(one->mark)) == 0) {
				one->seen++;
				break;
			}
		}
		at += 2;
	}
}

/* How many messages bear a button of this value. */
static int count_sights(const struct last_look *look, const char *value)
{
	const json_t *message = NULL;
	int n = 0;

	for (size_t i = 0; i < look->sights->count; i++) {
		const struct sight *sight = &look->sights->all[i];
		if (!text_eq(sight->value, value) || sight->message == message)
			continue;
		message = sight->message;
		n++;
	}
	return n;
}

static void check_cards(struct last_look *look, const struct request_row *row)
{
	const json_t *cards = json_get(row->facts, "cards");
	bool waits = text_starts(row->state, "waiting") || text_eq(row->state, "failed");

	if (waits && json_array_size(cards) == 0)
		world_fail("EAC-%lld is %s, and nobody is asked", (long long)row->id, row->state);
	for (size_t i = 0; i < json_array_size(cards); i++) {
		const json_t *card = json_array_get(cards, i);
		AUTO_FREE char *value = mem_printf("%lld.%s", (long long)row->id, json_str(card, "nonce"));
		int n = count_sights(look, value);

		json_set_bool(look->values, value, true);
		if (n != 1)
			world_fail("the card %s of EAC-%lld (%s) is to be seen %d times in %s", json_str(card, "slot"),
			           (long long)row->id, row->state, n, json_str(card, "conversation"));
	}
}

static enum errc check_repair(void *arg, const struct request_row *row)
{
	struct last_look *look = arg;

	note_marks(look, json_str(row->facts, "reason"));
	if (!row->open) {
		look->ended++;
		return OK;
	}
	look->open++;
	json_set_bool(look->open_targets, json_str(json_get(row->facts, "target"), "username"), true);
	if (text_eq(row->state, "running") || text_eq(row->state, "checking"))
		world_fail("EAC-%lld is still %s, step %d, though nothing is wrong any more", (long long)row->id,
		           row->state, row->step);
	check_cards(look, row);
	return OK;
}

static enum errc check_line(void *arg, const struct audit_row *row)
{
	struct last_look *look = arg;

	if (text_starts(row->action, "step-") || text_eq(row->action, "reject"))
		note_marks(look, row->detail);
	return OK;
}

static enum errc look_at_store(struct tx *tx, void *arg)
{
	struct last_look *look = arg;
	int64_t pending = 0, ids[1];
	size_t undone = 0;
	enum errc rc = outbox_pending(tx, &pending);

	if (rc == OK)
		rc = inbox_pending(tx, 0, ids, 1, &undone);
	if (rc == OK && pending > 0)
		world_fail("%lld messages still wait to be sent", (long long)pending);
	if (rc == OK && undone > 0)
		world_fail("something that came in was never acted on");
	if (rc == OK)
		rc = request_each(tx, &(struct request_query){.limit = 1000000}, check_repair, look);
	return rc == OK ? audit_each(tx, 0, check_line, look) : rc;
}

/* --- marks: no deed lost, none done twice ------------------------------------------------------------------- */

static void check_marks(const struct judge_marks *marks)
{
	for (size_t i = 0; i < marks->count; i++) {
		const struct judge_one_mark *one = &marks->all[i];

		if (one->seen > one->most)
			world_fail("what was marked %s was done %d times", one->mark, one->seen);
		if (one->seen > 0 && one->refused)
			world_fail("what was marked %s was done, though eacbot had said that it was not begun",
			           one->mark);
		if (one->seen == 0 && one->promised)
			world_fail("what was marked %s was acknowledged (%s) and never done", one->mark, one->envelope);
	}
}

/* --- the org ------------------------------------------------------------------------------------------------ */

static int count_set(const char *user)
{
	json_t *holdings = fake_salesforce_order("/_sim/holdings", json_pack("{s:s}", "user", user)), *set;
	size_t i;
	int n = 0;

	json_array_foreach (json_get(holdings, "sets"), i, set)
		n += text_eq(json_str(set, "name"), SET);
	json_decref(holdings);
	return n;
}

/* Whoever is not being repaired has what they had. */
static void check_org(const struct last_look *look)
{
	static const char *const users[] = {"jane@example.com", "tara@example.com", "bob@example.com",
	                                    "carl@example.com", "dora@example.com", "rosa@example.com",
	                                    "otto@example.com", "john@example.com", "paul@example.com"};

	for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
		if (json_get(look->open_targets, users[i]) == NULL && count_set(users[i]) != 1)
			world_fail("%s is not being repaired, and has " SET " %d times", users[i], count_set(users[i]));
}

void judge_everything(struct judge_marks *marks)
{
	static struct sights sights;
	struct last_look look = {
	    .sights = &sights, .values = json_object(), .marks = marks, .open_targets = json_object()};

	sights_look(&sights, 0);
	if (!disk_ask(look_at_store, &look))
		world_fail("the store can't be read");
	for (size_t i = 0; i < sights.count; i++)
		if (json_get(look.values, sights.all[i].value) == NULL)
			world_fail("the button %s at %s in %s is left over", sights.all[i].action,
			           json_str(sights.all[i].message, "ts"), json_str(sights.all[i].channel, "id"));
	check_marks(marks);
	check_org(&look);
	printf("%d repairs ended, %d wait; ", look.ended, look.open);
	json_decref(look.values);
	json_decref(look.open_targets);
}
