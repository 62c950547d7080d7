/*
 * commands/act.c - the typed decisions: approve, reject, confirm, done, retry, cancel; pause and resume.
 *
 * Buttons come through the same functions (buttons.c fills `args`).
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/access.h"
#include "commands/command.h"
#include "commands/eac/decide.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/words.h"

/* Four eyes: who asked for it does not decide it; the target is kept out by access.c already. */
static bool is_own_request(const struct asked *asked)
{
	return asked->env->config->approval.four_eyes && access_is_requester(asked);
}

static const char own_request[] =
    "You asked for this repair, so somebody else has to decide it (four eyes). To stop it, use `cancel`.";

enum errc command_approve(struct asked *asked)
{
	char said[64], id[24];
	if (is_own_request(asked))
		return asked_refuse(asked, own_request);
	snprintf(said, sizeof said, "%s: your approval is noted.", eac_id(asked->row.id, id));
	return asked_settle(asked, eac_approve(&asked->flow, &asked->actor), said);
}

enum errc command_reject(struct asked *asked)
{
	char reason[REASON_MAX], said[64], id[24];
	if (is_own_request(asked))
		return asked_refuse(asked, own_request);
	words_rest(asked->args, reason, sizeof reason);
	snprintf(said, sizeof said, "%s: rejected.", eac_id(asked->row.id, id));
	return asked_settle(asked, eac_reject(&asked->flow, &asked->actor, reason), said);
}

enum errc command_confirm(struct asked *asked)
{
	struct word word = {0};
	const char *args = asked->args;
	bool given = words_next(&args, &word);
	if (!given && asked->env->config->approval.require_case_number)
		return asked_answer(asked, "Say the number of the Salesforce support case too: `confirm ID CASE`.");
	if (given && !words_case(word.text))
		return asked_answer(asked, "A case number has 4 to 20 letters, digits or dashes.");
	if (request_state(&asked->row) != STATE_WAITING_BACKEND)
		return asked_settle(asked, ERR_CONFLICT, NULL);
	enum errc rc = eac_confirm(&asked->flow, &asked->actor, given ? word.text : "", "");
	return asked_settle(asked, rc, "Noted. I look at Salesforce again before anything is given back.");
}

/* NULL when the step that was named (if any) is the one that waits. */
static const char *wrong_step(const struct asked *asked)
{
	struct word word;
	const char *args = asked->args;
	if (!words_next(&args, &word))
		return NULL;
	int step = eac_step_find(word.text);
	if (step < 0)
		return "I don't know that step. Steps are named like `1.1` or `disconnect-account`.";
	return step == asked->row.step ? NULL : "That is not the step that is waited for at the moment; see `status`.";
}

static const char *word_for_done(const struct asked *asked)
{
	return asked->row.step == EAC_TEST ? "It works" : "Done";
}

enum errc command_done(struct asked *asked)
{
	const char *why = wrong_step(asked);
	if (why != NULL)
		return asked_answer(asked, why);
	bool links = request_state(&asked->row) == STATE_WAITING_ADMIN;
	if (links && access_is_target(asked))
		return asked_refuse(asked, "This step is for the helpdesk or a Salesforce admin, not for you.");
	enum errc rc = eac_done(&asked->flow, &asked->actor, word_for_done(asked));
	return asked_settle(asked, rc, links ? "I look at Salesforce now; it has the last word." : "Thank you, noted.");
}

/* A failed repair does nothing more beside a newer one of the same person. */
static enum errc refuse_rival(struct asked *asked, bool *ret_answered)
{
	int64_t rival = 0;
	char id[24], newer[24], said[160];
	enum errc rc = eac_rival(&asked->flow, &rival);
	*ret_answered = rc != OK || rival != 0;
	if (!*ret_answered || rc != OK)
		return rc;
	snprintf(said, sizeof said,
	         "%s is about the same person and newer than %s; it gives back what is owed. Nothing was done.",
	         eac_id(rival, newer), eac_id(asked->row.id, id));
	return asked_answer(asked, said);
}

enum errc command_retry(struct asked *asked)
{
	bool answered;
	enum errc rc = refuse_rival(asked, &answered);
	if (answered)
		return rc;
	return asked_settle(asked, eac_retry(&asked->flow, &asked->actor), "Going on.");
}

enum errc command_cancel(struct asked *asked)
{
	bool owes = eac_owes(&asked->flow), answered;
	enum errc rc = refuse_rival(asked, &answered);
	if (answered)
		return rc;
	rc = eac_cancel(&asked->flow, &asked->actor);
	if (rc == OK && json_get(asked->row.facts, "wish") != NULL)
		return asked_settle(asked, rc,
		                    "A change is under way in Salesforce; I cancel as soon as its outcome is known.");
	return asked_settle(asked, rc, owes ? "Cancelling; first I put back what was removed." : "Cancelled.");
}

enum errc command_pause(struct asked *asked)
{
	struct pause pause;
	char reason[REASON_MAX];
	AUTO_BUF struct buf b = {0};
	const char *text = asked->args + strspn(asked->args, " ");
	enum errc rc = pause_get(asked->tx, &pause);
	if (rc == OK && !pause.on) {
		words_rest(strncasecmp(text, "reason:", 7) == 0 ? text + 7 : text, reason, sizeof reason);
		pause = (struct pause){.on = true, .at = asked->deed->now};
		text_copy(pause.by, sizeof pause.by, asked->deed->user);
		text_copy(pause.reason, sizeof pause.reason, reason);
		rc = pause_begin(asked->tx, asked->env, &pause, asked->actor.via);
	}
	buf_init(&b, 2000);
	phrase_say(&b, asked_language(asked), text_paused(&pause, asked->env->config));
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}

enum errc command_resume(struct asked *asked)
{
	struct pause pause;
	AUTO_BUF struct buf b = {0};
	enum errc rc = pause_get(asked->tx, &pause);
	if (rc != OK)
		return rc;
	if (!pause.on)
		return asked_answer(asked, "Nothing is paused.");
	rc = pause_end(asked->tx, asked->env, &asked->actor, asked->deed->now);
	asked->reply->wake = true;
	buf_init(&b, 2000);
	phrase_say(&b, asked_language(asked), text_resumed(asked->deed->user, asked->deed->now));
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}
