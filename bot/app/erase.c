/*
 * app/erase.c - `eacbot erase PERSON`; see erase.h.
 *
 * First it is looked for, on a reader's connection: repairs tell which names
 * belong together (a Salesforce user's id, username and e-mail address, their
 * Slack account), until no new one is found. What somebody only stated (`for
 * @SLACKUSER`) joins no names: a slip there would erase a second person. Then
 * it is written, beside the service and in small transactions, so that nobody
 * waits; whoever kills it in between runs it again.
 */
#include "bot/app/erase.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bot/app/names.h"
#include "bot/app/operator.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/delegations.h"
#include "bot/store/erase.h"
#include "bot/store/requests.h"
#include "salesforce/sf_id.h"

enum { BATCH = 100, PASSES = 5 };

/* A repair that names them. */
struct found_repair {
	int64_t id;
	bool target;         /* it is about them; else they asked, decided or are mentioned */
	bool busy;           /* open, or something of it is still to be said */
	char slack_user[24]; /* whom it wrote to, where it is about them */
};

struct found_line {
	int64_t n;
	bool actor, detail;
};

struct search {
	struct tx *tx;
	struct names names;
	struct found_repair *repairs;
	size_t repair_count;
	struct found_line *lines;
	size_t line_count;
	const char *person;
	size_t done; /* lines or repairs written */
};

static bool is_slack_id(const char *word)
{
	return (word[0] == 'U' || word[0] == 'W') && strlen(word) >= 3 && strlen(word) < 24 &&
	       strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == strlen(word);
}

bool erase_is_person(const char *word)
{
	bool plain = word[strcspn(word, " \t<>,")] == '\0';
	const char *at = strchr(word, '@');

	return is_slack_id(word) || sf_id_has_prefix(word, "005") || (plain && at && at > word && at[1] != '\0');
}

static bool names_them(void *arg, const char *text)
{
	return names_in(&((struct search *)arg)->names, text);
}

/* --- which names belong together --- */

static const char *const target_keys[] = {"id", "username", "email", "federation_id"};

enum { TARGET_KEYS = sizeof target_keys / sizeof target_keys[0] };

/* A federation id may be any number or word, which others' records have too: then it is not looked for. */
static const char *name_of(const json_t *target, size_t key)
{
	const char *name = json_str(target, target_keys[key]);

	return key == 0 || strchr(name, '@') ? name : "";
}

/* Who is repaired; where nobody was found, the words that were typed. */
static bool is_about(const struct search *s, const struct request_row *row)
{
	const json_t *target = json_get(row->facts, "target");
	bool known = *row->target || *json_str(target, "id");

	for (size_t i = 0; i < TARGET_KEYS; i++)
		if (names_has(&s->names, name_of(target, i)))
			return true;
	return names_has(&s->names, row->target) || names_has(&s->names, row->slack_user) ||
	       (!known && names_in(&s->names, json_str(row->facts, "words")));
}

static void join_asker(struct search *s, const char *user, const char *mail)
{
	if (*mail && (names_has(&s->names, user) || names_has(&s->names, mail))) {
		names_add(&s->names, user);
		names_add(&s->names, mail);
	}
}

static enum errc join_names(void *arg, const struct request_row *row)
{
	struct search *s = arg;
	const json_t *target = json_get(row->facts, "target");
	const char *mail = json_str(row->facts, "requester_email");
	bool stated = json_bool(row->facts, "slack_stated");
	bool by_account = names_has(&s->names, row->target);

	size_t i;
	json_t *asker;

	for (i = 0; i < TARGET_KEYS; i++)
		by_account = by_account || names_has(&s->names, name_of(target, i));
	if (by_account || (!stated && names_has(&s->names, row->slack_user))) {
		names_add(&s->names, row->target);
		for (i = 0; i < TARGET_KEYS; i++)
			names_add(&s->names, name_of(target, i));
		if (!stated)
			names_add(&s->names, row->slack_user);
	}
	join_asker(s, row->requester, mail);
	json_array_foreach (json_get(row->facts, "askers"), i, asker)
		join_asker(s, json_str(asker, "user"), json_str(asker, "email"));
	return OK;
}

