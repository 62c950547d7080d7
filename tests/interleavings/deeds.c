/*
 * interleavings/deeds.c - see deeds.h.
 */
#include "tests/interleavings/deeds.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/interleavings/program.h"

/* --- bringing it --- */

static void bring(struct play *play, struct act *act)
{
	struct act *kept = &play->sent[play->sent_count % ENVELOPES];
	if (act->key[0] == '\0')
		snprintf(act->key, sizeof act->key, "deed-%u", ++play->sent_count);
	play_tell(play, "%s, door %d: %s%s %s", play->cast.members[act->who].id + 2, (int)act->door, act->text,
	          act->action, act->value);
	if (kept != act) {
		json_decref(kept->view);
		*kept = *act;
		kept->view = act->view != NULL ? json_incref(act->view) : NULL;
	}
	struct act again = *act;
	again.view = act->view != NULL ? json_incref(act->view) : NULL;
	bool taken = program_take(play, act);
	if (play->program.killed)
		program_kill(play);
	if (!taken && play->insist)
		(void)program_take(play, &again);
	else
		json_decref(again.view);
}

void deeds_type(struct play *play, int who, enum intent intent, const char *text)
{
	struct act act = {.door = DOOR_SLASH, .who = who, .intent = intent, .channel = CHANNEL};
	text_copy(act.text, sizeof act.text, text);
	bring(play, &act);
}

/* Slack may bring it again, in the same or another envelope. */
static void redeliver(struct play *play)
{
	unsigned known = play->sent_count < ENVELOPES ? play->sent_count : ENVELOPES;
	if (known == 0)
		return;
	const struct act *old = &play->sent[dice_roll(&play->dice, known)];
	if (old->key[0] == '\0')
		return;
	struct act act = *old;
	act.view = old->view != NULL ? json_incref(old->view) : NULL;
	play_tell(play, "again: %s", act.key);
	(void)program_take(play, &act);
}

/* --- who --- */

static int one_of(struct play *play, const enum who *list, unsigned count)
{
	if (dice_chance(&play->dice, 30))
		return (int)dice_roll(&play->dice, CAST);
	return (int)list[dice_roll(&play->dice, count)];
}

static int helper(struct play *play)
{
	static const enum who list[] = {ANN, ANN, BEA, BOTH, BOSS};
	return one_of(play, list, sizeof list / sizeof list[0]);
}

static int decider(struct play *play)
{
	static const enum who list[] = {OMAR, ANA, ABE, BOTH, BOSS, TWIN_ANN, JILL};
	return one_of(play, list, sizeof list / sizeof list[0]);
}

static int affected(struct play *play)
{
	static const enum who list[] = {JANE, JANE, JANE, JILL, ANN};
	return one_of(play, list, sizeof list / sizeof list[0]);
}

static int suitable(struct play *play, enum intent intent)
{
	switch (intent) {
	case WANT_UNDO:
	case WANT_DECIDE: return decider(play);
	case WANT_STEP: return affected(play);
	case WANT_RULE: return dice_chance(&play->dice, 60) ? BOSS : helper(play);
	default: return helper(play);
	}
}

static int64_t some_repair(struct play *play)
{
	const struct judge *judge = &play->judge;
	if (judge->count == 0 || dice_chance(&play->dice, 3))
		return (int64_t)dice_roll(&play->dice, 40);
	unsigned newest = judge->count > 3 ? judge->count - 3 : 0;
	return judge->repairs[newest + dice_roll(&play->dice, judge->count - newest)].id;
}

/* --- typed words --- */

static const char *const whom[] = {"<@U0JANE001|jane>",
                                   "jane@example.com",
                                   "JANE@example.com,",
                                   "<@U0JILL001>",
                                   "jill@example.com",
                                   "nemo@example.com",
                                   "nemo@example.com",
                                   "nobody@example.com",
                                   "both@example.com",
                                   "<@U0ANN0001>",
                                   "<@U0GUEST01>",
                                   "<mailto:jane@example.com|jane@example.com>",
                                   "jane@example.com jill@example.com",
                                   "jane@example.com, nemo@example.com, jill@example.com",
                                   "nemo@example.com for <@U0JANE001>",
                                   "jane@example.com reason: <!channel> & *it* `broke`",
                                   "jane@example.com ticket: INC-4711",
                                   "jane@example.com anyway reason: so"};

static void type_repair(struct play *play)
{
	char text[ACT_TEXT];
	const char *word =
	    dice_chance(&play->dice, 8) ? "" : whom[dice_roll(&play->dice, sizeof whom / sizeof whom[0])];
	snprintf(text, sizeof text, "repair %s", word);
	deeds_type(play, helper(play), WANT_REPAIR, text);
}

