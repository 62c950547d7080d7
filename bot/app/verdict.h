/*
 * app/verdict.h - what becomes of a message after Slack's answer. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/store/outbox.h"

enum verdict {
	VERDICT_SENT,
	VERDICT_RETRY,         /* certainly not done, or may be repeated: again later */
	VERDICT_UNSURE,        /* perhaps posted: looked up before it is sent again */
	VERDICT_PLAIN,         /* Slack does not like the blocks: again at once with the text alone */
	VERDICT_BRIEF,         /* it is too long for Slack: again at once with the beginning of the text alone */
	VERDICT_OUTSIDE,       /* the channel knows no threads: again, in the end outside it */
	VERDICT_NO_THREAD,     /* the thread is gone */
	VERDICT_PARENT_GONE,   /* the same: the parent is posted anew, and this again in its new thread */
	VERDICT_REPOST,        /* the message to be changed is gone: a new one */
	VERDICT_REDIRECT,      /* that person does not see the channel: as a direct message */
	VERDICT_NEEDLESS,      /* never, but the thread has told it too */
	VERDICT_UNDELIVERABLE, /* never: somebody has to be told another way */
	VERDICT_LEFT,          /* we are going down: the row stays as it is */
};

/* `error` is Slack's word or "". Of the row the kind, the priority and the slot count. */
enum verdict verdict_of(const struct outbox_row *row, enum errc code, const char *error);
/*
 * What becomes of a post whose earlier try could not be looked up: UNSURE while that may pass; where the bot may not
 * read it may not write either, so UNDELIVERABLE.
 */
enum verdict verdict_of_look(enum errc code, const char *error);
/* How long to wait before the next try: doubles with the attempts, from one second to a minute. */
int64_t verdict_back_off_ms(int attempts);
