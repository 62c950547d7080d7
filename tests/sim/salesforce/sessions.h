/*
 * sessions.h - access tokens and whose they are.
 *
 * As in Salesforce, asking twice gives the same token as long as it is valid.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct sessions;

struct sessions *sessions_new(void);
void sessions_free(struct sessions *sessions);
/* The valid token of this user, made if there is none; borrowed. `org_id` is what it begins with. */
const char *sessions_token(struct sessions *sessions, const char *user_id, const char *org_id);
/* Whose token it is, counting one call; NULL when it is not valid (any more). `calls_max`: 0 for no end. */
const char *sessions_use(struct sessions *sessions, const char *token, int64_t calls_max);
/* Ends one session, or all of them. False: there was no such one. */
bool sessions_end(struct sessions *sessions, const char *token);
void sessions_end_all(struct sessions *sessions);
size_t sessions_count(const struct sessions *sessions);