/* word, is a repair's number next?, what follows, what is wanted, how often */
static const struct {
	const char *word;
	bool id;
	const char *rest;
	enum intent intent;
	unsigned often;
} sayings[] = {
    {"approve", true, "", WANT_DECIDE, 12},
    {"reject", true, "no", WANT_DECIDE, 3},
    {"confirm", true, "04567890", WANT_CONFIRM, 10},
    {"confirm", true, "", WANT_CONFIRM, 1},
    {"done", true, "", WANT_STEP, 10},
    {"done", true, "1.1", WANT_STEP, 2},
    {"retry", true, "", WANT_ACT, 5},
    {"cancel", true, "", WANT_ACT, 3},
    {"take", true, "", WANT_ACT, 3},
    {"claim", true, "", WANT_CONFIRM, 2},
    {"undo", true, "", WANT_UNDO, 6},
    {"delegate", false, "<@U0ABE0001> until 3d", WANT_DECIDE, 1},
    {"delegate", false, "off", WANT_DECIDE, 1},
    {"status", true, "", WANT_READ, 1},
    {"status", false, "", WANT_READ, 1},
    {"why", true, "", WANT_READ, 2},
    {"list", false, "", WANT_READ, 1},
    {"history", false, "jane@example.com", WANT_READ, 1},
    {"help", false, "", WANT_NOTHING, 1},
    {"check", false, "jane@example.com", WANT_READ, 1},
    {"pause", false, "reason: so", WANT_RULE, 1},
    {"resume", false, "", WANT_RULE, 2},
    {"aprove", true, "", WANT_NOTHING, 1},
};

static void say_something(struct play *play, char text[static ACT_TEXT], enum intent *ret_intent)
{
	unsigned all = 0;
	size_t i = 0;
	for (size_t k = 0; k < sizeof sayings / sizeof sayings[0]; k++)
		all += sayings[k].often;
	for (unsigned roll = dice_roll(&play->dice, all); roll >= sayings[i].often; i++)
		roll -= sayings[i].often;
	*ret_intent = sayings[i].intent;
	if (sayings[i].id)
		snprintf(text, ACT_TEXT, "%s %lld %s", sayings[i].word, (long long)some_repair(play), sayings[i].rest);
	else
		snprintf(text, ACT_TEXT, "%s %s", sayings[i].word, sayings[i].rest);
}

static void type_something(struct play *play)
{
	char text[ACT_TEXT];
	enum intent intent;
	say_something(play, text, &intent);
	deeds_type(play, suitable(play, intent), intent, text);
}

/* In some thread: the repair need not be named there. */
static void mention(struct play *play)
{
	struct act act = {.door = DOOR_MENTION, .channel = CHANNEL};
	if (play->slack.count == 0)
		return;
	const struct said *said = &play->slack.messages[dice_roll(&play->dice, play->slack.count)];
	say_something(play, act.text, &act.intent);
	if (dice_chance(&play->dice, 70))
		act.text[strcspn(act.text, " ")] = '\0';
	text_copy(act.thread_ts, sizeof act.thread_ts, said->thread[0] != '\0' ? said->thread : said->ts);
	act.who = suitable(play, act.intent);
	bring(play, &act);
}

static void say_directly(struct play *play)
{
	static const char *const words[] = {"done",   "Done", "help",          "not installed", "it works",
	                                    "status", "why",  "still failing", "not now",       "approve 1"};
	struct act act = {.door = DOOR_DIRECT, .who = affected(play), .intent = WANT_STEP, .channel = "D0DIRECT1"};
	text_copy(act.text, sizeof act.text, words[dice_roll(&play->dice, sizeof words / sizeof words[0])]);
	if (text_starts(act.text, "approve"))
		act.intent = WANT_DECIDE;
	bring(play, &act);
}

/* --- buttons --- */

