/*
 * simulation/judge.c - see judge.h.
 */
#include "tests/simulation/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/envelope.h"
#include "bot/store/audit.h"
#include "bot/store/requests.h"
#include "bot/store/store_private.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/net.h"
#include "tests/simulation/plant.h"
#include "tests/simulation/program.h"
#include "tests/simulation/world.h"

#define NOTHING "nothing was begun"

enum {
	WANTED = 2, /* sockets, as in the configuration */
	ACK_MS = 3000,
	YOUNG_MS = 3 * MINUTE_MS,
	OPENS_KEPT = 64,
	OPENS_MOST = 40, /* in five minutes, dead lives included */
	AUDIT_MS = HOUR_MS,
	LOOK_MS = 10 * MINUTE_MS,
	ARRIVALS_KEPT = 256,
};

/* An envelope that has reached the program. */
struct arrival {
	char id[64];
	int socket;
	unsigned life;
};

static struct judge {
	int64_t began_ms, looked_ms, audited_ms;
	int64_t opens[OPENS_KEPT]; /* when apps.connections.open was called */
	unsigned long most_opens, open_count, acks, deeds, requests, sockets, delivered;
	struct judge_marks marks;
	struct audit_note head; /* of the audit trail at the last look */
	struct arrival arrivals[ARRIVALS_KEPT];
	unsigned arrived;
} judge;

void judge_begin(void)
{
	judge = (struct judge){.began_ms = world_ms()};
}

/* --- Slack and Salesforce complain -------------------------------------------------------------------------- */

static const struct arrival *arrival_of(const char *sentence)
{
	for (unsigned i = 0; i < ARRIVALS_KEPT; i++)
		if (judge.arrivals[i].id[0] != '\0' && strstr(sentence, judge.arrivals[i].id) != NULL)
			return &judge.arrivals[i];
	return NULL;
}

/* Why Slack can't have had an acknowledgement in time; NULL: it should have. */
static const char *excuse_of(const char *sentence)
{
	const struct arrival *arrival = arrival_of(sentence);

	if (arrival == NULL)
		return "it never reached the program";
	if (arrival->life != program_life() || !program_is_up())
		return "the program that had it is dead";
	if (strstr(sentence, "events_api") != NULL && program_age_ms() < YOUNG_MS)
		return "the program does not know yet who it is, and Slack sends it again";
	if (wire_is_sick(arrival->socket))
		return "its connection broke";
	return weather_excuse_ms() >= world_ms() - ACK_MS - 100 ? "everything is slow" : NULL;
}

void judge_violation(const char *who, const char *sentence)
{
	bool late = strstr(sentence, "was not acknowledged within") != NULL;
	const char *excuse = late ? excuse_of(sentence) : NULL;

	if (excuse == NULL)
		world_fail("%s: %s", who, sentence);
	story("%s, but %s", sentence, excuse);
}

/* --- dials -------------------------------------------------------------------------------------------------- */

static unsigned opens_within(int64_t ms)
{
	unsigned n = 0;

	for (unsigned i = 0; i < OPENS_KEPT; i++)
		n += judge.opens[i] != 0 && world_ms() - judge.opens[i] <= ms;
	return n;
}

void judge_request(enum place place, const char *kind, const char *body)
{
	(void)body;
	judge.requests++;
	if (place != AT_SLACK || !text_eq(kind, "apps.connections.open"))
		return;
	for (int i = plant_is("storm") ? 5 : 1; i > 0; i--)
		judge.opens[judge.open_count++ % OPENS_KEPT] = world_ms();
	if (opens_within(1000) > 3)
		world_fail("apps.connections.open was called %u times within a second", opens_within(1000));
	if (opens_within(5 * MINUTE_MS) > judge.most_opens)
		judge.most_opens = opens_within(5 * MINUTE_MS);
	if (judge.most_opens > OPENS_MOST)
		world_fail("apps.connections.open was called %lu times within five minutes", judge.most_opens);
}

/* Slack's lowest tier is one a minute; bursts are for incidents. */
static void check_mean_of_opens(void)
{
	int64_t minutes = (world_ms() - judge.began_ms) / MINUTE_MS;

	if ((int64_t)judge.open_count > minutes)
		world_fail("apps.connections.open was called %lu times in %lld minutes", judge.open_count,
		           (long long)minutes);
}

void judge_wires(void)
{
	if (wires_dialing() > 1)
		world_fail("%u sockets are being dialled at once", wires_dialing());
	if (wires_alive() > WANTED + 2)
		world_fail("%u sockets are alive", wires_alive());
}

void judge_socket(int socket)
{
	(void)socket;
	judge.sockets++;
}

void judge_delivered(int socket, const char *text, size_t len)
{
	json_t *frame = json_loadb(text, len, 0, NULL);
	struct arrival *arrival = &judge.arrivals[judge.arrived % ARRIVALS_KEPT];

	judge.delivered++;
	if (json_str(frame, "envelope_id")[0] != '\0') {
		judge.arrived++;
		*arrival = (struct arrival){.socket = socket, .life = program_life()};
		text_copy(arrival->id, sizeof arrival->id, json_str(frame, "envelope_id"));
	}
	json_decref(frame);
}

