/*
 * config/config_keys.h - one row per key of the configuration file.
 *
 * Reading, defaults, "did you mean", reloading and the tests of the example
 * file all walk this table. A kind (value.h) says how the text is read and
 * where it goes; what several keys mean together is checks.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/*
 * id, path, kind, member of struct config, default (NULL: required; lists: separated by ", "), lowest, highest,
 * takes effect, meaning. The range is that of the number, of a text's length, of a list's length; durations in ms.
 */
#define CONFIG_KEYS(X) \
	X(API_URL, "slack.api_url", API_URL, slack.api_url, "https://slack.com/api/", 1, 500, RESTART, \
	  "Slack's Web API; http:// only to a loopback address") \
	X(APP_TOKEN, "slack.app_token_file", SECRET, slack.app_token, "", 0, 0, AT_ONCE, \
	  "file with the app-level token, or SLACK_APP_TOKEN") \
	X(BOT_TOKEN, "slack.bot_token_file", SECRET, slack.bot_token, "", 0, 0, AT_ONCE, \
	  "file with the bot token, or SLACK_BOT_TOKEN") \
	X(COMMAND, "slack.command", COMMAND, slack.command, "/eac", 2, 32, RESTART, "the slash command") \
	X(CONNECTIONS, "slack.connections", INT, slack.connections, "2", 1, 4, RESTART, "sockets held open") \
	X(POSTS_PER_SECOND, "slack.posts_per_second", DECIMAL, slack.posts_per_second, "1", 0, 1000, RESTART, \
	  "new messages per channel and second") \
	X(STATUS_CHANNEL, "slack.status_channel", CHANNEL, slack.status_channel, "", 0, 0, RESTART, \
	  "a line there at start, end and failure of a repair") \
	X(LANGUAGE, "slack.language", LANGUAGE, slack.language, "en", 0, 0, RESTART, \
	  "en, ko, ja or de: in channels and threads; direct messages and private answers follow the reader's Slack") \
	X(DIGEST_AT, "slack.digest_at", TIME_OR_NEVER, slack.digest_at_min, "07:00", 0, 0, AT_ONCE, \
	  "when what waits is summed up in status_channel each day, UTC; or never") \
	X(REQUESTERS, "access.requesters", PRINCIPALS, access.requesters, NULL, 0, 1000, AT_ONCE, \
	  "who may start and work on repairs") \
	X(APPROVERS, "access.approvers", PRINCIPALS, access.approvers, NULL, 0, 1000, AT_ONCE, "who may decide") \
	X(ADMINS, "access.admins", PRINCIPALS, access.admins, NULL, 0, 1000, AT_ONCE, "who may both") \
	X(CHANNELS, "access.channels", CHANNELS, access.channels, NULL, 0, 1000, AT_ONCE, \
	  "where commands work; [any]: wherever the bot is") \
	X(PROTECTED_USERS, "access.protected_users", USERS, access.protected_users, "", 0, 10000, AT_ONCE, \
	  "Salesforce usernames, e-mails or ids never touched") \
	X(QUORUM, "approval.quorum", INT, approval.quorum, "1", 1, 20, NEXT_REPAIR, "approvers needed at each gate") \
	X(FOUR_EYES, "approval.four_eyes", BOOL, approval.four_eyes, "true", 0, 0, NEXT_REPAIR, \
	  "the requester may neither approve nor be the target") \
	X(BEFORE_TEARDOWN, "approval.before_teardown", BOOL, approval.before_teardown, "false", 0, 0, NEXT_REPAIR, \
	  "one more gate before anything is asked or removed") \
	X(REQUIRE_CASE, "approval.require_case_number", BOOL, approval.require_case_number, "true", 0, 0, NEXT_REPAIR, \
	  "the backend check is confirmed with a case number") \
	X(APPROVAL_REMIND, "approval.remind_after", DURATION_OR_NEVER, approval.remind_after_ms, "30m", 1000, \
	  CONFIG_YEAR_MS, NEXT_REPAIR, "first reminder of approvers") \
	X(APPROVAL_EXPIRE, "approval.expire_after", DURATION_OR_NEVER, approval.expire_after_ms, "72h", 1000, \
	  CONFIG_YEAR_MS, NEXT_REPAIR, "an undecided repair expires") \
	X(TAKE_BACK, "approval.take_back", DURATION, approval.take_back_ms, "10s", 0, 300000, NEXT_REPAIR, \
	  "so long a decision can be taken back, and nothing that can't be undone follows from it; 0s: not at all") \
	X(ESCALATION_TO, "escalation.to", PRINCIPALS, escalation.to, "", 0, 1000, AT_ONCE, \
	  "who is called when others stay silent") \
	X(ESCALATION_AFTER, "escalation.after", DURATION_OR_NEVER, escalation.after_ms, "8h", 1000, CONFIG_YEAR_MS, \
	  NEXT_REPAIR, "so long after somebody was asked they are called") \
	X(PEOPLE_REMIND, "people.remind_after", DURATION_OR_NEVER, people.remind_after_ms, "4h", 1000, CONFIG_YEAR_MS, \
	  NEXT_REPAIR, "first reminder of the affected user and of admins") \
	X(PEOPLE_GIVE_UP, "people.give_up_after", DURATION_OR_NEVER, people.give_up_after_ms, "72h", 1000, \
	  CONFIG_YEAR_MS, NEXT_REPAIR, "a person's step is given up") \
	X(PEOPLE_HOURS, "people.hours", HOURS, people.hours_from_min, "08:00-18:00", 0, 0, NEXT_REPAIR, \
	  "reminders only within these, in the person's time zone") \
	X(BACKEND_REMIND, "backend.remind_after", DURATION_OR_NEVER, backend.remind_after_ms, "24h", 1000, \
	  CONFIG_YEAR_MS, NEXT_REPAIR, "first reminder of the backend check") \
	X(BACKEND_GIVE_UP, "backend.give_up_after", DURATION_OR_NEVER, backend.give_up_after_ms, "never", 1000, \
	  CONFIG_YEAR_MS, NEXT_REPAIR, "the backend check is given up") \
	X(LOGIN_URL, "salesforce.login_url", LOGIN_URL, salesforce.login_url, "https://login.salesforce.com", 1, 500, \
	  RESTART, "where the bot logs in; http:// only to a loopback address") \
	X(AUTH, "salesforce.auth", AUTH, salesforce.client_credentials, "jwt", 0, 0, RESTART, \
	  "jwt or client_credentials") \
	X(CLIENT_ID, "salesforce.client_id", TEXT, salesforce.client_id, NULL, 1, 500, RESTART, \
	  "the app's consumer key") \
	X(USERNAME, "salesforce.username", TEXT, salesforce.username, "", 0, 100, RESTART, \
	  "jwt: whom the bot acts as") \
	X(PRIVATE_KEY, "salesforce.private_key_file", SECRET, salesforce.private_key, "", 0, 0, AT_ONCE, \
	  "jwt: file with the RSA private key, PEM") \
	X(CLIENT_SECRET, "salesforce.client_secret_file", SECRET, salesforce.client_secret, "", 0, 0, AT_ONCE, \
	  "client_credentials: file with the consumer secret, or SALESFORCE_CLIENT_SECRET") \
	X(API_VERSION, "salesforce.api_version", API_VERSION, salesforce.api_version, "64.0", 59, 999, RESTART, \
	  "the REST API's version") \
	X(PERMISSION_SETS, "salesforce.permission_sets", API_NAMES, salesforce.permission_sets, \
	  "InboxWithEinsteinActivityCapture", 1, 50, RESTART, "the only permission sets ever removed or assigned") \
	X(REASSIGN, "salesforce.reassign", REASSIGN, salesforce.reassign, "same", 1, 50, RESTART, \
	  "same: what was removed; or a list out of permission_sets") \
	X(ALLOW_BROAD, "salesforce.allow_broad", BOOL, salesforce.allow_broad, "false", 0, 0, RESTART, \
	  "a listed set may carry other permissions too") \
	X(LICENSES, "salesforce.permission_set_licenses", API_NAMES, salesforce.permission_set_licenses, "", 0, 50, \
	  RESTART, "licences that may be removed; empty: those with Inbox and EAC flags alone") \
	X(SIQ_APPS, "salesforce.siq_apps", WORDS, salesforce.siq_apps, "SalesforceIQ, SIQ, Salesforce Inbox", 1, 50, \
	  RESTART, "apps whose tokens are revoked; case ignored") \
	X(ADDIN_LOGIN_TYPES, "salesforce.addin_login_types", WORDS, salesforce.addin_login_types, \
	  "Outlook Integration, Salesforce Outlook Integration", 0, 50, RESTART, "login types of add-in sessions") \
	X(ACCOUNT_LINKS, "salesforce.account_links", ACCOUNT_LINKS, salesforce.delete_account_links, "ask", 0, 0, \
	  RESTART, "ask an admin, or delete where the org lets the API do it") \
	X(CONNECTED_URL, "salesforce.connected_accounts_url", ORG_PATH, salesforce.connected_accounts_url, "", 0, 500, \
	  RESTART, "deep link for the user, relative to the org") \
	X(POLL_EVERY, "salesforce.poll_every", DURATION, salesforce.poll_every_ms, "60s", 1000, 900000, RESTART, \
	  "how soon a person's step is looked for") \
	X(API_BUDGET, "salesforce.api_budget", PERCENT, salesforce.api_budget_percent, "10%", 1, 100, RESTART, \
	  "share of the org's daily calls") \
	X(STORE_URL, "store.url", STORE_URL, store.url, "sqlite:eacbot.db", 1, 500, RESTART, \
	  "sqlite:PATH or postgresql://...") \
	X(STORE_PASSWORD, "store.password_file", SECRET, store.password, "", 0, 0, RESTART, \
	  "file with PostgreSQL's password") \
	X(RETENTION, "store.retention", DURATION_OR_NEVER, store.retention_ms, "400d", CONFIG_DAY_MS, \
	  10 * CONFIG_YEAR_MS, RESTART, "closed repairs and the words of the audit trail are forgotten after that") \
	X(ANCHOR_EVERY, "audit.anchor_every", DURATION_OR_NEVER, audit.anchor_every_ms, "24h", 60000, CONFIG_YEAR_MS, \
	  RESTART, "how often the head of the audit trail is noted outside of the store") \
	X(ANCHOR_FILE, "audit.anchor_file", PATH, audit.anchor_file, "", 0, 4000, RESTART, \
	  "file to which it is appended, and which audit --verify compares") \
	X(ANCHOR_CHANNEL, "audit.anchor_channel", CHANNEL, audit.anchor_channel, "", 0, 0, RESTART, \
	  "channel to which it is posted") \
	X(LISTEN, "http.listen", LISTEN, http.host, "127.0.0.1:9464", 0, 0, RESTART, \
	  "address of /healthz, /readyz, /metrics; empty: none") \
	X(LOG_LEVEL, "log.level", LOG_LEVEL, log.level, "info", 0, 0, AT_ONCE, "debug, info, warning or error") \
	X(LOG_FORMAT, "log.format", LOG_FORMAT, log.format, "auto", 0, 0, AT_ONCE, "auto, text or json") \
	X(CA_FILE, "tls.ca_file", PATH, tls.ca_file, "", 0, 4000, AT_ONCE, "authorities added to the system's") \
	X(OPEN_REPAIRS, "limits.open_repairs", INT, limits.open_repairs, "10000", 1, 1000000, AT_ONCE, \
	  "repairs open at once") \
	X(RUNNING_REPAIRS, "limits.running_repairs", INT, limits.running_repairs, "64", 1, 1000, AT_ONCE, \
	  "repairs the bot works on at once") \
	X(BATCH, "limits.batch", INT, limits.batch, "200", 1, 200, AT_ONCE, "users in one command, at most 200") \
	X(BOARD_FROM, "limits.board_from", INT, limits.board_from, "6", 2, 200, AT_ONCE, \
	  "from so many users in one command on they share one board and one approval instead of a message each") \
	X(PER_REQUESTER_DAY, "limits.per_requester_day", INT, limits.per_requester_day, "100", 1, 100000, AT_ONCE, \
	  "repairs one person may start in a day") \
	X(PER_REQUESTER_HOUR, "limits.per_requester_hour", INT, limits.per_requester_hour, "100", 1, 100000, AT_ONCE, \
	  "repairs one person may start in an hour") \
	X(PER_HOUR, "limits.per_hour", INT, limits.per_hour, "400", 1, 1000000, AT_ONCE, \
	  "repairs that all together may start in an hour") \
	X(PAUSE_AFTER, "limits.pause_after_failures", INT_OR_NEVER, limits.pause_after_failures, "10", 1, 1000, \
	  AT_ONCE, "so many repairs failing at the bot's own steps within an hour pause it")

