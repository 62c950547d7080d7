/*
 * tests/unit/test_sf_wish.c - what several want, made one call, and its answer taken apart again.
 */
#include "salesforce/wish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"

#define JANE  "005000000000001AAA"
#define TARA  "005000000000002AAA"
#define OTHER "005000000000009AAA"

enum { MANY = 120 };

static json_t *json_of(const char *text)
{
	json_t *value = NULL;

	assert_int_equal(json_parse(&value, text, strlen(text), NULL), OK);
	return value;
}

static struct question *ask_rows(struct wish *wish, const char *user)
{
	struct question *q = wish_ask(wish, "rows", "Thing");

	buf_puts(&q->fields, "Id, Name");
	q->owner = "UserId";
	q->ids = true;
	question_add_word(q, "UserId", user);
	return q;
}

static struct wish *rows_of(const char *user)
{
	struct wish *wish = wish_new("Thing");

	(void)ask_rows(wish, user);
	return wish;
}

static struct wish *person_called(const char *word)
{
	struct wish *wish = wish_new("User");
	struct question *q = wish_ask(wish, "users", "User");

	buf_puts(&q->fields, "Id, Username, Email, FederationIdentifier");
	question_add_word(q, "Username", word);
	question_add_word(q, "Email", word);
	question_add_word(q, "FederationIdentifier", word);
	q->limit = 3;
	return wish;
}

static struct wish *removal(const char *user, const char *set_row, const char *licence_row)
{
	struct wish *wish = wish_new("PermissionSetAssignment");

	if (set_row)
		wish_delete(wish, "deed0", 0, "PermissionSetAssignment", set_row);
	if (licence_row)
		wish_delete(wish, "deed1", 1, "PermissionSetLicenseAssign", licence_row);
	(void)ask_rows(wish, user);
	return wish;
}

/* What two wishes are, for the functions that take many. */
static const struct wish *const *both(struct wish *const pair[2])
{
	return (const struct wish *const *)pair;
}

static void drop(struct wish *const pair[2])
{
	wish_free(pair[0]);
	wish_free(pair[1]);
}

static char *query_of(const struct wish *const *wishes, size_t count)
{
	const struct question *alike[MANY];
	struct buf query = {0};

	for (size_t i = 0; i < count; i++)
		alike[i] = &wishes[i]->questions[0];
	buf_init(&query, 65536);
	question_put(&query, alike, count);
	return buf_take(&query);
}

/* The records of a part, as the n-th of two would read them; NULL if the part is not for it. */
static json_t *records_for(const char *answer, struct wish *const pair[2], size_t n, const char *ref)
{
	json_auto_t *whole = json_of(answer);
	json_auto_t *mine = wishes_take(whole, both(pair), 2, n);
	struct sf_trouble trouble;
	json_t *records;

	return composite_records(mine, ref, "Thing", &records, &trouble) ? json_incref(records) : NULL;
}

static enum wishes_verdict judge(const char *answer, struct wish *const pair[2])
{
	json_auto_t *whole = json_of(answer);

	return wishes_judge(whole, both(pair), 2);
}

#define PART(ref, status, body) "{\"referenceId\":\"" ref "\",\"httpStatusCode\":" #status ",\"body\":" body "}"
#define ANSWER(parts)           "{\"compositeResponse\":[" parts "]}"
#define ROWS(rows)              PART("rows", 200, "{\"done\":true,\"records\":[" rows "]}")

/* --- asking --- */

static void one_alone_is_asked_for_plainly(void **state)
{
	struct wish *wish = rows_of(JANE);
	const struct wish *one = wish;
	AUTO_FREE char *query = query_of(&one, 1);

	(void)state;
	assert_string_equal(query, "SELECT Id, Name FROM Thing WHERE UserId = '" JANE "'");
	wish_free(wish);
}

static void several_are_asked_for_by_a_list_that_tells_whose_each_row_is(void **state)
{
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};
	AUTO_FREE char *query = query_of(both(pair), 2);

	(void)state;
	assert_string_equal(query, "SELECT UserId, Id, Name FROM Thing WHERE UserId IN ('" JANE "','" TARA "')");
	drop(pair);
}