/* --- acknowledged means written ----------------------------------------------------------------------------- */

struct key_look {
	char key[160];
	bool found;
};

static enum errc look_for_key(struct tx *tx, void *arg)
{
	struct key_look *look = arg;
	int64_t n = 0;
	enum errc rc = sql_int(tx, &n, 0, "SELECT COUNT(*) FROM inbox WHERE key = $1", ARGS(value_text(look->key)));

	look->found = n > 0 && !plant_is("early-ack");
	return rc;
}

/* What the envelope carried, as eacbot names it in its inbox; false: nothing that it has to keep. */
static bool key_of(const char *id, char key[static 160])
{
	const json_t *payload = NULL;
	struct envelope e;
	bool deed = false;

	if (fake_slack_envelope(id, &payload) == NULL || json_get(payload, "event") != NULL)
		return false;
	json_t *frame =
	    json_pack("{s:s, s:s, s:O}", "envelope_id", id, "type",
	              json_get(payload, "command") != NULL ? "slash_commands" : "interactive", "payload", payload);
	AUTO_FREE char *text = json_text(frame);
	if (envelope_parse(&e, text, strlen(text), NULL) == OK) {
		envelope_key(&e, key);
		envelope_done(&e);
		deed = true;
	}
	json_decref(frame);
	return deed;
}

static void note_answer(const char *id, const char *words, bool unsafe)
{
	for (size_t i = judge.marks.count; i-- > 0;) {
		struct judge_one_mark *one = &judge.marks.all[i];
		if (!text_eq(one->envelope, id))
			continue;
		one->refused = strstr(words, NOTHING) != NULL;
		one->promised = strstr(words, "EAC-") != NULL;
		one->unsafe = unsafe;
		return;
	}
}

/* Persist, then speak: whoever is answered otherwise than "nothing was begun" can rely on it. */
void judge_says(int socket, const char *text, size_t len)
{
	json_t *ack = json_loadb(text, len, 0, NULL);
	const char *id = json_str(ack, "envelope_id"), *words = json_str(json_get(ack, "payload"), "text");
	bool refused = strstr(words, NOTHING) != NULL;
	bool unsafe = weather_disk_is_slow();
	struct key_look look = {0};

	(void)socket;
	judge.acks++;
	if (words[0] != '\0')
		story("eacbot says to %s: %s", id, words);
	note_answer(id, words, unsafe);
	if (program_is_up() && !refused && !unsafe && key_of(id, look.key) && disk_ask(look_for_key, &look) &&
	    !look.found)
		world_fail("%s was acknowledged, and is not in the store (%s)", id, look.key);
	json_decref(ack);
}

/* --- deeds -------------------------------------------------------------------------------------------------- */

void judge_deed(void)
{
	judge.deeds++;
}

void judge_mark(const char *mark, const char *envelope, int most)
{
	struct judge_marks *marks = &judge.marks;

	if (marks->count == marks->size) {
		marks->size = marks->size * 2 + 64;
		marks->all = mem_grow(marks->all, marks->size, sizeof *marks->all);
	}
	struct judge_one_mark *one = &marks->all[marks->count++];
	*one = (struct judge_one_mark){.most = most, .at_ms = world_ms()};
	text_copy(one->mark, sizeof one->mark, mark);
	text_copy(one->envelope, sizeof one->envelope, envelope);
}

/* --- looks -------------------------------------------------------------------------------------------------- */

struct audit_look {
	struct audit_proof proof;
	struct err err;
	enum errc rc;
};

static enum errc look_at_audit(struct tx *tx, void *arg)
{
	struct audit_look *look = arg;

	look->rc = audit_verify(tx, &look->proof, &look->err);
	return OK;
}

/* The trail is whole, and what was at its end is still in it. */
static void check_audit(void)
{
	struct audit_look look = {.proof = {.notes = &judge.head, .note_count = judge.head.n > 0 ? 1 : 0}};

	if (!disk_ask(look_at_audit, &look))
		return;
	if (look.rc != OK)
		world_fail("the audit trail does not verify: %s", look.err.text);
	judge.head = (struct audit_note){.n = look.proof.n, .what = "the last look"};
	text_copy(judge.head.hash, sizeof judge.head.hash, look.proof.hash);
}

void judge_watch(void)
{
	if (world_ms() - judge.looked_ms < LOOK_MS || !program_is_up())
		return;
	judge.looked_ms = world_ms();
	plant_tamper();
	judge_messages();
	if (world_ms() - judge.audited_ms < AUDIT_MS)
		return;
	judge.audited_ms = world_ms();
	check_audit();
}

void judge_end(void)
{
	if (!program_is_up())
		world_fail("the program is not up, though nothing is wrong any more");
	check_mean_of_opens();
	check_audit();
	judge_messages();
	judge_everything(&judge.marks);
	free(judge.marks.all);
	judge.marks = (struct judge_marks){0};
}

void judge_tell(void)
{
	printf("%lu deeds, %lu requests, %lu sockets (at most %lu dials in 5 min), %lu texts, %lu acknowledgements, "
	       "%lld audit lines\n",
	       judge.deeds, judge.requests, judge.sockets, judge.most_opens, judge.delivered, judge.acks,
	       (long long)judge.head.n);
}
