/*
 * tests/unit/test_app_erase.c - a person is forgotten, and nobody else, while the service has the store open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/app/erase.h"
#include "bot/app/names.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/effects.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"

static const char jane_id[] = "005000000000001AAA";

struct fixture {
	char folder[64], url[128];
	struct store *store;
	struct config config;
	char *shown;
};

/* --- names --- */

static void a_name_is_a_word_of_its_own(void **state)
{
	struct names names = {0};

	(void)state;
	names_add(&names, "jane@example.com");
	names_add(&names, "U0JANE0001");
	names_add(&names, "");
	assert_int_equal(names.count, 2);
	assert_true(names_has(&names, "JANE@example.com"));
	assert_true(names_in(&names, "for jane@example.com, in Slack"));
	assert_true(names_in(&names, "it was jane@example.com."));
	assert_true(names_in(&names, "- <@U0JANE0001> said so"));
	assert_true(names_in(&names, "(@U0JANE0001)"));
	assert_false(names_in(&names, "for mary-jane@example.com"));
	assert_false(names_in(&names, "jane@example.com.au"));
	assert_false(names_in(&names, "j\xc3\xa9jane@example.com"));
	assert_false(names_in(&names, "U0JANE00012"));
	assert_false(names_in(&names, ""));
	AUTO_FREE char *text = names_erase(&names, "\"jane@example.com\" or <@U0JANE0001>, not xjane@example.com");
	assert_string_equal(text, "\"(erased)\" or <@(erased)>, not xjane@example.com");
	names_done(&names);
}

static void the_capitals_of_a_short_id_tell_people_apart(void **state)
{
	struct names names = {0};

	(void)state;
	names_add(&names, "005000000000abC");
	assert_int_equal(names.count, 2); /* in both lengths */
	assert_true(names_in(&names, "id 005000000000abC."));
	assert_false(names_in(&names, "id 005000000000ABC."));
	names_done(&names);
}

static void a_person_is_an_id_or_has_an_at(void **state)
{
	(void)state;
	assert_true(erase_is_person("U0JANE0001"));
	assert_true(erase_is_person("jane@example.com"));
	assert_true(erase_is_person(jane_id));
	assert_false(erase_is_person("jane"));
	assert_false(erase_is_person("@jane"));
	assert_false(erase_is_person("jane doe@example.com"));
	assert_false(erase_is_person(""));
}

/* --- a store --- */

static enum errc line(struct tx *tx, const char *actor, const char *action, int64_t repair, const char *detail)
{
	struct audit_row row = {.at = 1000, .via = "command", .repair = repair};

	text_copy(row.actor, sizeof row.actor, actor);
	text_copy(row.action, sizeof row.action, action);
	text_copy(row.detail, sizeof row.detail, detail);
	return audit_add(tx, &row);
}

static enum errc repair(struct tx *tx, struct request_row *row, const char *requester, const char *target,
                        const char *slack, json_t *facts)
{
	struct step_row step = {.key = "revoke-siq", .state = "done", .detail = "2 tokens revoked"};
	struct effect_row effect = {.step = "revoke-siq", .kind = "revoke-token", .object = "0AT1"};
	struct history_row history = {.at = 1, .event = "done"};

	*row = (struct request_row){.state = "completed", .created_at = 1, .updated_at = 1, .facts = facts};
	text_copy(row->requester, sizeof row->requester, requester);
	text_copy(row->target, sizeof row->target, target);
	text_copy(row->slack_user, sizeof row->slack_user, slack);
	text_copy(history.actor, sizeof history.actor, slack);
	enum errc rc = request_insert(tx, row);
	effect.request = row->id;
	if (rc == OK)
		rc = step_put(tx, row->id, &step);
	if (rc == OK)
		rc = effect_begin(tx, &effect);
	return rc == OK ? history_add(tx, row->id, &history) : rc;
}