static void names_are_asked_for_in_each_field_and_so_many_times_as_many_rows(void **state)
{
	struct wish *const pair[2] = {person_called("jane@x.com"), person_called("o'hara")};
	AUTO_FREE char *query = query_of(both(pair), 2);

	(void)state;
	assert_string_equal(query, "SELECT Id, Username, Email, FederationIdentifier FROM User WHERE Username IN "
	                           "('jane@x.com','o\\'hara') OR Email IN ('jane@x.com','o\\'hara') OR "
	                           "FederationIdentifier IN ('jane@x.com','o\\'hara') LIMIT 6");
	drop(pair);
}

static void the_earliest_time_of_all_is_asked_for(void **state)
{
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};

	(void)state;
	for (int i = 0; i < 2; i++) {
		pair[i]->questions[0].since = "CreatedDate";
		pair[i]->questions[0].since_ms = (2 - i) * 86400000LL;
	}
	AUTO_FREE char *query = query_of(both(pair), 2);
	assert_non_null(strstr(query, " AND CreatedDate >= 1970-01-02T00:00:00Z"));
	drop(pair);
}

static void what_differs_in_more_than_the_person_has_another_key(void **state)
{
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};
	AUTO_FREE char *jane = wish_key(pair[0]), *tara = wish_key(pair[1]);

	(void)state;
	assert_string_equal(jane, tara);
	buf_puts(&pair[1]->questions[0].fields, ", New");
	AUTO_FREE char *new = wish_key(pair[1]);
	assert_string_not_equal(jane, new);
	wish_read(pair[0], "bot", mem_strdup("/sobjects/User/005"));
	AUTO_FREE char *with_bot = wish_key(pair[0]);
	assert_string_not_equal(jane, with_bot);
	drop(pair);
}

static void too_many_for_an_address_are_noticed(void **state)
{
	struct wish *wishes[MANY];
	char word[64];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(word, sizeof(word), "a.rather.long.name.%d@the.example.com", i);
		wishes[i] = person_called(word);
	}
	assert_null(wishes_text((const struct wish *const *)wishes, MANY, "64.0"));
	AUTO_FREE char *some = wishes_text((const struct wish *const *)wishes, MANY / 4, "64.0");
	assert_non_null(some);
	for (int i = 0; i < MANY; i++)
		wish_free(wishes[i]);
}

static void deeds_alone_are_parts_and_together_collections_in_order(void **state)
{
	struct wish *const pair[2] = {removal(JANE, "0Pa000000000001AAA", "2LA000000000001AAA"),
	                              removal(TARA, NULL, "2LA000000000002AAA")};
	AUTO_FREE char *alone = wishes_text(both(pair), 1, "64.0");
	AUTO_FREE char *together = wishes_text(both(pair), 2, "64.0");
	const char *sets = strstr(together, "/composite/sobjects?allOrNone=false&ids=0Pa000000000001AAA\"");
	const char *licences =
	    strstr(together, "/composite/sobjects?allOrNone=false&ids=2LA000000000001AAA,2LA000000000002AAA\"");

	(void)state;
	assert_non_null(strstr(alone, "/sobjects/PermissionSetAssignment/0Pa000000000001AAA\""));
	assert_non_null(strstr(alone, "/sobjects/PermissionSetLicenseAssign/2LA000000000001AAA\""));
	assert_null(strstr(alone, "/composite/sobjects"));
	assert_non_null(sets);
	assert_non_null(licences);
	assert_true(sets < licences);
	assert_true(licences < strstr(together, "/query?q="));
	drop(pair);
}

/* --- who goes with whom --- */

static bool fits(const struct wish *one, const struct wish *other)
{
	return wish_fits(one, &other, 1);
}

