/*
 * interleavings/program.c - see program.h.
 */
#include "tests/interleavings/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/whisper.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/inbox.h"
#include "bot/store/requests.h"
#include "bot/store/store_private.h"
#include "tests/interleavings/plant.h"

enum { BREATH_MS = 10 };

/* --- transactions --- */

struct fated {
	struct play *play;
	store_fn *fn;
	void *arg;
	bool undo;
};

static enum errc fated_job(struct tx *tx, void *arg)
{
	struct fated *fated = arg;
	enum errc rc = fated->fn(tx, fated->arg);
	if (rc == OK)
		rc = judge_read(&fated->play->judge, tx);
	return rc == OK && fated->undo ? ERR_FULL : rc;
}

bool program_job(struct play *play, store_fn *fn, void *arg, const struct act *act, const struct standing *truth)
{
	unsigned n = ++play->jobs;
	bool before = n == play->kill_before, after = n == play->kill_after, fails = false;
	if (play->faults.kills > 0) {
		unsigned fate = dice_roll(&play->dice, 1000);
		before = before || fate < play->faults.kills;
		after = after || (fate >= 500 && fate < 500 + play->faults.kills);
		fails = fate >= 900 && fate < 900 + play->faults.job_fails;
	}
	struct fated fated = {play, fn, arg, before || fails};
	enum errc rc = store_run(play->store, fated_job, &fated);
	play->program.killed = play->program.killed || before || after;
	if (before || after || fails)
		play_tell(play, "    -- %s",
		          before  ? "killed before a commit"
		          : after ? "killed after a commit"
		                  : "the disk is full");
	if (rc != OK) {
		judge_forget(&play->judge);
		if (!fated.undo)
			play_fail(play, "a transaction failed: %s", err_name(rc));
		return false;
	}
	judge_committed(play, act, truth);
	return !play->program.killed;
}

/* --- deeds --- */

static struct deed deed_of(const struct play *play, const struct act *act, const struct person *person)
{
	return (struct deed){.door = act->door,
	                     .now = play->now,
	                     .user = play->cast.members[act->who].id,
	                     .channel = act->channel,
	                     .thread_ts = act->thread_ts,
	                     .message_ts = act->message_ts,
	                     .text = act->text,
	                     .action = act->action,
	                     .value = act->value,
	                     .subject = "",
	                     .view = act->view,
	                     .person = *person,
	                     .place = {.known = true, .member = true, .direct = act->channel[0] == 'D'}};
}

static json_t *act_json(const struct act *act)
{
	json_t *body =
	    json_pack("{s:i,s:i,s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "door", (int)act->door, "who", act->who, "intent",
	              (int)act->intent, "key", act->key, "channel", act->channel, "thread", act->thread_ts, "message",
	              act->message_ts, "text", act->text, "action", act->action, "value", act->value);
	if (act->view != NULL)
		json_object_set(body, "view", act->view);
	return body;
}

static void act_of_json(struct act *act, const json_t *body)
{
	*act = (struct act){.door = (enum door)json_int(body, "door"),
	                    .who = (int)json_int(body, "who"),
	                    .intent = (enum intent)json_int(body, "intent"),
	                    .view = json_deep_copy(json_get(body, "view"))};
	text_copy(act->key, sizeof act->key, json_str(body, "key"));
	text_copy(act->channel, sizeof act->channel, json_str(body, "channel"));
	text_copy(act->thread_ts, sizeof act->thread_ts, json_str(body, "thread"));
	text_copy(act->message_ts, sizeof act->message_ts, json_str(body, "message"));
	text_copy(act->text, sizeof act->text, json_str(body, "text"));
	text_copy(act->action, sizeof act->action, json_str(body, "action"));
	text_copy(act->value, sizeof act->value, json_str(body, "value"));
}

struct doing {
	struct play *play;
	struct act *act;
	const struct person *person;
	int64_t inbox;
	bool already;
	struct reply reply;
};

