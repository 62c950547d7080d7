/*
 * app/verdict.c - what becomes of a message after Slack's answer.
 *
 * The code tells most of it. Slack's own words decide only where they ask for
 * another way of saying the same.
 */
#include "bot/app/verdict.h"

#include "bot/base/text.h"

enum { BACK_OFF_MAX_MS = 60 * 1000 };

#define POST      (1u << OUTBOX_POST)
#define UPDATE    (1u << OUTBOX_UPDATE)
#define EPHEMERAL (1u << OUTBOX_EPHEMERAL)
#define ANY       (POST | UPDATE | EPHEMERAL)

/* ops, Slack's word, verdict. What is not here goes by its code (slack/web_error.c). */
static const struct {
	unsigned ops;
	const char *error;
	enum verdict verdict;
} words[] = {
    {ANY, "invalid_blocks", VERDICT_PLAIN},
    {ANY, "invalid_blocks_format", VERDICT_PLAIN},
    {ANY, "msg_blocks_too_long", VERDICT_PLAIN},
    {ANY, "block_mismatch", VERDICT_PLAIN},
    {ANY, "msg_too_long", VERDICT_BRIEF},
    {POST | EPHEMERAL, "thread_not_found", VERDICT_NO_THREAD},
    {POST | EPHEMERAL, "cannot_reply_to_message", VERDICT_NO_THREAD},
    {POST | EPHEMERAL, "restricted_action_thread_locked", VERDICT_NO_THREAD},
    {POST | EPHEMERAL, "thread_locked", VERDICT_NO_THREAD},
    {POST | EPHEMERAL, "restricted_action_non_threadable_channel", VERDICT_OUTSIDE},
    {ANY, "missing_scope", VERDICT_RETRY}, /* healed by whoever installs the app again */
    {UPDATE, "message_not_found", VERDICT_REPOST},
    {UPDATE, "thread_not_found", VERDICT_REPOST},
    {UPDATE, "cant_update_message", VERDICT_REPOST},
    {UPDATE, "edit_window_closed", VERDICT_REPOST},
};

/* An update or an ephemeral may be said twice; a post may not. */
static enum verdict temporary(enum outbox_op op, enum errc code)
{
	bool perhaps = code == ERR_UNKNOWN || code == ERR_PROTOCOL;
	return op == OUTBOX_POST && perhaps ? VERDICT_UNSURE : VERDICT_RETRY;
}

/* Where messages may be changed for some minutes only, a new parent for each step would be worse than an old one. */
static bool is_needless(const struct outbox_row *row, const char *error)
{
	return row->op == OUTBOX_UPDATE && row->priority != OUTBOX_DECISION && text_eq(error, "edit_window_closed");
}

enum verdict verdict_of(const struct outbox_row *row, enum errc code, const char *error)
{
	enum outbox_op op = row->op;

	if (code == OK)
		return VERDICT_SENT;
	if (code == ERR_ABORTED)
		return VERDICT_LEFT;
	if (is_needless(row, error))
		return VERDICT_NEEDLESS;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if ((words[i].ops & 1u << op) != 0 && text_eq(words[i].error, error))
			return words[i].verdict;
	if (err_is_temporary(code))
		return temporary(op, code);
	return op == OUTBOX_EPHEMERAL ? VERDICT_REDIRECT : VERDICT_UNDELIVERABLE;
}

enum verdict verdict_of_look(enum errc code, const char *error)
{
	if (code == ERR_ABORTED)
		return VERDICT_LEFT;
	if (text_eq(error, "missing_scope"))
		return VERDICT_UNSURE;
	return code == ERR_DENIED || code == ERR_REFUSED ? VERDICT_UNDELIVERABLE : VERDICT_UNSURE;
}

int64_t verdict_back_off_ms(int attempts)
{
	int64_t wait = 1000;

	for (int i = 1; i < attempts && wait < BACK_OFF_MAX_MS; i++)
		wait *= 2;
	return wait < BACK_OFF_MAX_MS ? wait : BACK_OFF_MAX_MS;
}