static void the_same_row_or_person_is_not_touched_twice_in_one_call(void **state)
{
	struct wish *const a[2] = {removal(JANE, "0Pa000000000001AAA", NULL),
	                           removal(TARA, "0Pa000000000001AAA", NULL)};
	struct wish *const b[2] = {removal(JANE, "0Pa000000000002AAA", NULL),
	                           removal(TARA, "0Pa000000000003AAA", NULL)};

	(void)state;
	assert_false(fits(a[0], a[1]));
	assert_false(fits(a[0], b[0]));
	assert_true(fits(b[0], b[1]));
	drop(a);
	drop(b);
}

static void questions_about_the_same_person_may_be_one(void **state)
{
	struct wish *const pair[2] = {rows_of(JANE), rows_of(JANE)};

	(void)state;
	assert_true(fits(pair[0], pair[1]));
	drop(pair);
}

static void an_order_of_ones_own_stays_alone(void **state)
{
	struct wish *const pair[2] = {wish_new("X"), removal(TARA, "0Pa000000000003AAA", NULL)};

	(void)state;
	wish_delete(pair[0], "deed0", 1, "PermissionSetLicenseAssign", "2LA000000000001AAA");
	wish_delete(pair[0], "deed1", 0, "PermissionSetAssignment", "0Pa000000000001AAA");
	(void)ask_rows(pair[0], JANE);
	assert_false(fits(pair[0], pair[1]));
	assert_false(fits(pair[1], pair[0]));
	assert_true(wish_fits(pair[0], NULL, 0));
	drop(pair);
}

static void no_collection_has_more_than_two_hundred_records(void **state)
{
	struct wish *const pair[2] = {wish_new("AuthSession"), wish_new("AuthSession")};
	char id[19];

	(void)state;
	for (int i = 0; i < WISH_DEEDS_MAX; i++) {
		snprintf(id, sizeof(id), "0Ak000000000%03dAAA", i);
		wish_delete(pair[0], "row", 0, "AuthSession", id);
	}
	wish_delete(pair[1], "row", 0, "AuthSession", "0Ak000000001000AAA");
	assert_false(fits(pair[1], pair[0]));
	assert_true(wish_fits(pair[0], NULL, 0));
	drop(pair);
}

/* --- the answer --- */

static void each_gets_their_own_rows(void **state)
{
	static const char answer[] = ANSWER(ROWS(
	    "{\"UserId\":\"" TARA "\",\"Id\":\"t\"},{\"UserId\":\"005000000000001\",\"Id\":\"j\"},{\"UserId\":\"" JANE
	    "\",\"Id\":\"k\"}"));
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};
	json_auto_t *jane = records_for(answer, pair, 0, "rows"), *tara = records_for(answer, pair, 1, "rows");

	(void)state;
	assert_int_equal(judge(answer, pair), WISHES_GOOD);
	assert_int_equal(json_array_size(jane), 2);
	assert_int_equal(json_array_size(tara), 1);
	assert_string_equal(json_str(json_array_get(tara, 0), "Id"), "t");
	drop(pair);
}

static void who_has_no_rows_gets_none_and_not_nothing(void **state)
{
	static const char answer[] = ANSWER(ROWS("{\"UserId\":\"" TARA "\"}"));
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};
	json_auto_t *jane = records_for(answer, pair, 0, "rows");

	(void)state;
	assert_non_null(jane);
	assert_int_equal(json_array_size(jane), 0);
	drop(pair);
}

static void a_row_of_somebody_who_was_not_asked_about_spoils_the_part_for_all(void **state)
{
	static const char *const answers[] = {
	    ANSWER(ROWS("{\"UserId\":\"" JANE "\"},{\"UserId\":\"" OTHER "\"}")),
	    ANSWER(ROWS("{\"UserId\":\"" JANE "\"},{\"Id\":\"" TARA "\"}")),
	    ANSWER(ROWS("{\"UserId\":\"" JANE "\"},7")),
	};
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		assert_int_equal(judge(answers[i], pair), WISHES_FOREIGN);
		assert_null(records_for(answers[i], pair, 0, "rows"));
		assert_null(records_for(answers[i], pair, 1, "rows"));
	}
	drop(pair);
}

