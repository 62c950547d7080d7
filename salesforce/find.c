/*
 * salesforce/find.c - who is meant, and what is known of the org: sf_find of salesforce.h.
 *
 * One composite of five queries. Whether a set or licence carries more than
 * Inbox and EAC is in the catalogue, or is learnt afterwards.
 */
#include "salesforce/op.h"

#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/permissions.h"
#include "salesforce/rights.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"
#include "salesforce/user_parts.h"

enum { USERS_MAX = 6, TIED_MAX = 20 };

/* --- the questions --- */

static bool is_ascii(const char *word)
{
	while (*word && (unsigned char)*word < 0x80)
		word++;
	return *word == '\0';
}

/* An id of another kind of record would spoil the query, so only a user's is compared as one. What Salesforce takes for
 * the same letter beyond ASCII only it knows, so such a word is asked for alone. */
static void ask_users(struct wish *wish, const char *word)
{
	struct question *q = wish_ask(wish, "users", "User");
	char id[19];

	user_put_fields(&q->fields);
	if (sf_id_valid(word) && sf_id_has_prefix(word, "005") && sf_id_long(word, id))
		question_add_word(q, "Id", id);
	question_add_word(q, "Username", word);
	question_add_word(q, "Email", word);
	question_add_word(q, "FederationIdentifier", word);
	q->limit = USERS_MAX;
	if (!is_ascii(word))
		wish->alone = true;
}

static void ask_sets(struct op *op, struct wish *wish, const struct columns *columns)
{
	if (op->sf->permission_set_count > 0)
		permissions_ask_sets(wish, columns, (const char *const *)op->sf->permission_sets,
		                     op->sf->permission_set_count);
}

/* Also the licences that listed sets were tied to last time, whatever their flags. */
static bool ask_licences(struct op *op, struct wish *wish, const struct columns *columns)
{
	const char *tied[TIED_MAX];
	size_t count = catalogue_licences(op->sf->catalogue, tied, TIED_MAX);

	return permissions_ask_licences(wish, columns, tied, count);
}

/* By jwt we know our name; otherwise it is asked for once. */
static void ask_bot(struct op *op, struct wish *wish)
{
	const char *id = session_bot_id(op->sf->session);

	if (!op->sf->bot_username && sf_id_plausible(id))
		wish_read(wish, "bot", mem_printf("/sobjects/User/%s?fields=Username", id));
}

/* --- the answers --- */

static void normalise_users(json_t *out, const json_t *records)
{
	json_t *users = json_array();
	const json_t *record;
	size_t i;

	json_array_foreach (records, i, record)
		json_array_append_new(users, user_record(record));
	json_object_set_new(out, "users", users);
}

/* Not readable stays null: then nobody may conclude that a right is missing, nor that it is there. */
static json_t *read_rights(struct op *op)
{
	struct sf_trouble trouble;
	json_t *records, *rights;

	if (!composite_records(op->answer, "rights", "UserPermissionAccess", &records, &trouble)) {
		if (!err_is_temporary(trouble.code) && !op->sf->rights)
			sf_know_rights(op->sf, NULL);
		return json_null();
	}
	rights = rights_record(records);
	sf_know_rights(op->sf, rights);
	return rights;
}

static json_t *read_population(const json_t *answer)
{
	struct sf_trouble trouble;
	json_t *records;

	if (!composite_records(answer, "population", "ActivityUsrConnectionStatus", &records, &trouble))
		return json_null();
	return connection_population(records);
}

static json_t *read_bot(struct op *op)
{
	const struct sf_error_about about = {.object = "User"};
	struct sf *sf = op->sf;
	struct sf_trouble trouble;
	json_t *record, *out = json_object();

	if (!sf->bot_username && composite_part(op->answer, "bot", &about, &record, &trouble) &&
	    *json_str(record, "Username"))
		sf->bot_username = mem_strdup(json_str(record, "Username"));
	json_object_set_new(out, "id", json_string(session_bot_id(sf->session)));
	json_object_set_new(out, "username", json_text_value(sf->bot_username ? sf->bot_username : sf->username));
	return out;
}

/* Null with the reason told, if it can't be read for good; false if the op has ended or gone on in another way. */
static bool read_list(struct op *op, const char *ref, const char *object, json_t *(*one)(const json_t *))
{
	json_t *records, *list;
	struct sf_trouble trouble;
	const json_t *record;
	size_t i;

	if (composite_records(op->answer, ref, object, &records, &trouble)) {
		list = json_array();
		json_array_foreach (records, i, record)
			json_array_append_new(list, one(record));
		json_object_set_new(op->out, ref, list);
		return true;
	}
	if (op_go_again(op, &trouble))
		return false;
	if (err_is_temporary(trouble.code)) {
		op_fail(op, &trouble);
		return false;
	}
	json_object_set_new(op->out, ref, json_null());
	json_object_set_new(json_get(op->out, "unreadable"), ref, json_text_value(trouble.reason));
	return true;
}

