/*
 * salesforce/look.c - everything about one user, as it is now: sf_look of salesforce.h.
 *
 * Five queries in one call. The first has to be answered; of the others each may
 * be missing (a feature is off, a right is missing), and that is told, for an
 * empty answer and no answer mean opposite things to those who verify. So do an
 * empty answer and the empty answer that Salesforce gives to who lacks the right;
 * where somebody verifies, the rights are therefore read behind the rest, in the
 * same call.
 */
#include "salesforce/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "salesforce/holdings.h"
#include "salesforce/rights.h"
#include "salesforce/sf_id.h"
#include "salesforce/user_parts.h"

enum { SOURCE_VERSION = 64 };

static const int64_t rights_last_ms = INT64_C(15) * 60 * 1000;
static const int64_t rights_last_for_first_ms = INT64_C(60) * 1000;
static const int64_t short_rights_last_ms = INT64_C(30) * 1000;

static enum sf_look_extra extra_of(const struct op *op)
{
	return (enum sf_look_extra)json_int(op->in, "extra");
}

/* --- the questions --- */

/* Whether a mail was written in Salesforce can't be told without EmailMessage.Source. */
static bool has_source(const struct op *op)
{
	return strtol(session_version(op->sf->session), NULL, 10) >= SOURCE_VERSION;
}

/* A composite takes five queries: with the sessions there is no room for the connection, which proves nothing. */
static bool has_connection(const struct op *op)
{
	return extra_of(op) != SF_LOOK_SESSIONS;
}

static bool has_rights(const struct op *op)
{
	return extra_of(op) == SF_LOOK_AGAIN || extra_of(op) == SF_LOOK_SESSIONS;
}

static void ask_extra(struct op *op, struct wish *wish, const char *user_id)
{
	switch (extra_of(op)) {
	case SF_LOOK_AGAIN: break;
	case SF_LOOK_LOGIN: user_login_ask(wish, user_id); break;
	case SF_LOOK_SESSIONS: auth_session_ask(wish, user_id); break;
	case SF_LOOK_MAIL:
		if (has_source(op))
			mail_ask(wish, user_id, json_int(op->in, "since"));
		break;
	}
}

/* --- the answers --- */

static void set_unreadable(struct op *op, const char *key, const char *error, const char *reason)
{
	AUTO_BUF struct buf why = {0};

	buf_init(&why, 400);
	buf_printf(&why, "%s%s%s", error, *error ? " " : "", reason);
	json_object_set_new(op->out, key, json_null());
	json_object_set_new(json_get(op->out, "unreadable"), key, json_text_value(buf_str(&why)));
}

/* Without the right for it an answer is not believed: it would be empty in any case. */
static bool may_see(struct op *op, const char *key)
{
	const char *missing = rights_missing_for(op->sf->rights, key);
	char why[100];

	if (!missing)
		return true;
	snprintf(why, sizeof(why), "the bot needs %s to see those of others", missing);
	set_unreadable(op, key, "", why);
	return false;
}

/*
 * The records of a part, or NULL, and then it is told why. A passing trouble of a part that others verify by spoils the
 * look (false): it is taken again soon, and not concluded from.
 */
static bool part_of(struct op *op, const char *ref, const char *object, bool must, json_t **ret)
{
	struct sf_trouble trouble;

	*ret = NULL;
	if (!may_see(op, ref))
		return true;
	if (composite_records(op->answer, ref, object, ret, &trouble))
		return true;
	if (must && err_is_temporary(trouble.code)) {
		op_fail(op, &trouble);
		return false;
	}
	set_unreadable(op, ref, trouble.error, trouble.reason);
	return true;
}

static json_t *links_of(const json_t *records)
{
	json_t *out = json_array();
	const json_t *record;
	size_t i;

	json_array_foreach (records, i, record)
		json_array_append_new(out, account_link_record(record));
	return out;
}

static json_t *mails_of(const json_t *records)
{
	json_t *out = json_array();
	const json_t *record;
	size_t i;

	json_array_foreach (records, i, record) {
		json_t *mail = mail_record(record);

		if (mail)
			json_array_append_new(out, mail);
	}
	return out;
}

static bool read_tokens(struct op *op)
{
	json_t *records;

	if (!part_of(op, "tokens", "OauthToken", true, &records))
		return false;
	if (records)
		json_object_set_new(op->out, "tokens", tokens_take(op->sf->tokens, json_str(op->in, "user"), records));
	return true;
}

static bool read_links(struct op *op)
{
	json_t *records;

	if (!part_of(op, "links", "ThirdPartyAccountLink", true, &records))
		return false;
	if (records)
		json_object_set_new(op->out, "links", links_of(records));
	return true;
}

/* Evidence, never a gate: it may be hours old, and a disturbance there stops nobody. Yet columns that the org does not
 * have are done without, for whether the whole org is broken is told there too. False: the look is taken again. */
static bool read_connection(struct op *op)
{
	struct sf_trouble trouble;
	json_t *records;

	if (!has_connection(op))
		return true;
	if (composite_records(op->answer, "connection", "ActivityUsrConnectionStatus", &records, &trouble))
		json_object_set_new(op->out, "connection", connection_record(records));
	else if (op_go_again_for_status(op, &trouble))
		return false;
	else
		set_unreadable(op, "connection", trouble.error, trouble.reason);
	return true;
}