static void the_case_of_names_is_ignored_but_for_federation_ids_it_is_a_doubt(void **state)
{
	static const char sure[] = ANSWER(
	    PART("users", 200, "{\"done\":true,\"records\":[{\"Email\":\"Jane@X.com\"},{\"Username\":\"TARA\"}]}"));
	static const char doubt[] =
	    ANSWER(PART("users", 200, "{\"done\":true,\"records\":[{\"FederationIdentifier\":\"Tara\"}]}"));
	static const char stranger[] = ANSWER(PART("users", 200, "{\"done\":true,\"records\":[{\"Email\":\"tár\"}]}"));
	struct wish *const pair[2] = {person_called("jane@x.com"), person_called("tara")};
	json_auto_t *jane = records_for(sure, pair, 0, "users");

	(void)state;
	assert_int_equal(judge(sure, pair), WISHES_GOOD);
	assert_int_equal(json_array_size(jane), 1);
	assert_int_equal(judge(doubt, pair), WISHES_APART);
	assert_int_equal(judge(stranger, pair), WISHES_APART);
	drop(pair);
}

static void when_the_limit_is_reached_somebodys_rows_may_be_missing(void **state)
{
#define SHARED "{\"Email\":\"tara\"}"
	static const char full[] = ANSWER(PART("users", 200,
	                                       "{\"done\":true,\"records\":[" SHARED "," SHARED "," SHARED "," SHARED
	                                       "," SHARED "," SHARED "]}"));
	struct wish *const pair[2] = {person_called("jane@x.com"), person_called("tara")};

	(void)state;
	assert_int_equal(judge(full, pair), WISHES_APART);
	drop(pair);
}

static void rows_older_than_one_asked_for_are_the_others(void **state)
{
	static const char answer[] =
	    ANSWER(ROWS("{\"UserId\":\"" JANE "\",\"CreatedDate\":\"1970-01-02T12:00:00.000+0000\"},"
	                "{\"UserId\":\"" TARA "\",\"CreatedDate\":\"1970-01-02T12:00:00.000+0000\"}"));
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};

	(void)state;
	for (int i = 0; i < 2; i++) {
		pair[i]->questions[0].since = "CreatedDate";
		pair[i]->questions[0].since_ms = (2 - i) * 86400000LL;
	}
	json_auto_t *jane = records_for(answer, pair, 0, "rows"), *tara = records_for(answer, pair, 1, "rows");
	assert_int_equal(json_array_size(jane), 0);
	assert_int_equal(json_array_size(tara), 1);
	drop(pair);
}

static void an_unfinished_page_is_unfinished_for_those_whose_rows_may_be_on_the_next(void **state)
{
	static const char answer[] = "{\"compositeResponse\":[" PART(
	    "rows", 200,
	    "{\"done\":false,\"nextRecordsUrl\":\"/services/data/v64.0/query/1\",\"records\":[{\"UserId\":\"" JANE
	    "\"}]}") "]}";
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};
	json_auto_t *whole = json_of(answer);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pair[0]->questions[0].single = pair[1]->questions[0].single = i == 1;
		json_auto_t *jane = wishes_take(whole, both(pair), 2, 0), *tara = wishes_take(whole, both(pair), 2, 1);
		const json_t *jane_part = composite_find(jane, "rows"), *tara_part = composite_find(tara, "rows");
		assert_true(json_bool(json_get(jane_part, "body"), "done") == (i == 1));
		assert_false(json_bool(json_get(tara_part, "body"), "done"));
	}
	drop(pair);
}