static enum errc do_deed(struct doing *doing, struct tx *tx, bool afresh)
{
	struct deed deed = deed_of(doing->play, doing->act, doing->person);
	enum errc rc = commands_handle(doing->play->commands, tx, &deed, &doing->reply);
	if (rc != OK || doing->reply.ack == NULL || (!afresh && deed.door == DOOR_SLASH))
		return rc;
	if (!afresh && deed.door == DOOR_DIALOG && json_get(doing->reply.ack, "response_action") != NULL)
		return OK;
	return whisper(tx, &deed, doing->reply.ack);
}

/* Is there a live card with this nonce, and does the click come from its message, where that is known? */
static enum errc look_at_card(struct act *act, struct tx *tx)
{
	const char *value = act->view != NULL ? json_str(act->view, "private_metadata") : act->value;
	const char *dot = strchr(value, '.');
	int64_t n = 0;
	act->dead = false;
	if (dot == NULL || text_eq(act->action, "eac.undo")) /* which is no card's */
		return OK;
	enum errc rc = sql_int(
	    tx, &n, 0,
	    "SELECT count(*) FROM request r, json_each(r.facts, '$.cards') c WHERE r.id = $1"
	    " AND json_extract(c.value, '$.nonce') = $2 AND ($3 = '' OR NOT EXISTS (SELECT 1 FROM message m WHERE"
	    " m.request = r.id AND m.slot = json_extract(c.value, '$.slot') AND (m.ts <> $3 OR m.channel <> $4)))",
	    ARGS(value_int(strtoll(value, NULL, 10)), value_text(dot + 1), value_text(act->message_ts),
	         value_text(act->channel)));
	act->dead = n == 0;
	return rc;
}

static enum errc first_job(struct tx *tx, void *arg)
{
	struct doing *doing = arg;
	AUTO_INBOX struct inbox_row row = {.at = doing->play->now, .kind = "deed", .body = act_json(doing->act)};
	text_copy(row.key, sizeof row.key, doing->act->key);
	enum errc rc = inbox_add(tx, &row);
	doing->already = rc == ERR_ALREADY;
	if (rc != OK)
		return doing->already ? OK : rc;
	doing->inbox = row.id;
	plant_pass(false);
	rc = look_at_card(doing->act, tx);
	if (rc == OK)
		rc = do_deed(doing, tx, false);
	return rc == OK && !doing->reply.ask_afresh ? inbox_finish(tx, row.id) : rc;
}

static enum errc afresh_job(struct tx *tx, void *arg)
{
	struct doing *doing = arg;
	AUTO_INBOX struct inbox_row row = {0};
	enum errc rc = inbox_get(tx, doing->inbox, &row);
	if (rc != OK || row.done)
		return rc;
	plant_pass(true);
	rc = look_at_card(doing->act, tx);
	if (rc == OK)
		rc = do_deed(doing, tx, true);
	plant_pass(false);
	return rc == OK ? inbox_finish(tx, doing->inbox) : rc;
}

static void tell_reply(const struct play *play, const struct reply *reply)
{
	if (reply->ack != NULL)
		play_tell(play, "      told: %.300s", json_str(reply->ack, "text"));
	if (reply->dialog != NULL)
		play_tell(play, "      a dialog opens: %s", json_str(reply->dialog, "callback_id"));
}

static void keep_dialog(struct play *play, const struct doing *doing)
{
	if (doing->reply.dialog == NULL || doing->already)
		return;
	json_t **place = &play->views[play->view_count++ % (sizeof play->views / sizeof play->views[0])];
	json_decref(*place);
	*place = json_incref(doing->reply.dialog);
	json_set_int(*place, "who", doing->act->who);
}

static struct visit *free_visit(struct program *program)
{
	for (int i = 0; i < VISITS; i++)
		if (program->visits[i].state == VISIT_FREE)
			return &program->visits[i];
	return NULL;
}

static void something_changed(struct program *program)
{
	program->outbox_may = program->due_may = true;
}

