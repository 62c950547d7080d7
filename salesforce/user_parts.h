/*
 * salesforce/user_parts.h - the parts of a user's picture: one query and one reading each. Pure.
 *
 * One pair of functions per foreign object: `..._ask` adds the query to a wish,
 * the other turns a record into the shape that salesforce.h tells. Permissions
 * and tokens have files of their own.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/buf.h"
#include "salesforce/columns.h"
#include "salesforce/wish.h"

/* User: the fields, without SELECT. */
void user_put_fields(struct buf *query);
json_t *user_record(const json_t *record);

/* UserLogin: may be missing, which means not frozen. */
void user_login_ask(struct wish *wish, const char *user_id); /* part "frozen" */
bool user_login_frozen(const json_t *records);

/* ThirdPartyAccountLink. A link counts as one for logins unless Salesforce says plainly that it is not. */
void account_link_ask(struct wish *wish, const char *user_id); /* part "links" */
json_t *account_link_record(const json_t *record);

/* ActivityUsrConnectionStatus: UserId is a plain text there, of either length. */
void connection_ask(struct wish *wish, const struct columns *columns, const char *user_id); /* part "connection" */
json_t *connection_record(const json_t *records);                                           /* null if there is none */
void connection_ask_population(struct wish *wish);                                          /* part "population" */
json_t *connection_population(const json_t *records);

/* AuthSession: one session, or NULL when it is dead at `now_ms` (the server's time). */
void auth_session_ask(struct wish *wish, const char *user_id); /* part "sessions" */
json_t *auth_session_record(const json_t *record, int64_t now_ms);
json_t *auth_sessions(const json_t *records, int64_t now_ms); /* all that live */

/* EmailMessage: one mail, or NULL when it was not sent (a draft). Source takes API version 64.0. */
void mail_ask(struct wish *wish, const char *user_id, int64_t since_ms); /* part "mails" */
json_t *mail_record(const json_t *record);
