/*
 * commands/eac/steps.h - the ten steps of Salesforce's article 000391915, in its order.
 */
#pragma once

/* name, number in the article, key, in words, who does it */
#define EAC_STEPS(X) \
	X(DISCONNECT, "1.1", "disconnect-account", "Disconnect the mailbox", "the affected user") \
	X(SIGN_OUT, "1.2", "sign-out-addin", "Sign out of the add-in", "the affected user") \
	X(LINKS, "1.3", "remove-account-links", "Remove the account links", "a Salesforce admin") \
	X(REVOKE, "1.4", "revoke-siq", "Revoke the SIQ app's access", "eacbot") \
	X(REMOVE_SET, "1.5", "remove-permission-set", "Remove the permission set", "eacbot") \
	X(REMOVE_LICENSE, "1.6", "remove-license", "Remove the licence", "eacbot") \
	X(BACKEND, "1.7", "backend-check", "Backend check by Salesforce", "an approver and Salesforce") \
	X(ASSIGN, "2.1", "assign-permission-set", "Assign the permission set again", "eacbot") \
	X(CONNECT, "2.2", "connect-account", "Connect the mailbox", "the affected user") \
	X(TEST, "2.3", "test-email", "Send a test mail", "the affected user")

enum eac_step {
#define X(name, number, key, title, who) EAC_##name,
	EAC_STEPS(X)
#undef X
	    EAC_STEP_COUNT
};

const char *eac_step_key(int step);    /* "disconnect-account"; "" out of range */
const char *eac_step_number(int step); /* "1.1" */
const char *eac_step_title(int step);
const char *eac_step_who(int step);
/* By key or number; -1 when unknown. */
int eac_step_find(const char *word);