static const struct request_query everything = {.limit = INT_MAX, .oldest_first = true};
/* They are about nobody, but name who asked and who decided. */
static const struct request_query boards = {.limit = INT_MAX, .oldest_first = true, .state = REQUEST_BOARD};

static enum errc join_all(struct search *s)
{
	size_t before = 0;
	enum errc rc = OK;

	for (int i = 0; rc == OK && i < PASSES && s->names.count != before; i++) {
		before = s->names.count;
		rc = request_each(s->tx, &everything, join_names, s);
	}
	return rc;
}

/* --- what there is of them --- */

static enum errc find_repair(void *arg, const struct request_row *row)
{
	struct search *s = arg;
	struct found_repair found = {.id = row->id, .target = is_about(s, row), .busy = row->open};
	AUTO_FREE char *facts = json_text(row->facts);
	bool named = found.target || names_has(&s->names, row->requester) || names_in(&s->names, facts);
	enum errc rc = OK;

	if (!named)
		rc = erase_find(s->tx, row->id, names_them, s, &named);
	if (rc == OK && named && !found.busy)
		rc = erase_is_told(s->tx, row->id, &found.busy);
	if (rc != OK || !named)
		return rc;
	if (found.target)
		text_copy(found.slack_user, sizeof(found.slack_user), row->slack_user);
	s->repairs = mem_grow(s->repairs, s->repair_count + 1, sizeof(*s->repairs));
	s->repairs[s->repair_count++] = found;
	return OK;
}

static const struct found_repair *about_them(const struct search *s, int64_t repair)
{
	for (size_t i = 0; i < s->repair_count; i++)
		if (s->repairs[i].id == repair)
			return s->repairs[i].target ? &s->repairs[i] : NULL;
	return NULL;
}

static enum errc find_line(void *arg, const struct audit_row *row)
{
	struct search *s = arg;
	const struct found_repair *theirs = about_them(s, row->repair);
	bool them = names_has(&s->names, row->actor) ||
	            (theirs && *theirs->slack_user && text_eq(theirs->slack_user, row->actor));
	struct found_line found = {.n = row->n,
	                           .actor = *row->actor_salt && them,
	                           .detail = *row->detail_salt && (theirs || names_in(&s->names, row->detail))};

	if (!found.actor && !found.detail)
		return OK;
	s->lines = mem_grow(s->lines, s->line_count + 1, sizeof(*s->lines));
	s->lines[s->line_count++] = found;
	return OK;
}

static enum errc search_all(struct tx *tx, void *arg)
{
	struct search *s = arg;
	enum errc rc;

	s->tx = tx;
	rc = join_all(s);
	if (rc == OK)
		rc = request_each(tx, &everything, find_repair, s);
	if (rc == OK)
		rc = request_each(tx, &boards, find_repair, s);
	if (rc == OK)
		rc = audit_each(tx, 0, find_line, s);
	return rc;
}

/* --- letting it go --- */

/* Since the search a repair may have begun. */
static enum errc still_closed(struct tx *tx, struct search *s)
{
	struct request_query open = {.open_only = true, .limit = INT_MAX};
	size_t before = s->repair_count;

	s->tx = tx;
	enum errc rc = request_each(tx, &open, find_repair, s);
	return rc == OK && s->repair_count > before ? ERR_BUSY : rc;
}

/* The first line says what will have been done: the rest may need several tries. */
static enum errc begin_job(struct tx *tx, void *arg)
{
	struct search *s = arg;
	struct audit_row row;
	char salt[17], digest[65];
	AUTO_FREE char *salted = NULL;
	enum errc rc = still_closed(tx, s);