bool program_take(struct play *play, struct act *act)
{
	struct member *member = &play->cast.members[act->who];
	struct visit *visit = free_visit(&play->program);
	struct person person;
	struct standing copy = member->copy;
	cast_person(member, &copy, false, &person);
	if (dice_chance(&play->dice, play->faults.slack_fails))
		person.groups_known = person.known = false;
	struct doing doing = {.play = play, .act = act, .person = &person};
	if (plant_is("early-ack"))
		judge_acked(&play->judge, act->key);
	bool ok = program_job(play, first_job, &doing, act, &copy);
	if (ok) {
		judge_acked(&play->judge, act->key);
		tell_reply(play, &doing.reply);
		keep_dialog(play, &doing);
	}
	something_changed(&play->program);
	if (ok && doing.reply.ask_afresh && !doing.already && visit != NULL) {
		*visit = (struct visit){.state = VISIT_TO_ASK, .act = *act, .inbox = doing.inbox};
		act->view = NULL;
	} else if (ok && doing.reply.ask_afresh) {
		play->program.inbox_may = true;
	}
	reply_done(&doing.reply);
	json_decref(act->view);
	return ok;
}

/* --- moves about deeds --- */

static void ask_slack(struct play *play, struct visit *visit)
{
	const struct member *member = &play->cast.members[visit->act.who];
	visit->truth = member->truth;
	cast_person(member, plant_is("old-copy") ? &member->copy : &member->truth, true, &visit->person);
	if (dice_chance(&play->dice, play->faults.slack_fails))
		visit->person.known = visit->person.groups_known = false;
	visit->state = VISIT_ASKED;
}

static void visit_done(struct visit *visit)
{
	json_decref(visit->act.view);
	*visit = (struct visit){0};
}

static void do_afresh(struct play *play, struct visit *visit)
{
	struct doing doing = {.play = play, .act = &visit->act, .person = &visit->person, .inbox = visit->inbox};
	play_tell(play, "  %s is asked about, and does it: %s%s", visit->person.id + 2, visit->act.text,
	          visit->act.action);
	if (program_job(play, afresh_job, &doing, &visit->act, &visit->truth)) {
		tell_reply(play, &doing.reply);
		keep_dialog(play, &doing);
	} else {
		play->program.inbox_may = true;
	}
	reply_done(&doing.reply);
	visit_done(visit);
	something_changed(&play->program);
}

struct sweep {
	int64_t ids[VISITS];
	size_t count;
};

static enum errc sweep_job(struct tx *tx, void *arg)
{
	struct sweep *sweep = arg;
	return inbox_pending(tx, 0, sweep->ids, VISITS, &sweep->count);
}

struct load {
	int64_t inbox;
	struct act act;
};

static enum errc load_job(struct tx *tx, void *arg)
{
	struct load *load = arg;
	AUTO_INBOX struct inbox_row row = {0};
	enum errc rc = inbox_get(tx, load->inbox, &row);
	if (rc == OK)
		act_of_json(&load->act, row.body);
	return rc;
}

static bool is_visited(const struct program *program, int64_t inbox)
{
	for (int i = 0; i < VISITS; i++)
		if (program->visits[i].state != VISIT_FREE && program->visits[i].inbox == inbox)
			return true;
	return false;
}

/* What an earlier life, or a failed commit, left undone. */
static void sweep_inbox(struct play *play)
{
	struct sweep sweep = {0};
	play->program.inbox_may = false;
	if (store_run(play->store, sweep_job, &sweep) != OK)
		return;
	for (size_t i = 0; i < sweep.count; i++) {
		struct load load = {.inbox = sweep.ids[i]};
		struct visit *visit = free_visit(&play->program);
		if (is_visited(&play->program, sweep.ids[i]))
			continue;
		if (visit == NULL || store_run(play->store, load_job, &load) != OK) {
			play->program.inbox_may = true;
			return;
		}
		*visit = (struct visit){.state = VISIT_TO_ASK, .act = load.act, .inbox = sweep.ids[i]};
	}
}

/* --- moves about repairs --- */

struct step {
	struct play *play;
	int64_t request; /* chosen */
	int64_t next_wake;
	const struct flow_call *call;
	const struct flow_answer *answer;
	struct flow_call next;
};