#define CONFIG_DAY_MS  (24LL * 3600 * 1000)
#define CONFIG_YEAR_MS (366 * CONFIG_DAY_MS)

enum config_key_id {
#define X(id, path, kind, member, fallback, lowest, highest, takes, meaning) CONFIG_KEY_##id,
	CONFIG_KEYS(X)
#undef X
	    CONFIG_KEY_COUNT
};

/* What each is written as: value.c. */
enum config_kind {
	CONFIG_API_URL,
	CONFIG_SECRET, /* the path of a file; read by secrets.c */
	CONFIG_COMMAND,
	CONFIG_INT,
	CONFIG_INT_OR_NEVER, /* 0 for never */
	CONFIG_DECIMAL,
	CONFIG_BOOL,
	CONFIG_CHANNEL,
	CONFIG_PRINCIPALS,
	CONFIG_CHANNELS,
	CONFIG_USERS,
	CONFIG_DURATION,
	CONFIG_DURATION_OR_NEVER,
	CONFIG_HOURS,
	CONFIG_TIME_OR_NEVER, /* minutes of the day; -1 for never */
	CONFIG_LANGUAGE,
	CONFIG_LOGIN_URL,
	CONFIG_AUTH,
	CONFIG_TEXT,
	CONFIG_PATH,
	CONFIG_API_VERSION,
	CONFIG_API_NAMES,
	CONFIG_REASSIGN,
	CONFIG_WORDS,
	CONFIG_ACCOUNT_LINKS,
	CONFIG_ORG_PATH,
	CONFIG_PERCENT,
	CONFIG_STORE_URL,
	CONFIG_LISTEN,
	CONFIG_LOG_LEVEL,
	CONFIG_LOG_FORMAT,
	CONFIG_KIND_COUNT
};

/* When a changed value counts, after SIGHUP. */
enum config_takes { CONFIG_AT_ONCE, CONFIG_NEXT_REPAIR, CONFIG_RESTART };

struct config_key {
	const char *path; /* "section.name" */
	enum config_kind kind;
	size_t offset;        /* in struct config */
	const char *fallback; /* as it would be written; NULL: the key is required */
	int64_t lowest, highest;
	enum config_takes takes;
	const char *meaning;
};

extern const struct config_key config_keys[CONFIG_KEY_COUNT];

/* -1: unknown. */
int config_key_find(const char *path);
/* The part after the dot. */
const char *config_key_name(const struct config_key *key);
/* Does a key live in this section ("slack")? */
bool config_key_in(const struct config_key *key, const char *section);
bool config_section_exists(const char *section);
/* The key that was probably meant by `name` in `section` (NULL: at the top); NULL when nothing is near. */
const char *config_key_meant(const char *section, const char *name);
