/*
 * commands/eac/steps.h - the ten steps of Salesforce's article 000391915, in its order.
 */
#pragma once

#include <jansson.h>

#include "bot/base/language.h"

/* name, number in the article, key; the title is PHRASE_STEP_name */
#define EAC_STEPS(X) \
	X(DISCONNECT, "1.1", "disconnect-account") \
	X(SIGN_OUT, "1.2", "sign-out-addin") \
	X(LINKS, "1.3", "remove-account-links") \
	X(REVOKE, "1.4", "revoke-siq") \
	X(REMOVE_SET, "1.5", "remove-permission-set") \
	X(REMOVE_LICENSE, "1.6", "remove-license") \
	X(BACKEND, "1.7", "backend-check") \
	X(ASSIGN, "2.1", "assign-permission-set") \
	X(CONNECT, "2.2", "connect-account") \
	X(TEST, "2.3", "test-email")

enum eac_step {
#define X(name, number, key) EAC_##name,
	EAC_STEPS(X)
#undef X
	    EAC_STEP_COUNT
};

const char *eac_step_key(int step);    /* "disconnect-account"; "" out of range */
const char *eac_step_number(int step); /* "1.1" */
const char *eac_step_title(int step, enum language language);
/* The same as a value, for a slot; the caller owns it. */
json_t *eac_step_title_value(int step);
/* By key or number; -1 when unknown. */
int eac_step_find(const char *word);
