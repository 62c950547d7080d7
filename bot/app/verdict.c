/*
 * app/verdict.c - what becomes of a message after Slack's answer.
 *
 * The code tells most of it. Slack's own words decide only where they ask for
 * another way of saying the same.
 */
#include "bot/app/verdict.h"

#include "bot/base/text.h"

enum { BACK_OFF_MAX_MS = 60 * 1000 };

#define ANY_OP -1

/* op, Slack's word, verdict */
static const struct {
	int op;
	const char *error;
	enum verdict verdict;
} words[] = {
    {ANY_OP, "invalid_blocks", VERDICT_PLAIN},
    {ANY_OP, "invalid_blocks_format", VERDICT_PLAIN},
    {ANY_OP, "msg_blocks_too_long", VERDICT_PLAIN},
    {ANY_OP, "thread_not_found", VERDICT_NO_THREAD},
    {ANY_OP, "cannot_reply_to_message", VERDICT_NO_THREAD},
    {ANY_OP, "restricted_action_thread_locked", VERDICT_NO_THREAD},
    {ANY_OP, "missing_scope", VERDICT_RETRY}, /* healed by whoever installs the app again */
    {OUTBOX_UPDATE, "message_not_found", VERDICT_REPOST},
    {OUTBOX_UPDATE, "cant_update_message", VERDICT_REPOST},
    {OUTBOX_UPDATE, "edit_window_closed", VERDICT_REPOST},
};

/* An update or an ephemeral may be said twice; a post may not. */
static enum verdict temporary(enum outbox_op op, enum errc code)
{
	bool perhaps = code == ERR_UNKNOWN || code == ERR_PROTOCOL;
	return op == OUTBOX_POST && perhaps ? VERDICT_UNSURE : VERDICT_RETRY;
}

enum verdict verdict_of(enum outbox_op op, enum errc code, const char *error)
{
	if (code == OK)
		return VERDICT_SENT;
	if (code == ERR_ABORTED)
		return VERDICT_LEFT;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((words[i].op == ANY_OP || words[i].op == (int)op) && text_eq(words[i].error, error))
			return words[i].verdict;
	if (err_is_temporary(code))
		return temporary(op, code);
	return op == OUTBOX_EPHEMERAL ? VERDICT_REDIRECT : VERDICT_UNDELIVERABLE;
}

enum verdict verdict_of_look(enum errc code, const char *error)
{
	if (code == ERR_ABORTED)
		return VERDICT_LEFT;
	return err_is_temporary(code) || text_eq(error, "missing_scope") ? VERDICT_UNSURE : VERDICT_UNDELIVERABLE;
}

int64_t verdict_back_off_ms(int attempts)
{
	int64_t wait = 1000;

	for (int i = 1; i < attempts && wait < BACK_OFF_MAX_MS; i++)
		wait *= 2;
	return wait < BACK_OFF_MAX_MS ? wait : BACK_OFF_MAX_MS;
}