/* 1: Maria has Jane repaired; 2: Jane has Bob repaired; 3: Maria has Bob repaired, Jane votes; 4: nothing of hers. */
static enum errc write_rows(struct tx *tx, void *arg)
{
	AUTO_REQUEST struct request_row a = {0}, b = {0}, c = {0}, d = {0};
	enum errc rc;

	(void)arg;
	rc = repair(tx, &a, "U0MARIA001", jane_id, "U0JANE0001",
	            json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "words", "jane@corp.example", "reason",
	                      "cannot send", "target", "id", jane_id, "username", "jane@example.com", "email",
	                      "jane@corp.example", "name", "Jane Doe", "federation_id", "for"));
	if (rc == OK)
		rc = repair(tx, &b, "U0JANE0001", "005000000000002AAA", "U0BOB00001",
		            json_pack("{s:{s:s}, s:s}", "target", "username", "bob@example.com", "requester_email",
		                      "jane@corp.example"));
	if (rc == OK)
		rc = repair(tx, &c, "U0MARIA001", "005000000000002AAA", "U0BOB00001",
		            json_pack("{s:{s:s}, s:{s:[{s:s}]}}", "target", "username", "bob@example.com", "gate",
		                      "votes", "user", "U0JANE0001"));
	if (rc == OK)
		rc = repair(tx, &d, "U0MARIA001", "005000000000002AAA", "U0BOB00001",
		            json_pack("{s:{s:s}}", "target", "username", "bob@example.com"));
	if (rc == OK)
		rc = line(tx, "U0MARIA001", "repair", 1, "for jane@corp.example");
	if (rc == OK)
		rc = line(tx, "U0JANE0001", "done", 1, "their word");
	if (rc == OK)
		rc = line(tx, "U0JANE0001", "repair", 2, "for bob@example.com");
	if (rc == OK)
		rc = line(tx, "U0MARIA001", "refused-status", 0, "jane@example.com is not yours");
	return rc == OK ? line(tx, "U0MARIA001", "repair", 4, "for bob@example.com") : rc;
}