static bool has_id(const json_t *list, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one) {
		if (sf_id_same(json_str(one, "id"), id))
			return true;
	}
	return false;
}

/* --- what each set and licence carries besides --- */

static void judge_sets(struct op *op)
{
	struct known known;
	json_t *one;
	size_t i;

	json_array_foreach (json_get(op->out, "sets"), i, one) {
		bool found = catalogue_find(op->sf->catalogue, json_str(one, "id"), &known);

		json_set_bool(one, "broad", !found || known.broad);
		json_set_bool(one, "broad_unknown", !found || known.unknown);
		json_object_set_new(one, "broad_why", found ? json_copy((json_t *)(uintptr_t)known.why) : json_array());
	}
}

static void judge_licences(struct op *op)
{
	struct known known;
	json_t *one;
	size_t i;

	json_array_foreach (json_get(op->out, "licences"), i, one) {
		bool found = catalogue_find(op->sf->catalogue, json_str(one, "id"), &known);

		json_set_bool(one, "broad", !found || known.broad);
	}
}

/* A licence that a listed set is tied to, but that has no flag, was not in the query the first time. */
static void add_tied_licences(struct op *op)
{
	json_t *licences = json_get(op->out, "licences");
	const json_t *set;
	struct known known;
	size_t i;

	json_array_foreach (json_get(op->out, "sets"), i, set) {
		const char *id = json_str(set, "licence");

		if (json_is_array(licences) && *id && !has_id(licences, id) &&
		    catalogue_find(op->sf->catalogue, id, &known) && known.licence)
			json_array_append_new(licences, json_copy((json_t *)(uintptr_t)known.licence));
	}
}

static void conclude(struct op *op)
{
	json_t *out = op->out;

	add_tied_licences(op);
	judge_sets(op);
	judge_licences(op);
	op->out = NULL;
	op_succeed(op, out);
}

static void tie_licences(struct op *op)
{
	json_auto_t *ids = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach (json_get(op->out, "sets"), i, one) {
		if (*json_str(one, "licence"))
			json_array_append(ids, json_get(one, "licence"));
	}
	catalogue_tie(op->sf->catalogue, ids);
}

static json_t *ids_to_know(const json_t *out)
{
	json_t *ids = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach (json_get(out, "sets"), i, one) {
		json_array_append(ids, json_get(one, "id"));
		if (*json_str(one, "licence"))
			json_array_append(ids, json_get(one, "licence"));
	}
	json_array_foreach (json_get(out, "licences"), i, one)
		json_array_append(ids, json_get(one, "id"));
	return ids;
}

static void read_whole(struct op *op)
{
	json_t *records, *out = json_object();
	struct sf_trouble trouble;

	json_decref(op->out);
	op->out = out;
	json_object_set_new(out, "unreadable", json_object());
	if (!composite_records(op->answer, "users", "User", &records, &trouble)) {
		op_fail(op, &trouble);
		return;
	}
	normalise_users(out, records);
	json_object_set_new(out, "sets", json_array());
	json_object_set_new(out, "licences", json_array());
	if (op->sf->permission_set_count > 0 && !read_list(op, "sets", "PermissionSet", permissions_set))
		return;
	if (json_is_true(json_get(op->in, "licences")) &&
	    !read_list(op, "licences", "PermissionSetLicense", permissions_licence))
		return;
	json_object_set_new(out, "bot", read_bot(op));
	json_object_set_new(out, "org", json_string(session_org(op->sf->session)));
	json_object_set_new(out, "instance", json_text_value(session_instance(op->sf->session)));
	json_object_set_new(out, "rights", read_rights(op));
	json_object_set_new(out, "population", read_population(op->answer));
	tie_licences(op);
	op_learn(op, ids_to_know(out), true, conclude);
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

static void go(struct op *op)
{
	const struct columns *columns = catalogue_columns(op->sf->catalogue);
	struct wish *wish = wish_new("User");

	ask_users(wish, json_str(op->in, "word"));
	rights_ask(wish);
	ask_sets(op, wish, columns);
	json_set_bool(op->in, "licences", ask_licences(op, wish, columns));
	connection_ask_population(wish);
	ask_bot(op, wish);
	op_send_wish(op, wish, on_answer);
}

http_ticket sf_find(struct sf *sf, const char *word, sf_answer_fn *done, void *arg)
{
	struct op *op = op_new(sf, SF_KIND_FIND, done, arg);

	if (!op)
		return 0;
	if (!soql_word_ok(word))
		return op_fail_later(op, ERR_INVALID, "this is no name that could be looked for");
	json_object_set_new(op->in, "word", json_text_value(word));
	return op_start(op, go);
}