static enum intent intent_of(const char *action)
{
	static const struct {
		const char *action;
		enum intent intent;
	} table[] = {{"eac.approve", WANT_DECIDE},  {"eac.reject", WANT_DECIDE},
	             {"eac.confirm", WANT_CONFIRM}, {"eac.still_present", WANT_CONFIRM},
	             {"eac.abort", WANT_ACT},       {"eac.retry", WANT_ACT},
	             {"eac.cancel", WANT_ACT}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (text_eq(table[i].action, action))
			return table[i].intent;
	return WANT_STEP;
}

static void press(struct play *play, int who, enum intent intent, const struct seen *seen)
{
	struct act act = {.door = DOOR_BUTTON, .who = who, .intent = intent};
	text_copy(act.action, sizeof act.action, seen->action);
	text_copy(act.value, sizeof act.value, seen->value);
	text_copy(act.channel, sizeof act.channel, seen->channel);
	text_copy(act.message_ts, sizeof act.message_ts, seen->ts);
	bring(play, &act);
}

bool deeds_press(struct play *play, int who, enum intent intent, const char *action)
{
	struct seen seen;
	if (!slack_find(&play->slack, action, &seen))
		return false;
	press(play, who, intent, &seen);
	return true;
}

/* One that stands; sometimes one that stood once, or a copy of it in another place. */
static void click(struct play *play)
{
	struct seen seen;
	const struct slack *slack = &play->slack;
	unsigned known = slack->seen_count < SEEN_MAX ? slack->seen_count : SEEN_MAX;
	bool old = known > 0 && dice_chance(&play->dice, 20);
	if (!old && !slack_pick(slack, &play->dice, &seen))
		return;
	for (int tries = 0; old && tries < 4; tries++) { /* decisions are what matters most */
		seen = slack->seen[dice_roll(&play->dice, known)];
		if (intent_of(seen.action) == WANT_DECIDE)
			break;
	}
	if (dice_chance(&play->dice, 4))
		text_copy(seen.channel, sizeof seen.channel, ELSEWHERE);
	if (dice_chance(&play->dice, 3))
		text_copy(seen.ts, sizeof seen.ts, "1790009999.000100");
	enum intent intent = intent_of(seen.action);
	press(play, suitable(play, intent), intent, &seen);
}

/* --- dialogs --- */

static void fill_in(json_t *view, const char *block, json_t *given, const char *key)
{
	json_t *values = json_path(view, "state", "values", NULL);
	if (values == NULL) {
		json_object_set_new(view, "state", json_pack("{s:{}}", "values"));
		values = json_path(view, "state", "values", NULL);
	}
	json_object_set_new(values, block, json_pack("{s:{s:o}}", "value", key, given));
}

static void submit(struct play *play, int who, enum intent intent, json_t *view)
{
	struct act act = {.door = DOOR_DIALOG, .who = who, .intent = intent, .view = view};
	text_copy(act.text, sizeof act.text, json_str(view, "callback_id"));
	bring(play, &act);
}

static enum intent intent_of_dialog(const char *callback)
{
	if (text_eq(callback, "eac.repair"))
		return WANT_REPAIR;
	return text_eq(callback, "eac.later") ? WANT_STEP : WANT_CONFIRM;
}

/* Mostly by whom it was opened for, mostly well filled in; late, or twice, as it comes. */
static void submit_some(struct play *play)
{
	unsigned known = play->view_count < 8 ? play->view_count : 8;
	if (known == 0)
		return;
	const json_t *opened = play->views[dice_roll(&play->dice, known)];
	json_t *view = json_deep_copy(opened);
	const char *callback = json_str(view, "callback_id");
	int who = dice_chance(&play->dice, 85) ? (int)json_int(opened, "who") : (int)dice_roll(&play->dice, CAST);
	static const char *const people[] = {"U0JANE001", "U0JILL001", "U0ANN0001", "U0GUEST01"};
	static const char *const days[] = {"2026-11-25", "2026-12-24", "2026-11-01", "2031-01-01"};
	fill_in(view, "case", json_string(dice_chance(&play->dice, 85) ? "04567890" : "!"), "value");
	fill_in(view, "note", json_string("they still see <it> & so on"), "value");
	fill_in(view, "until", json_string(days[dice_roll(&play->dice, 4)]), "selected_date");
	fill_in(view, "who", json_pack("[s]", people[dice_roll(&play->dice, 4)]), "selected_users");
	submit(play, who, intent_of_dialog(callback), view);
}

bool deeds_submit(struct play *play, int who, enum intent intent, const char *callback, const char *block,
                  const char *value)
{
	for (unsigned i = play->view_count; i > 0 && i + 8 > play->view_count; i--) {
		const json_t *opened = play->views[(i - 1) % 8];
		if (!text_eq(json_str(opened, "callback_id"), callback) || json_int(opened, "who") != who)
			continue;
		json_t *view = json_deep_copy(opened);
		fill_in(view, block, json_string(value), "value");
		submit(play, who, intent, view);
		return true;
	}
	return false;
}

static void take_shortcut(struct play *play)
{
	struct act act = {.door = DOOR_SHORTCUT, .who = helper(play), .intent = WANT_REPAIR, .channel = CHANNEL};
	bring(play, &act);
}

/* --- any of it --- */

void deeds_any(struct play *play)
{
	unsigned roll = dice_roll(&play->dice, 100);
	if (play->judge.count == 0 && roll < 80)
		type_repair(play);
	else if (roll < 45)
		click(play);
	else if (roll < 65)
		type_something(play);
	else if (roll < 75)
		submit_some(play);
	else if (roll < 82)
		type_repair(play);
	else if (roll < 88)
		mention(play);
	else if (roll < 93)
		say_directly(play);
	else if (roll < 98)
		redeliver(play);
	else
		take_shortcut(play);
}

bool deeds_helpful(struct play *play)
{
	static const struct {
		const char *action;
		int who;
		enum intent intent;
	} table[] = {{"eac.works", JANE, WANT_STEP},     {"eac.mark_done", BEA, WANT_STEP},
	             {"eac.approve", OMAR, WANT_DECIDE}, {"eac.approve", ANA, WANT_DECIDE},
	             {"eac.approve", ABE, WANT_DECIDE},  {"eac.check_links", BOSS, WANT_STEP},
	             {"eac.confirm", BEA, WANT_CONFIRM}, {"eac.retry", BEA, WANT_ACT}};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		unsigned jobs = play->judge.last_line > 0 ? (unsigned)play->judge.last_line : 0;
		if (!deeds_press(play, table[i].who, table[i].intent, table[i].action))
			continue;
		program_settle(play);
		if (deeds_submit(play, table[i].who, WANT_CONFIRM, "eac.confirm", "case", "04567890"))
			program_settle(play);
		if ((unsigned)play->judge.last_line > jobs)
			return true;
	}
	return false;
}