static int begin(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	struct store_options options = {.url = f->url};

	snprintf(f->folder, sizeof f->folder, "/tmp/eacbot-erase-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->url, sizeof f->url, "sqlite:%s/eacbot.db", f->folder);
	f->config.store.url = f->url;
	assert_int_equal(store_open(&f->store, &options, NULL), OK);
	assert_int_equal(store_run(f->store, write_rows, NULL), OK);
	*state = f;
	return 0;
}

static int end(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	struct fixture *f = *state;

	store_close(f->store);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		AUTO_FREE char *path = mem_printf("%s/eacbot.db%s", f->folder, ends[i]);

		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
	free(f->shown);
	free(f);
	return 0;
}

static int erase(struct fixture *f, const char *person, bool yes)
{
	size_t size;
	FILE *out;
	int code;

	free(f->shown);
	out = open_memstream(&f->shown, &size);
	assert_non_null(out);
	code = erase_person(&f->config, person, yes, out);
	fclose(out);
	return code;
}

struct words {
	struct tx *tx;
	char text[8000]; /* everything that the store says, in a row */
	struct audit_proof proof;
};

static void keep(struct words *words, const char *text)
{
	size_t used = strlen(words->text);

	snprintf(words->text + used, sizeof words->text - used, "%s|", text);
}

static enum errc keep_line(void *arg, const struct audit_row *row)
{
	keep(arg, row->actor);
	keep(arg, row->detail);
	return OK;
}

static enum errc keep_step(void *arg, const struct step_row *row)
{
	keep(arg, row->detail);
	return OK;
}

static enum errc keep_history(void *arg, const struct history_row *row)
{
	keep(arg, row->actor);
	return OK;
}

static enum errc keep_effect(void *arg, const struct effect_row *row)
{
	keep(arg, row->object);
	return OK;
}

static enum errc keep_request(void *arg, const struct request_row *row)
{
	struct words *words = arg;
	AUTO_FREE char *facts = json_text(row->facts);

	keep(words, facts);
	keep(words, row->target);
	keep(words, row->slack_user);
	keep(words, row->requester);
	assert_int_equal(step_each(words->tx, row->id, keep_step, words), OK);
	assert_int_equal(history_each(words->tx, row->id, keep_history, words), OK);
	return effect_each(words->tx, row->id, keep_effect, words);
}

static enum errc keep_all(struct tx *tx, void *arg)
{
	struct words *words = arg;

	words->tx = tx;
	assert_int_equal(audit_each(tx, 0, keep_line, words), OK);
	assert_int_equal(audit_verify(tx, &words->proof, NULL), OK);
	return request_each(tx, &(struct request_query){.oldest_first = true}, keep_request, words);
}

static struct words *read_all(struct fixture *f)
{
	struct words *words = mem_alloc(sizeof *words);

	assert_int_equal(store_run(f->store, keep_all, words), OK);
	return words;
}

static void without_yes_it_is_told_and_nothing_changes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(erase(f, "U0JANE0001", false), 0);
	assert_non_null(strstr(f->shown, "known as: U0JANE0001, 005000000000001AAA"));
	assert_non_null(strstr(f->shown, "jane@example.com"));
	assert_non_null(strstr(f->shown, "jane@corp.example"));
	assert_non_null(strstr(f->shown, "words of audit lines: 4\n"));
	assert_non_null(strstr(f->shown, "repairs of theirs: EAC-1\n"));
	assert_non_null(strstr(f->shown, "repairs that name them: EAC-2, EAC-3\n"));
	assert_non_null(strstr(f->shown, "nothing was changed"));
	AUTO_FREE struct words *words = read_all(f);
	assert_non_null(strstr(words->text, "Jane Doe"));
	assert_int_equal(words->proof.n, 5);
	assert_int_equal(words->proof.erased, 0);
}

static void a_person_is_forgotten_under_all_their_names(void **state)
{
	static const char *const gone[] = {
	    "Jane", "jane@", "JANE", "005000000000001", "cannot send", "2 tokens revoked|U0JANE", "their word"};
	struct fixture *f = *state;

	assert_int_equal(erase(f, "Jane@Example.com", true), 0);
	AUTO_FREE struct words *words = read_all(f);
	for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
		if (strstr(words->text, gone[i]))
			fail_msg("%s is still in %s", gone[i], words->text);
	assert_int_equal(words->proof.n, 6); /* that it was done */
	assert_int_equal(words->proof.erased, 4);
	assert_non_null(strstr(words->text, "has the SHA-256 "));
	assert_int_equal(erase(f, "jane@example.com", true), 0);
	assert_string_equal(f->shown, "the store knows nothing of that person\n");
}

static void nobody_else_is_forgotten_with_them(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(erase(f, "U0JANE0001", true), 0);
	AUTO_FREE struct words *words = read_all(f);
	assert_non_null(strstr(words->text, "U0MARIA001||")); /* who asked for Jane is still known, not for whom */
	assert_non_null(strstr(words->text, "|for bob@example.com|U0MARIA001|"));
	assert_non_null(strstr(words->text,
	                       "bob@example.com\"}}|005000000000002AAA|U0BOB00001|U0MARIA001|2 tokens revoked|"
	                       "U0BOB00001|0AT1|"));
	assert_non_null(strstr(words->text, "U0BOB00001|(erased)|")); /* whom Jane asked for */
}

static enum errc open_another(struct tx *tx, void *arg)
{
	AUTO_REQUEST struct request_row row = {
	    .open = true, .state = "running", .requester = "U0JANE0001", .facts = json_object()};

	(void)arg;
	return request_insert(tx, &row);
}

