/*
 * soql_guard.c - has a word of people broken out of its quotes?
 *
 * Who breaks out leaves a query that can't be parsed, or one with conditions that nobody meant. A client that looks for
 * somebody compares each way to name a person with the same word, and whose rows it wants with an id; so anything else
 * was not the client's idea.
 */
#include "tests/sim/salesforce/soql_guard.h"
#include "tests/sim/salesforce/ids.h"

#include <string.h>
#include <strings.h>

struct guard {
	const char *word; /* that people are compared with */
	bool broken;
};

static bool is_one_of(const char *path, const char *const *names)
{
	const char *last = strrchr(path, '.');
	for (; *names; names++)
		if (strcasecmp(last ? last + 1 : path, *names) == 0)
			return true;
	return false;
}

static void check_compare(struct guard *guard, const struct soql_cond *cond)
{
	static const char *const ways_to_name[] = {"Username", "Email", "FederationIdentifier", NULL};
	static const char *const ids[] = {"Id", "UserId", "UsersId", "AssigneeId", "CreatedById", "AssignedId", NULL};
	for (const struct soql_value *value = cond->values; value; value = value->next) {
		if (value->kind != VALUE_STRING)
			continue;
		if (is_one_of(cond->path, ids) && !id_valid(value->text))
			guard->broken = true;
		if (cond->op != OP_EQ || !is_one_of(cond->path, ways_to_name))
			continue;
		guard->broken = guard->broken || (guard->word && strcmp(guard->word, value->text) != 0);
		guard->word = value->text;
	}
}

static void check(struct guard *guard, const struct soql_cond *cond)
{
	if (!cond)
		return;
	if (cond->node == NODE_COMPARE) {
		check_compare(guard, cond);
		return;
	}
	check(guard, cond->left);
	check(guard, cond->right);
}

void soql_guard(const struct scope *scope, const struct soql_query *query, const char *text)
{
	struct guard guard = {.broken = query == NULL};
	if (query)
		check(&guard, query->where);
	if (guard.broken)
		org_violation(scope->org, "a word has broken out of its quotes, or the query is nonsense: %s", text);
}