static bool is_in_hand(const struct program *program, int64_t request)
{
	for (int i = 0; i < RUNS; i++)
		if (program->runs[i].used && program->runs[i].call.request == request)
			return true;
	return false;
}

static struct run *free_run(struct program *program)
{
	for (int i = 0; i < RUNS; i++)
		if (!program->runs[i].used)
			return &program->runs[i];
	return NULL;
}

static enum errc wake_job(struct tx *tx, void *arg)
{
	struct step *step = arg;
	struct play *play = step->play;
	int64_t ids[32];
	size_t count, n = 0;
	enum errc rc = request_due(tx, play->now, ids, 32, &count);
	if (rc != OK)
		return rc;
	for (size_t i = 0; i < count; i++)
		if (!is_in_hand(&play->program, ids[i]) && dice_roll(&play->dice, (unsigned)++n) == 0)
			step->request = ids[i];
	if (step->request == 0)
		return request_next_wake(tx, &step->next_wake);
	return flow_wake(tx, commands_runbook(play->commands), step->request, play->now, &step->next);
}

static void take_call(struct play *play, struct run *run, struct flow_call *call)
{
	*run = (struct run){.used = true, .call = *call};
	*call = (struct flow_call){0};
	judge_call(play, &run->call);
}

/* The scheduler lets some time go by before it takes the same repair again. */
static void wake(struct play *play)
{
	struct step step = {.play = play};
	play->now += BREATH_MS;
	play->latest = play->now > play->latest ? play->now : play->latest;
	struct run *run = free_run(&play->program);
	if (run == NULL) {
		play->program.due_may = false;
		return;
	}
	bool ok = program_job(play, wake_job, &step, NULL, NULL);
	if (ok && step.request == 0) {
		play->program.due_may = false;
		play->program.next_wake = step.next_wake > play->now ? step.next_wake : 0;
		return;
	}
	something_changed(&play->program);
	if (step.request != 0)
		play_tell(play, "  EAC-%lld wakes%s%s", (long long)step.request,
		          step.next.kind[0] != '\0' ? " and asks: " : "", step.next.kind);
	if (ok && step.next.kind[0] != '\0')
		take_call(play, run, &step.next);
	flow_call_done(&step.next);
}

static json_t *answer_person(struct play *play, const json_t *args)
{
	for (int i = 0; i < CAST; i++) {
		const struct member *m = &play->cast.members[i];
		const char *email = json_str(args, "email");
		/* the first account of an address is the one that Slack finds by it */
		if (text_eq(m->id, json_str(args, "user")) || (email[0] != '\0' && text_ieq(m->email, email)))
			return json_pack("{s:s,s:s,s:s,s:i,s:s,s:b,s:b,s:b,s:b}", "id", m->id, "email", m->email,
			                 "name", m->id + 2, "tz_offset", 3600, "tz", "Europe/Berlin", "deleted",
			                 m->truth.deleted, "bot", m->truth.bot, "guest", m->truth.guest, "external",
			                 m->truth.external);
	}
	return NULL;
}

static json_t *answer_persons(struct play *play, const struct flow_call *call)
{
	json_t *persons = json_array(), *user;
	struct watched *w = judge_find(&play->judge, call->request);
	size_t i;
	if (w != NULL)
		w->verified = 0;
	json_array_foreach (json_get(call->args, "users"), i, user) {
		int who = cast_find(&play->cast, json_string_value(user));
		const struct standing *s = &play->cast.members[who < 0 ? 0 : who].truth;
		bool known = who >= 0 && !dice_chance(&play->dice, play->faults.slack_fails);
		json_array_append_new(persons, json_pack("{s:s,s:s,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:b,s:b}", "id",
		                                         json_string_value(user), "email",
		                                         play->cast.members[who < 0 ? 0 : who].email, "known", known,
		                                         "groups_known", known, "deleted", s->deleted, "bot", s->bot,
		                                         "guest", s->guest, "external", s->external, "requester",
		                                         s->requester, "approver", s->approver, "admin", s->admin));
		if (w != NULL && known && judge_allows(play, who, s, WANT_DECIDE, call->request))
			w->verified |= 1u << who;
	}
	return persons;
}

