/*
 * selftest.c - queries and what they must give: the number of records and a text in them, or an error.
 */
#include "tests/sim/salesforce/selftest.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/soql_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct query_case {
	const char *soql;
	int total;        /* -1: refused */
	const char *text; /* found in the records as JSON, or the code of the error */
};

static const struct query_case cases[] = {
    /* choosing */
    {"SELECT Id FROM User WHERE Username = 'jane@example.com'", 1, "\"005Sj0000000002IAA\""},
    {"select Name from user where USERNAME='JANE@example.com'", 1, "\"Name\":\"Jane Doe\""},
    {"SELECT Id FROM User WHERE Id = '005Sj0000000002'", 1, "005Sj0000000002IAA"},
    {"SELECT Id FROM User WHERE Email = 'sam@example.com' LIMIT 3", 2, ""},
    {"SELECT Id FROM User WHERE Email = 'sam@example.com' AND (IsActive = false OR Name LIKE 'Sam T%')", 1, ""},
    {"SELECT Id FROM User WHERE NOT IsActive = true", 1, ""},
    {"SELECT Id FROM User WHERE IsActive = true AND (NOT Name LIKE '%a%')", 9, ""},
    {"SELECT Id FROM User WHERE FederationIdentifier != null", 1, "005Sj0000000002IAA"},
    {"SELECT Id FROM User WHERE Username IN ('jane@example.com', 'nobody', 'bob@example.com')", 2, ""},
    {"SELECT Id FROM User WHERE Id IN (SELECT UserId FROM OauthToken WHERE AppName = 'salesforceiq')", 14, ""},
    {"SELECT Id FROM User WHERE Name LIKE '_ane Doe'", 1, ""},
    {"SELECT Id FROM User WHERE Name LIKE 'Jane\\_Doe'", 0, ""},
    {"SELECT Id FROM User WHERE LastLoginDate > 2020-01-01T00:00:00Z AND Username LIKE 'jane%'", 1, ""},
    {"SELECT Id FROM User WHERE LastLoginDate = LAST_N_DAYS:3 LIMIT 1", 1, ""},
    {"SELECT Username FROM User ORDER BY Username DESC LIMIT 1 OFFSET 1", 1, "tara"},
    /* walking */
    {"SELECT Profile.UserLicense.Name FROM User WHERE Username = 'eacbot@example.com'", 1, "Salesforce Integration"},
    {"SELECT u.Id, u.Profile.Name FROM User u WHERE u.Username = 'jane@example.com'", 1, "Standard User"},
    {"SELECT Manager.Name FROM User WHERE Username = 'jane@example.com'", 1, "\"Manager\":null"},
    {"SELECT Id, (SELECT PermissionSet.Name FROM PermissionSetAssignments WHERE PermissionSet.IsOwnedByProfile = "
     "false) "
     "FROM User WHERE Username = 'jane@example.com'",
     1, "\"totalSize\":4"},
    {"SELECT Id, (SELECT Id FROM PermissionSetLicenseAssignments) FROM User WHERE Username = 'nora@example.com'", 1,
     "\"PermissionSetLicenseAssignments\":null"},
    {"SELECT Id FROM PermissionSetAssignment WHERE Assignee.Username = 'jane@example.com' AND "
     "PermissionSet.PermissionsSalesforceIQInbox = true",
     1, ""},
    /* counting */
    {"SELECT COUNT() FROM OauthToken WHERE UserId != '005Sj0000000001IAA'", 17, "[]"},
    {"SELECT ConnectivityStatus, COUNT(Id) n FROM ActivityUsrConnectionStatus GROUP BY ConnectivityStatus", 3,
     "\"n\":13"},
    {"SELECT COUNT(Id) FROM User", 1, "\"expr0\":27"},
    {"SELECT DeveloperName, UsedLicenses FROM PermissionSetLicense WHERE DeveloperName = 'InboxPsl'", 1,
     "\"UsedLicenses\":20"},
    /* refusing */
    {"SELECT Id FROM Nothing", -1, "INVALID_TYPE"},
    {"SELECT Nothing FROM User", -1, "INVALID_FIELD"},
    {"SELECT License.Name FROM PermissionSet", -1, "INVALID_FIELD"},
    {"SELECT Id FROM User WHERE Name = 'a\\x'", -1, "MALFORMED_QUERY"},
    {"SELECT Id FROM User WHERE Name = 'a'b'", -1, "MALFORMED_QUERY"},
    {"SELECT Id FROM User WHERE Name = 'a", -1, "MALFORMED_QUERY"},
    {"SELECT Id FROM User WHERE IsActive = true AND Name = 'a' OR Name = 'b'", -1, "MALFORMED_QUERY"},
    {"SELECT Id FROM User WHERE IsActive = 'true'", -1, "INVALID_FIELD"},
    {"SELECT Id FROM User WHERE LastLoginDate > '2020-01-01T00:00:00Z'", -1, "INVALID_FIELD"},
    {"SELECT Id FROM User WHERE Id = 'jane'", -1, "INVALID_QUERY_FILTER_OPERATOR"},
    {"SELECT Id FROM SetupAuditTrail WHERE Display LIKE '%Jane%'", -1, "INVALID_FIELD"},
    {"SELECT Id FROM UserEmailCalendarSync", -1, "INVALID_TYPE"},
    {"SELECT Id FROM User LIMIT", -1, "MALFORMED_QUERY"},
    {"SELECT Id FROM User; DROP", -1, "MALFORMED_QUERY"},
    {"SELECT Id, (SELECT Id FROM OauthTokens) FROM User", -1, "INVALID_TYPE"},
    {"SELECT Name, COUNT(Id) FROM User", -1, "MALFORMED_QUERY"},
};

