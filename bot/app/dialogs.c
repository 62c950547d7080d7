/*
 * app/dialogs.c - a dialog for one person: opened in time, filled when it is known what it says.
 */
#include "bot/app/dialogs.h"

#include <stdlib.h>

#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	OPEN_TIMEOUT_MS = 3 * 1000, /* the trigger lives no longer */
	FILL_TIMEOUT_MS = 10 * 1000,
	FILLS_MAX = 6,
	FILL_AGAIN_MS = 500, /* doubled by each try */
};

/* One call at a time: first the opening, then the filling. */
enum stage {
	STAGE_HELD,    /* nothing is shown yet; `timer` opens the waiting view */
	STAGE_OPENING, /* views.open is under way */
	STAGE_OPEN,    /* the waiting view stands */
	STAGE_FILLING, /* views.update is under way, or waits for its next try */
	STAGE_SHUT,    /* Slack did not open it */
};

struct dialog_show {
	struct dialog_show *next;
	struct dialogs *dialogs;
	struct loop_timer *timer;
	enum stage stage;
	bool settled; /* asked, told or left: nothing more comes from the owner */
	bool asks;    /* the content is known in no other way */
	bool filled;  /* the content went out with the opening */
	char *trigger;
	json_t *body;
	json_t *view; /* the waiting one, then the content; NULL: nothing to show */
	char view_id[40];
	char hash[64];
	unsigned fills;
};

struct dialogs {
	struct loop *loop;
	struct slack *slack;
	dialogs_lost_fn *lost;
	void *arg;
	struct dialog_show *shows;
};

static void on_timer(void *arg);

struct dialogs *dialogs_new(struct loop *loop, struct slack *slack, dialogs_lost_fn *lost, void *arg)
{
	struct dialogs *dialogs = mem_alloc(sizeof *dialogs);

	*dialogs = (struct dialogs){.loop = loop, .slack = slack, .lost = lost, .arg = arg};
	return dialogs;
}

static void show_free(struct dialog_show *show)
{
	for (struct dialog_show **at = &show->dialogs->shows; *at != NULL; at = &(*at)->next)
		if (*at == show) {
			*at = show->next;
			break;
		}
	loop_timer_free(show->timer);
	json_decref(show->body);
	json_decref(show->view);
	free(show->trigger);
	free(show);
}

void dialogs_free(struct dialogs *dialogs)
{
	if (dialogs == NULL)
		return;
	while (dialogs->shows != NULL)
		show_free(dialogs->shows);
	free(dialogs);
}

static void set_view(struct dialog_show *show, json_t *view)
{
	json_decref(show->view);
	show->view = view;
}

/* --- the end --- */

static void finish(struct dialog_show *show, bool shown)
{
	struct dialogs *dialogs = show->dialogs;
	json_t *body = json_incref(show->body);
	bool lost = show->asks && !shown;

	show_free(show);
	if (lost)
		dialogs->lost(dialogs->arg, body);
	json_decref(body);
}

/* --- filling --- */

/* Closed by the person, or filled by a try whose answer was lost. */
static bool is_over(const struct slack_answer *answer)
{
	return answer->code == OK || text_eq(answer->error, "not_found") || text_eq(answer->error, "hash_conflict") ||
	       answer->code == ERR_ABORTED;
}

static void on_filled(void *arg, const struct slack_answer *answer)
{
	struct dialog_show *show = arg;
	int64_t wait = (int64_t)FILL_AGAIN_MS << show->fills;

	if (is_over(answer)) {
		finish(show, true);
		return;
	}
	if (++show->fills < FILLS_MAX && err_is_temporary(answer->code)) {
		loop_timer_set(show->timer, answer->retry_after_ms > wait ? answer->retry_after_ms : wait);
		return;
	}
	log_event(LOG_WARNING, "dialog.trouble", "a dialog that stands open could not be filled: %s", answer->reason);
	finish(show, false);
}

static void fill(struct dialog_show *show)
{
	json_t *arguments = json_pack("{s:s,s:O}", "view_id", show->view_id, "view", show->view);

	if (show->hash[0] != '\0')
		json_set_str(arguments, "hash", show->hash);
	show->stage = STAGE_FILLING;
	slack_call(show->dialogs->slack, "views.update", arguments, FILL_TIMEOUT_MS, on_filled, show);
}

/* --- opening --- */

static void on_opened(void *arg, const struct slack_answer *answer)
{
	struct dialog_show *show = arg;
	const json_t *view = json_get(answer->body, "view");

	show->stage = answer->code == OK ? STAGE_OPEN : STAGE_SHUT;
	if (answer->code == OK) {
		text_copy(show->view_id, sizeof show->view_id, json_str(view, "id"));
		text_copy(show->hash, sizeof show->hash, json_str(view, "hash"));
	} else if (answer->code != ERR_ABORTED) {
		log_event(LOG_WARNING, "dialog.trouble", "a dialog was not opened: %s", answer->reason);
	} else {
		show->asks = false; /* we are going down, and can tell nobody */
	}
	if (!show->settled)
		return;
	if (show->stage == STAGE_OPEN && !show->filled && show->view != NULL)
		fill(show);
	else
		finish(show, show->stage == STAGE_OPEN);
}

static void open_now(struct dialog_show *show)
{
	show->stage = STAGE_OPENING;
	show->filled = show->settled;
	loop_timer_set(show->timer, -1);
	slack_call(show->dialogs->slack, "views.open",
	           json_pack("{s:s,s:O}", "trigger_id", show->trigger, "view", show->view), OPEN_TIMEOUT_MS, on_opened,
	           show);
}

static void on_timer(void *arg)
{
	struct dialog_show *show = arg;

	if (show->stage == STAGE_HELD)
		open_now(show);
	else
		fill(show);
}

struct dialog_show *dialogs_open(struct dialogs *dialogs, const char *trigger, json_t *waiting, int64_t after_ms,
                                 json_t *body)
{
	struct dialog_show *show = mem_alloc(sizeof *show);

	show->dialogs = dialogs;
	show->timer = loop_timer_new(dialogs->loop, on_timer, show);
	show->trigger = mem_strdup(trigger);
	show->view = waiting;
	show->body = json_incref(body);
	show->next = dialogs->shows;
	dialogs->shows = show;
	if (after_ms > 0)
		loop_timer_set(show->timer, after_ms);
	else
		open_now(show);
	return show;
}

/* --- what the owner comes to know --- */

/* Takes view. */
static void settle(struct dialog_show *show, json_t *view, bool asks)
{
	show->settled = true;
	show->asks = asks;
	set_view(show, view);
	switch (show->stage) {
	case STAGE_HELD:
		if (asks)
			open_now(show);
		else
			finish(show, true); /* told another way, and nothing stands open */
		break;
	case STAGE_OPENING: break;
	case STAGE_OPEN:
		if (view != NULL)
			fill(show);
		else
			finish(show, true);
		break;
	default: finish(show, false); break;
	}
}

void dialog_ask(struct dialog_show *show, json_t *view)
{
	settle(show, view, true);
}

void dialog_tell(struct dialog_show *show, json_t *view)
{
	settle(show, view, false);
}

void dialog_leave(struct dialog_show *show)
{
	if (show != NULL)
		settle(show, NULL, false);
}