static void while_a_repair_of_theirs_is_open_nothing_is_erased(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_run(f->store, open_another, NULL), OK);
	assert_int_equal(erase(f, "U0JANE0001", true), 1);
	AUTO_FREE struct words *words = read_all(f);
	assert_non_null(strstr(words->text, "Jane Doe"));
	assert_int_equal(words->proof.n, 5);
}

static enum errc say_something(struct tx *tx, void *arg)
{
	struct outbox_row row = {.request = 1, .conversation = "C0HELP0001", .slot = "note.1"};

	(void)arg;
	row.body = json_pack("{s:s}", "text", "Jane Doe works again");
	enum errc rc = outbox_put(tx, &row);
	outbox_row_done(&row);
	return rc;
}

static void what_is_still_being_told_is_waited_for(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_run(f->store, say_something, NULL), OK);
	assert_int_equal(erase(f, "U0JANE0001", true), 1);
}

static enum errc state_account(struct tx *tx, void *arg)
{
	AUTO_REQUEST struct request_row row = {0};
	enum errc rc = request_get(tx, 1, &row);

	(void)arg;
	text_copy(row.slack_user, sizeof row.slack_user, "U0OTHER001");
	json_set_bool(row.facts, "slack_stated", true);
	if (rc == OK)
		rc = request_save(tx, &row);
	return rc == OK ? line(tx, "U0OTHER001", "status", 0, "their own") : rc;
}

static void an_account_that_was_only_stated_is_not_taken_for_theirs(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_run(f->store, state_account, NULL), OK);
	assert_int_equal(erase(f, "jane@example.com", true), 0);
	assert_null(strstr(f->shown, "U0OTHER001"));
	AUTO_FREE struct words *words = read_all(f);
	assert_non_null(strstr(words->text, "U0OTHER001|their own|"));
}

static enum errc write_taken(struct tx *tx, void *arg)
{
	AUTO_REQUEST struct request_row row = {0};
	(void)arg;
	enum errc rc =
	    repair(tx, &row, "U0MARIA001", "005000000000002AAA", "U0BOB00001",
	           json_pack("{s:[{s:s, s:s}]}", "askers", "user", "U0TOM00001", "email", "tom@corp.example"));
	if (rc == OK)
		rc = request_name_add(tx, row.id, "tom@corp.example");
	return rc == OK ? line(tx, "U0MARIA001", "refused-repair", 0, "tom@corp.example is unreadable") : rc;
}

static enum errc count_named(struct tx *tx, void *arg)
{
	return request_count(tx, &(struct request_query){.name = "tom@corp.example"}, arg);
}

static void who_handed_a_repair_on_is_forgotten_too(void **state)
{
	struct fixture *f = *state;
	int64_t named = 1;

	assert_int_equal(store_run(f->store, write_taken, NULL), OK);
	assert_int_equal(erase(f, "U0TOM00001", true), 0);
	AUTO_FREE struct words *words = read_all(f);
	assert_null(strstr(words->text, "U0TOM00001"));
	assert_null(strstr(words->text, "tom@corp.example"));
	assert_int_equal(store_run(f->store, count_named, &named), OK);
	assert_int_equal(named, 0);
}

#define STORE_CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_name_is_a_word_of_its_own),
	    cmocka_unit_test(the_capitals_of_a_short_id_tell_people_apart),
	    cmocka_unit_test(a_person_is_an_id_or_has_an_at),
	    STORE_CASE(without_yes_it_is_told_and_nothing_changes),
	    STORE_CASE(a_person_is_forgotten_under_all_their_names),
	    STORE_CASE(nobody_else_is_forgotten_with_them),
	    STORE_CASE(while_a_repair_of_theirs_is_open_nothing_is_erased),
	    STORE_CASE(what_is_still_being_told_is_waited_for),
	    STORE_CASE(who_handed_a_repair_on_is_forgotten_too),
	    STORE_CASE(an_account_that_was_only_stated_is_not_taken_for_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