static bool read_extra(struct op *op)
{
	json_t *records;

	switch (extra_of(op)) {
	case SF_LOOK_AGAIN: break;
	case SF_LOOK_LOGIN:
		if (!part_of(op, "frozen", "UserLogin", true, &records))
			return false;
		if (records)
			json_set_bool(op->out, "frozen", user_login_frozen(records));
		break;
	case SF_LOOK_SESSIONS:
		if (!part_of(op, "sessions", "AuthSession", true, &records))
			return false;
		if (records)
			json_object_set_new(op->out, "sessions", auth_sessions(records, op->at_ms));
		break;
	case SF_LOOK_MAIL:
		if (!has_source(op)) {
			set_unreadable(op, "mails", "", "the origin of mails takes API version 64.0");
			break;
		}
		(void)part_of(op, "mails", "EmailMessage", false, &records);
		if (records)
			json_object_set_new(op->out, "mails", mails_of(records));
		break;
	}
	return true;
}

static void conclude(struct op *op)
{
	json_t *out = op->out;

	holdings_judge(op, out);
	op->out = NULL;
	op_succeed(op, out);
}

/* First of all, for the rest is believed or not by them. False: the op has ended. */
static bool take_rights(struct op *op)
{
	struct sf_trouble trouble;

	if (!has_rights(op) || op_read_rights(op, &trouble))
		return true;
	op_fail(op, &trouble);
	return false;
}

static void read_whole(struct op *op)
{
	struct sf_trouble trouble;
	json_t *out;

	if (!take_rights(op))
		return;
	out = holdings_read(op, &trouble);

	if (!out) {
		if (!op_go_again(op, &trouble))
			op_fail(op, &trouble);
		return;
	}
	json_decref(op->out);
	op->out = out;
	json_set_int(out, "at", op->at_ms);
	json_object_set_new(out, "org", json_string(session_org(op->sf->session)));
	json_object_set_new(out, "unreadable", json_object());
	(void)may_see(op, "sets");
	(void)may_see(op, "licences");
	if (!read_tokens(op) || !read_links(op) || !read_connection(op) || !read_extra(op))
		return;
	op_learn(op, holdings_ids(out), true, conclude);
}

static void on_answer(struct op *op, const struct rest_answer *answer)
{
	if (answer->trouble.code != OK) {
		op_fail(op, &answer->trouble);
		return;
	}
	op_keep_answer(op, answer);
	read_whole(op);
}

/* --- the bot's own rights, before anything is believed --- */

static void look(struct op *op)
{
	const char *user_id = json_str(op->in, "user");
	struct wish *wish = wish_new("User");

	holdings_ask(op, wish, user_id);
	tokens_ask(wish, user_id);
	account_link_ask(wish, user_id);
	if (has_connection(op))
		connection_ask(wish, catalogue_columns(op->sf->catalogue), user_id);
	ask_extra(op, wish, user_id);
	if (has_rights(op))
		rights_ask(wish);
	op_send_wish(op, wish, on_answer);
}

/* Short ones are asked for again soon: somebody may be granting them just now. The first look of a repair comes right
 * behind sf_find, which has read them. */
static bool rights_are_stale(const struct op *op)
{
	const struct sf *sf = op->sf;
	int64_t age_ms = clock_boot_ms() - sf->rights_at_ms;
	int64_t last_ms = extra_of(op) == SF_LOOK_LOGIN ? rights_last_for_first_ms : rights_last_ms;

	if (sf->rights_asker || has_rights(op))
		return false;
	return !sf->rights || age_ms > last_ms || (rights_are_short(sf->rights) && age_ms > short_rights_last_ms);
}

/* What can't be read for good leaves us as we were. */
static void on_rights(struct op *op, const struct rest_answer *answer)
{
	json_auto_t *rights = rights_record(json_get(answer->body, "records"));

	op->sf->rights_asker = NULL;
	if (answer->trouble.code != ERR_PROTOCOL && err_is_temporary(answer->trouble.code)) {
		op_fail(op, &answer->trouble);
		return;
	}
	sf_know_rights(op->sf, answer->trouble.code == OK ? rights : op->sf->rights);
	(void)op_start(op, look);
}

static void go(struct op *op)
{
	AUTO_BUF struct buf path = {0};

	if (!rights_are_stale(op)) {
		look(op);
		return;
	}
	op->sf->rights_asker = op;
	rights_put_path(&path);
	op_send(op, &(struct rest_request){.kind = SF_KIND_LEARN, .method = "GET", .path = buf_str(&path)}, on_rights);
}

http_ticket sf_look(struct sf *sf, const char *user_id, enum sf_look_extra extra, int64_t since_ms, sf_answer_fn *done,
                    void *arg)
{
	struct op *op = op_new(sf, SF_KIND_LOOK, done, arg);
	char id[19];

	if (!op)
		return 0;
	if (!sf_id_has_prefix(user_id, "005") || !sf_id_long(user_id, id))
		return op_fail_later(op, ERR_INVALID, "this is not the id of a user");
	json_object_set_new(op->in, "user", json_string(id));
	json_set_int(op->in, "extra", extra);
	json_set_int(op->in, "since", since_ms);
	return op_start(op, go);
}