static enum errc how_it_fails(struct play *play, bool write)
{
	static const enum errc codes[] = {ERR_TEMPORARY, ERR_TEMPORARY, ERR_QUOTA, ERR_AUTH, ERR_DENIED, ERR_PROTOCOL};
	enum errc code = codes[dice_roll(&play->dice, sizeof codes / sizeof codes[0])];
	return write && code == ERR_PROTOCOL ? ERR_TEMPORARY : code;
}

static void make_call(struct play *play, struct run *run)
{
	const char *kind = run->call.kind, *mistake = NULL;
	bool write = org_is_write(kind), fails = dice_chance(&play->dice, play->faults.call_fails);
	bool lost = dice_chance(&play->dice, play->faults.answer_lost), unmade = lost && dice_chance(&play->dice, 40);
	struct sf_user *whom = org_whom(&play->org, kind, run->call.args);
	bool unclear = whom != NULL && whom->unclear;
	run->made = true;
	run->code = OK;
	if (fails) {
		run->code = how_it_fails(play, write);
	} else if (!unmade) {
		bool slack = text_eq(kind, "person"), several = text_eq(kind, "persons");
		run->body = slack     ? answer_person(play, run->call.args)
		            : several ? answer_persons(play, &run->call)
		                      : org_call(&play->org, kind, run->call.args, play->now, &mistake);
		run->code = run->body != NULL ? OK : ERR_NOT_FOUND;
	}
	if (lost && !fails) {
		run->code = write ? ERR_UNKNOWN : ERR_TEMPORARY;
		if (write && whom != NULL)
			whom->unclear = true;
	}
	if (text_eq(kind, "look") && unclear)
		run->looked = whom;
	if (write)
		run->whom = whom;
	play_tell(play, "  EAC-%lld: %s is made: %s%s", (long long)run->call.request, kind, err_name(run->code),
	          lost && !fails ? unmade ? " (without effect)" : " (with its effect)" : "");
	if (mistake != NULL)
		play_fail(play, "EAC-%lld: %s (%s)", (long long)run->call.request, mistake, kind);
}

static enum errc answer_job(struct tx *tx, void *arg)
{
	struct step *step = arg;
	return flow_answered(tx, commands_runbook(step->play->commands), step->call->request, step->call->ticket,
	                     step->call->kind, step->answer, step->play->now, &step->next);
}

/* The answer never reached the rows. */
static void answer_is_lost(const struct run *run)
{
	if (run->looked != NULL)
		run->looked->unclear = true;
	if (run->whom != NULL)
		run->whom->unclear = true;
}

static void run_done(struct run *run)
{
	json_decref(run->body);
	flow_call_done(&run->call);
	*run = (struct run){0};
}

static void bring_answer(struct play *play, struct run *run)
{
	struct flow_answer answer = {.code = run->code,
	                             .error = "",
	                             .reason = run->code == OK ? "" : "it was <planted> & so on",
	                             .body = run->code == OK ? run->body : NULL};
	struct step step = {.play = play, .call = &run->call, .answer = &answer};
	bool ok = program_job(play, answer_job, &step, NULL, NULL);
	something_changed(&play->program);
	if (!ok || (run->looked != NULL && run->code != OK))
		answer_is_lost(run);
	play_tell(play, "  EAC-%lld: the answer to %s comes%s%s", (long long)run->call.request, run->call.kind,
	          step.next.kind[0] != '\0' ? ", then: " : "", step.next.kind);
	run_done(run);
	if (ok && step.next.kind[0] != '\0')
		take_call(play, run, &step.next);
	flow_call_done(&step.next);
}

/* --- moves about messages --- */

struct claiming {
	struct play *play;
	struct outbox_row rows[LETTERS];
	size_t count;
};

static enum errc claim_job(struct tx *tx, void *arg)
{
	struct claiming *claiming = arg;
	const struct program *program = &claiming->play->program;
	int64_t busy[LETTERS];
	size_t n = 0;
	for (int i = 0; i < LETTERS; i++)
		if (program->letters[i].used)
			busy[n++] = program->letters[i].row.id;
	const struct outbox_claim claim = {.now = claiming->play->now, .busy = busy, .busy_count = n};
	return n == LETTERS ? OK : outbox_claim(tx, &claim, claiming->rows, LETTERS - n, &claiming->count);
}