static bool as_expected(const struct query_case *c, const json_t *result, const struct soql_error *err)
{
	if (!result)
		return c->total == -1 && strcmp(err->code, c->text) == 0;
	char *text = json_dumps(json_object_get(result, "records"), JSON_COMPACT);
	bool good = json_integer_value(json_object_get(result, "totalSize")) == c->total && strstr(text, c->text);
	free(text);
	return good;
}

static bool run_case(struct org *org, const struct query_case *c)
{
	struct scope scope = {org, org_text(org_user(org, "eacbot"), "Id"), 64};
	struct soql_error err = {0};
	json_t *result = soql_run(&scope, c->soql, &err);
	bool good = as_expected(c, result, &err);
	if (!good) {
		char *text = json_dumps(result, JSON_COMPACT);
		printf("not as expected: %s\n  %s %s %s\n", c->soql, err.code, err.message, text ? text : "");
		free(text);
	}
	json_decref(result);
	return good;
}

/* Queries that nobody meant, and some that look alike and were meant. */
static const struct {
	const char *soql;
	bool broken;
} guarded[] = {
    {"SELECT Id FROM User WHERE Username = 'o\\'hara' OR Email = 'o\\'hara' OR FederationIdentifier = 'o\\'hara'",
     false},
    {"SELECT Id FROM User WHERE Username = '\\' OR Id != \\'' OR Email = '\\' OR Id != \\''", false},
    {"SELECT Id FROM User WHERE Username = '' OR Id != '' OR Email = '' OR Id != ''", true},
    {"SELECT Id FROM User WHERE Username = 'x' OR Username = 'ceo@example.com' OR Email = 'x'", true},
    {"SELECT Id FROM User WHERE Username = 'o'hara'", true},
    {"SELECT AppName FROM OauthToken WHERE UserId = '005Sj0000000002IAA'", false},
    {"SELECT AppName FROM OauthToken WHERE UserId = '005Sj0000000002IAA' OR UserId != 'x'", true},
};

static void count_violation(void *ctx, const char *sentence)
{
	(void)sentence;
	++*(size_t *)ctx;
}

static size_t run_guarded(struct org *org)
{
	struct scope scope = {org, org_text(org_user(org, "eacbot"), "Id"), 64};
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof(guarded) / sizeof(guarded[0]); i++) {
		struct soql_error err = {0};
		size_t violations = 0;
		org_on_violation(org, count_violation, &violations);
		json_decref(soql_run(&scope, guarded[i].soql, &err));
		if ((violations > 0) != guarded[i].broken) {
			printf("not as expected: %s is %sa violation\n", guarded[i].soql, violations ? "" : "no ");
			wrong++;
		}
	}
	org_on_violation(org, NULL, NULL);
	return wrong;
}

int selftest_run(struct org *org)
{
	size_t wrong = run_guarded(org);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		wrong += !run_case(org, &cases[i]);
	printf("%zu queries, %zu not as expected\n", sizeof(cases) / sizeof(cases[0]), wrong);
	return wrong > 0;
}