	for (size_t i = 0; rc == OK && i < s->names.count; i++)
		rc = delegation_forget(tx, s->names.list[i]);
	if (rc != OK)
		return rc;
	operator_line(&row, "erase");
	text_random_hex(salt, sizeof(salt) / 2);
	salted = mem_printf("%s%s", salt, s->person);
	text_sha256_hex(digest, salted, strlen(salted));
	snprintf(row.detail, sizeof(row.detail),
	         "a person whose name, behind %s, has the SHA-256 %s: %zu lines, %zu repairs", salt, digest,
	         s->line_count, s->repair_count);
	return audit_add(tx, &row);
}

static enum errc lines_job(struct tx *tx, void *arg)
{
	struct search *s = arg;
	enum errc rc = OK;

	for (size_t i = 0; rc == OK && i < BATCH && s->done + i < s->line_count; i++) {
		const struct found_line *line = &s->lines[s->done + i];

		rc = audit_forget(tx, line->n, line->actor, line->detail);
	}
	return rc;
}

static json_t *erased_facts(void)
{
	return json_pack("{s:b, s:s, s:{s:s, s:s}}", "erased", 1, "words", NAMES_ERASED, "target", "name", NAMES_ERASED,
	                 "username", NAMES_ERASED);
}

/* Every text in it, however deep; keys are ours. */
static json_t *without_names(const struct names *names, json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_string(value)) {
		AUTO_FREE char *text = names_erase(names, json_string_value(value));

		return json_string(text);
	}
	if (json_is_array(value)) {
		json_t *list = json_array();

		json_array_foreach (value, i, member)
			json_array_append_new(list, without_names(names, member));
		return list;
	}
	if (json_is_object(value)) {
		json_t *object = json_object();

		json_object_foreach (value, key, member)
			json_object_set_new(object, key, without_names(names, member));
		return object;
	}
	return json_deep_copy(value);
}

static enum errc drop_names(struct search *s, const struct found_repair *found)
{
	enum errc rc = found->target ? request_name_drop(s->tx, found->id, NULL) : OK;

	for (size_t i = 0; rc == OK && !found->target && i < s->names.count; i++)
		rc = request_name_drop(s->tx, found->id, s->names.list[i]);
	return rc;
}

static enum errc erase_repair(struct search *s, const struct found_repair *found)
{
	AUTO_REQUEST struct request_row row = {0};
	enum errc rc = request_get(s->tx, found->id, &row);

	if (rc != OK)
		return rc == ERR_NOT_FOUND ? OK : rc; /* it became too old meanwhile */
	json_t *facts = found->target ? erased_facts() : without_names(&s->names, row.facts);
	json_decref(row.facts);
	row.facts = facts;
	if (names_has(&s->names, row.requester))
		text_copy(row.requester, sizeof(row.requester), NAMES_ERASED);
	if (found->target && *row.target)
		rc = owed_clear(s->tx, row.target);
	if (found->target)
		row.target[0] = row.slack_user[0] = '\0';
	if (rc == OK)
		rc = drop_names(s, found);
	if (rc == OK)
		rc = request_save(s->tx, &row);
	return rc == OK ? erase_rows(s->tx, found->id, found->target, names_them, s) : rc;
}

static enum errc repairs_job(struct tx *tx, void *arg)
{
	struct search *s = arg;
	enum errc rc = OK;

	s->tx = tx;
	for (size_t i = 0; rc == OK && i < BATCH && s->done + i < s->repair_count; i++)
		rc = erase_repair(s, &s->repairs[s->done + i]);
	return rc;
}

static enum errc in_batches(struct store *store, struct search *s, store_fn *job, size_t count)
{
	enum errc rc = OK;

	for (s->done = 0; rc == OK && s->done < count; s->done += BATCH)
		rc = store_run(store, job, s);
	return rc;
}

static int targets_last(const void *a, const void *b)
{
	const struct found_repair *x = a, *y = b;

	return x->target - y->target;
}