static void claim(struct play *play)
{
	struct claiming claiming = {.play = play};
	bool ok = program_job(play, claim_job, &claiming, NULL, NULL);
	size_t next = 0;
	if (ok && claiming.count == 0)
		play->program.outbox_may = false;
	for (int i = 0; i < LETTERS && ok && next < claiming.count; i++)
		if (!play->program.letters[i].used)
			play->program.letters[i] = (struct letter){.used = true, .row = claiming.rows[next++]};
	for (; next < claiming.count; next++)
		outbox_row_done(&claiming.rows[next]);
}

static void post(struct play *play, struct letter *letter)
{
	const struct said *said = letter->row.was_sending ? slack_by_key(&play->slack, letter->row.key) : NULL;
	if (said == NULL)
		said = slack_post(&play->slack, &letter->row);
	if (said == NULL)
		play_fail(play, "a run said more than %d things", MESSAGES_MAX);
	else
		text_copy(letter->ts, sizeof letter->ts, said->ts);
}

static void update(struct play *play, struct letter *letter)
{
	struct said *said = slack_by_ts(&play->slack, letter->row.ts);
	text_copy(letter->ts, sizeof letter->ts, letter->row.ts);
	if (said == NULL)
		play_fail(play, "a message was changed that was never posted: %s", letter->row.slot);
	else
		slack_change(&play->slack, said, letter->row.body);
}

static void send(struct play *play, struct letter *letter)
{
	static const char *const ops[] = {"posts", "changes", "whispers"};
	unsigned fate = dice_chance(&play->dice, play->faults.slack_fails) ? 1 + dice_roll(&play->dice, 3) : 0;
	bool closed = play->slack.closed && letter->row.conversation[0] == '@';
	if (letter->row.was_sending && fate > 0) /* it can't be looked up */
		fate = 2;
	letter->sent = true;
	letter->code = closed ? ERR_DENIED : fate == 1 ? ERR_TEMPORARY : fate > 1 ? ERR_UNKNOWN : OK;
	play_tell(play, "  %s in %s, %s%s: %.200s [%s]", ops[letter->row.op], letter->row.conversation,
	          letter->row.slot, letter->row.was_sending ? " (again)" : "", json_str(letter->row.body, "text"),
	          err_name(letter->code));
	if (closed && letter->row.op == OUTBOX_UPDATE && slack_by_ts(&play->slack, letter->row.ts) != NULL)
		slack_by_ts(&play->slack, letter->row.ts)->buttons = false; /* nobody can be helped there */
	if (closed || fate == 1 || fate == 2)
		return;
	if (letter->row.op == OUTBOX_POST)
		post(play, letter);
	else if (letter->row.op == OUTBOX_UPDATE)
		update(play, letter);
	else
		slack_whisper(&play->slack, letter->row.body, letter->row.conversation);
}

struct noting {
	struct play *play;
	const struct letter *letter;
};

static enum errc note_job(struct tx *tx, void *arg)
{
	const struct noting *noting = arg;
	const struct letter *letter = noting->letter;
	const struct outbox_row *row = &letter->row;
	int64_t later = noting->play->now + 500;
	switch (letter->code) {
	case ERR_TEMPORARY: return outbox_retry(tx, row->id, later);
	case ERR_UNKNOWN: return outbox_unsure(tx, row->id, later);
	case OK:
		return outbox_sent(tx, row->id, row->channel[0] != '\0' ? row->channel : row->conversation, letter->ts);
	default: break;
	}
	enum errc rc = commands_undeliverable(noting->play->commands, tx, row, "cannot_dm_bot", noting->play->now);
	return rc == OK ? outbox_drop(tx, row->id) : rc;
}

static void letter_done(struct letter *letter)
{
	outbox_row_done(&letter->row);
	*letter = (struct letter){0};
}