static void a_refusal_that_lies_in_being_several_sends_them_apart(void **state)
{
	static const struct {
		const char *answer;
		enum wishes_verdict verdict;
	} cases[] = {
	    {ANSWER(PART("rows", 400, "[{\"errorCode\":\"MALFORMED_QUERY\",\"message\":\"x\"}]")), WISHES_APART},
	    {ANSWER(PART("rows", 414, "null")), WISHES_APART},
	    {ANSWER(PART("rows", 400, "[{\"errorCode\":\"QUERY_TIMEOUT\",\"message\":\"x\"}]")), WISHES_SLOW},
	    {ANSWER(PART("rows", 400, "[{\"errorCode\":\"INVALID_TYPE\",\"message\":\"x\"}]")), WISHES_GOOD},
	    {ANSWER(PART("rows", 400, "[{\"errorCode\":\"INVALID_FIELD\",\"message\":\"x\"}]")), WISHES_GOOD},
	    {ANSWER(PART("rows", 403, "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"x\"}]")), WISHES_GOOD},
	};
	struct wish *const pair[2] = {rows_of(JANE), rows_of(TARA)};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(judge(cases[i].answer, pair), cases[i].verdict);
	drop(pair);
}

/* The outcome of a deed, as its owner reads it: OK, or the code of the trouble. */
static enum errc outcome(const char *answer, struct wish *const pair[2], size_t n, const char *ref)
{
	const struct sf_error_about about = {.object = "PermissionSetAssignment", .changes = true};
	json_auto_t *whole = json_of(answer);
	json_auto_t *mine = wishes_take(whole, both(pair), 2, n);
	struct sf_trouble trouble;
	json_t *body;

	return composite_part(mine, ref, &about, &body, &trouble) ? OK : trouble.code;
}

#define SET_OF_JANE "0Pa000000000001AAA"
#define SET_OF_TARA "0Pa000000000002AAA"

static void the_failure_of_one_record_is_its_owners_only(void **state)
{
	static const char answer[] =
	    ANSWER(PART("stage0", 200,
	                "[{\"id\":\"" SET_OF_JANE "\",\"success\":true,\"errors\":[]},{\"success\":false,\"errors\":["
	                "{\"statusCode\":\"UNABLE_TO_LOCK_ROW\",\"message\":\"x\",\"fields\":[]}]}]") "," ROWS(""));
	struct wish *const pair[2] = {removal(JANE, SET_OF_JANE, NULL), removal(TARA, SET_OF_TARA, NULL)};

	(void)state;
	assert_int_equal(judge(answer, pair), WISHES_GOOD);
	assert_int_equal(outcome(answer, pair, 0, "deed0"), OK);
	assert_int_equal(outcome(answer, pair, 1, "deed0"), ERR_TEMPORARY);
	drop(pair);
}

static void an_element_that_tells_of_another_row_or_is_missing_is_not_believed(void **state)
{
	static const char *const answers[] = {
	    ANSWER(PART("stage0", 200,
	                "[{\"id\":\"" SET_OF_TARA "\",\"success\":true},{\"id\":\"" SET_OF_JANE
	                "\",\"success\":true}]")),
	    ANSWER(PART("stage0", 200, "[]")),
	    ANSWER(PART("stage0", 200, "null")),
	    ANSWER(PART("stage0", 200, "[{\"success\":false,\"errors\":[]},{}]")),
	    ANSWER(""),
	};
	struct wish *const pair[2] = {removal(JANE, SET_OF_JANE, NULL), removal(TARA, SET_OF_TARA, NULL)};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		assert_int_equal(outcome(answers[i], pair, 0, "deed0"), ERR_PROTOCOL);
		assert_int_equal(outcome(answers[i], pair, 1, "deed0"), ERR_PROTOCOL);
	}
	drop(pair);
}

static void stages_are_told_apart(void **state)
{
	static const char answer[] =
	    ANSWER(PART("stage0", 200, "[{\"id\":\"" SET_OF_TARA "\",\"success\":true}]") "," PART(
	        "stage1", 200,
	        "[{\"id\":\"2LA000000000001AAA\",\"success\":true},{\"success\":false,\"errors\":[{"
	        "\"statusCode\":\"ENTITY_IS_DELETED\",\"message\":\"x\"}]}]"));
	struct wish *const pair[2] = {removal(JANE, NULL, "2LA000000000001AAA"),
	                              removal(TARA, SET_OF_TARA, "2LA000000000002AAA")};

	(void)state;
	assert_int_equal(outcome(answer, pair, 0, "deed1"), OK);
	assert_int_equal(outcome(answer, pair, 1, "deed0"), OK);
	assert_int_equal(outcome(answer, pair, 1, "deed1"), ERR_NOT_FOUND);
	drop(pair);
}