/* Their own repairs go last: by these the next try, after a kill, finds the names that belong together. */
static enum errc let_go(struct store *store, struct search *s)
{
	enum errc rc = store_run(store, begin_job, s);

	if (rc == OK && s->repair_count > 0)
		qsort(s->repairs, s->repair_count, sizeof(*s->repairs), targets_last);
	if (rc == OK)
		rc = in_batches(store, s, lines_job, s->line_count);
	if (rc == OK)
		rc = in_batches(store, s, repairs_job, s->repair_count);
	return rc == OK ? store_scrub(store) : rc;
}

/* --- telling --- */

static void tell_names(const struct search *s, FILE *out)
{
	fputs("known as:", out);
	for (size_t i = 0; i < s->names.count; i++) {
		char name[260];

		text_copy_plain(name, sizeof(name), s->names.list[i]);
		fprintf(out, "%s %s", i ? "," : "", name);
	}
	fputc('\n', out);
}

static void tell_repairs(const struct search *s, bool target, const char *words, FILE *out)
{
	size_t count = 0;

	for (size_t i = 0; i < s->repair_count; i++)
		if (s->repairs[i].target == target)
			fprintf(out, "%s EAC-%" PRId64, count++ ? "," : words, s->repairs[i].id);
	if (count)
		fputc('\n', out);
}

static bool tell_busy(const struct search *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->repair_count; i++)
		if (s->repairs[i].busy)
			fprintf(stderr, "%s EAC-%" PRId64,
			        count++ ? "," : "eacbot: nothing is erased while these are open or still being told:",
			        s->repairs[i].id);
	if (count)
		fputs("\neacbot: let them end, or cancel them, and ask again\n", stderr);
	return count > 0;
}

static int tell_trouble(enum errc rc, const struct err *e)
{
	fprintf(stderr, "eacbot: %s\n", *e->text ? e->text : err_sentence(rc));
	return 1;
}

static enum errc look_up(const struct config *config, struct search *s, struct err *reterr)
{
	struct store *store = NULL;
	struct store_options options = {
	    .url = config->store.url, .password = secret_reveal(config->store.password), .read_only = true};
	enum errc rc = store_open(&store, &options, reterr);

	if (rc == OK)
		rc = store_run(store, search_all, s);
	store_close(store);
	return rc;
}

static int write_it(const struct config *config, struct search *s, FILE *out)
{
	struct store *store = NULL;
	struct err e = {0};
	enum errc rc = operator_store(&store, config, &e);

	if (rc == OK)
		rc = let_go(store, s);
	store_close(store);
	if (rc == ERR_BUSY && tell_busy(s))
		return 1;
	if (rc != OK)
		return tell_trouble(rc, &e);
	fputs("erased; the audit trail tells that it was done. Backups, logs and Slack keep what they have.\n", out);
	return 0;
}

static int erase(const struct config *config, struct search *s, bool yes, FILE *out)
{
	struct err e = {0};
	enum errc rc = look_up(config, s, &e);

	if (rc != OK)
		return tell_trouble(rc, &e);
	if (s->line_count + s->repair_count == 0) {
		fputs("the store knows nothing of that person\n", out);
		return 0;
	}
	tell_names(s, out);
	fprintf(out, "words of audit lines: %zu\n", s->line_count);
	tell_repairs(s, true, "repairs of theirs:", out);
	tell_repairs(s, false, "repairs that name them:", out);
	if (tell_busy(s))
		return 1;
	if (yes)
		return write_it(config, s, out);
	fputs("nothing was changed; with --yes all of this is erased, for good\n", out);
	return 0;
}

int erase_person(const struct config *config, const char *person, bool yes, FILE *out)
{
	struct search s = {.person = person};
	int code;

	names_add(&s.names, person);
	code = erase(config, &s, yes, out);
	names_done(&s.names);
	free(s.repairs);
	free(s.lines);
	return code;
}