static void note(struct play *play, struct letter *letter)
{
	struct noting noting = {play, letter};
	(void)program_job(play, note_job, &noting, NULL, NULL);
	letter_done(letter);
	play->program.outbox_may = true;
	if (!play->program.due_may && play->slack.closed)
		play->program.due_may = true;
}

/* --- one move --- */

enum move_kind {
	MOVE_ASK,
	MOVE_AFRESH,
	MOVE_MAKE,
	MOVE_ANSWER,
	MOVE_SEND,
	MOVE_NOTE,
	MOVE_SWEEP,
	MOVE_CLAIM,
	MOVE_WAKE
};
struct choice {
	enum move_kind kind;
	int index;
	unsigned n; /* of how many it was chosen */
};

static void offer(struct play *play, struct choice *choice, enum move_kind kind, int index)
{
	if (dice_roll(&play->dice, ++choice->n) == 0) {
		choice->kind = kind;
		choice->index = index;
	}
}

static struct choice choose(struct play *play)
{
	struct program *p = &play->program;
	struct choice choice = {0};
	for (int i = 0; i < VISITS; i++)
		if (p->visits[i].state != VISIT_FREE)
			offer(play, &choice, p->visits[i].state == VISIT_TO_ASK ? MOVE_ASK : MOVE_AFRESH, i);
	for (int i = 0; i < RUNS; i++)
		if (p->runs[i].used)
			offer(play, &choice, p->runs[i].made ? MOVE_ANSWER : MOVE_MAKE, i);
	for (int i = 0; i < LETTERS; i++)
		if (p->letters[i].used)
			offer(play, &choice, p->letters[i].sent ? MOVE_NOTE : MOVE_SEND, i);
	if (p->inbox_may)
		offer(play, &choice, MOVE_SWEEP, 0);
	if (p->outbox_may)
		offer(play, &choice, MOVE_CLAIM, 0);
	if (p->due_may || (p->next_wake != 0 && p->next_wake <= play->now))
		offer(play, &choice, MOVE_WAKE, 0);
	return choice;
}

static void make_move(struct play *play, const struct choice *choice)
{
	struct program *p = &play->program;
	switch (choice->kind) {
	case MOVE_ASK: ask_slack(play, &p->visits[choice->index]); break;
	case MOVE_AFRESH: do_afresh(play, &p->visits[choice->index]); break;
	case MOVE_MAKE: make_call(play, &p->runs[choice->index]); break;
	case MOVE_ANSWER: bring_answer(play, &p->runs[choice->index]); break;
	case MOVE_SEND: send(play, &p->letters[choice->index]); break;
	case MOVE_NOTE: note(play, &p->letters[choice->index]); break;
	case MOVE_SWEEP: sweep_inbox(play); break;
	case MOVE_CLAIM: claim(play); break;
	case MOVE_WAKE: wake(play); break;
	}
}

bool program_move(struct play *play)
{
	if (++play->steps == play->kill_at_step)
		play->program.killed = true;
	if (play->program.killed)
		program_kill(play);
	struct choice choice = choose(play);
	if (choice.n == 0)
		return false;
	make_move(play, &choice);
	if (play->program.killed)
		program_kill(play);
	return true;
}

void program_end(struct play *play)
{
	struct program *p = &play->program;
	for (int i = 0; i < VISITS; i++)
		visit_done(&p->visits[i]);
	for (int i = 0; i < RUNS; i++)
		run_done(&p->runs[i]);
	for (int i = 0; i < LETTERS; i++)
		letter_done(&p->letters[i]);
}

void program_kill(struct play *play)
{
	struct program *p = &play->program;
	for (int i = 0; i < RUNS; i++)
		if (p->runs[i].used)
			answer_is_lost(&p->runs[i]);
	program_end(play);
	*p = (struct program){.outbox_may = true, .due_may = true, .inbox_may = true, .deaths = p->deaths + 1};
	play_tell(play, "    -- the program starts again");
}

void program_settle(struct play *play)
{
	for (int i = 0; i < 4000 && !play->failed; i++)
		if (!program_move(play))
			return;
	play_fail(play, "the program does not come to rest");
}