static void deeds_go_apart_only_if_nothing_was_done(void **state)
{
	static const char refused[] =
	    ANSWER(PART("stage0", 400, "[{\"errorCode\":\"INVALID_INPUT\",\"message\":\"x\"}]") "," ROWS(""));
	static const char half[] =
	    ANSWER(PART("stage0", 200, "[{\"id\":\"" SET_OF_JANE "\",\"success\":true}]") "," PART(
	        "stage1", 400, "[{\"errorCode\":\"INVALID_INPUT\",\"message\":\"x\"}]") "," ROWS(""));
	static const char unclear[] = ANSWER(PART("stage0", 502, "null") "," ROWS(""));
	struct wish *const pair[2] = {removal(JANE, SET_OF_JANE, NULL), removal(TARA, SET_OF_TARA, NULL)};
	struct wish *const two[2] = {removal(JANE, SET_OF_JANE, NULL), removal(TARA, NULL, "2LA000000000002AAA")};

	(void)state;
	assert_int_equal(judge(refused, pair), WISHES_APART);
	assert_int_equal(judge(half, two), WISHES_GOOD);
	assert_int_equal(outcome(half, two, 0, "deed0"), OK);
	assert_int_not_equal(outcome(half, two, 1, "deed1"), OK);
	assert_int_equal(judge(unclear, pair), WISHES_GOOD);
	assert_int_equal(outcome(unclear, pair, 0, "deed0"), ERR_UNKNOWN);
	drop(pair);
	drop(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_alone_is_asked_for_plainly),
	    cmocka_unit_test(several_are_asked_for_by_a_list_that_tells_whose_each_row_is),
	    cmocka_unit_test(names_are_asked_for_in_each_field_and_so_many_times_as_many_rows),
	    cmocka_unit_test(the_earliest_time_of_all_is_asked_for),
	    cmocka_unit_test(what_differs_in_more_than_the_person_has_another_key),
	    cmocka_unit_test(too_many_for_an_address_are_noticed),
	    cmocka_unit_test(deeds_alone_are_parts_and_together_collections_in_order),
	    cmocka_unit_test(the_same_row_or_person_is_not_touched_twice_in_one_call),
	    cmocka_unit_test(questions_about_the_same_person_may_be_one),
	    cmocka_unit_test(an_order_of_ones_own_stays_alone),
	    cmocka_unit_test(no_collection_has_more_than_two_hundred_records),
	    cmocka_unit_test(each_gets_their_own_rows),
	    cmocka_unit_test(who_has_no_rows_gets_none_and_not_nothing),
	    cmocka_unit_test(a_row_of_somebody_who_was_not_asked_about_spoils_the_part_for_all),
	    cmocka_unit_test(the_case_of_names_is_ignored_but_for_federation_ids_it_is_a_doubt),
	    cmocka_unit_test(when_the_limit_is_reached_somebodys_rows_may_be_missing),
	    cmocka_unit_test(rows_older_than_one_asked_for_are_the_others),
	    cmocka_unit_test(an_unfinished_page_is_unfinished_for_those_whose_rows_may_be_on_the_next),
	    cmocka_unit_test(a_refusal_that_lies_in_being_several_sends_them_apart),
	    cmocka_unit_test(the_failure_of_one_record_is_its_owners_only),
	    cmocka_unit_test(an_element_that_tells_of_another_row_or_is_missing_is_not_believed),
	    cmocka_unit_test(stages_are_told_apart),
	    cmocka_unit_test(deeds_go_apart_only_if_nothing_was_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
