/*
 * config/config.h - the settings, read once, whole and checked.
 *
 * One row per key in config_keys.h. Every mistake is found in one reading and
 * told as FILE:LINE:COLUMN: key: what is wrong. Durations are milliseconds,
 * CONFIG_NEVER for `never`. Secrets are read from files, the credentials
 * directory or the environment, never from the file itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/base/language.h"
#include "bot/base/log.h"
#include "bot/base/secret.h"

#define CONFIG_NEVER INT64_MAX

struct config_list {
	char **items;
	size_t count;
};

struct config {
	char *file;      /* as given */
	char *directory; /* of the file, absolute */
	struct {
		char *api_url; /* ends with '/' */
		struct secret *app_token;
		struct secret *bot_token;
		char *command;
		int connections;
		double posts_per_second;
		char *status_channel;   /* "" */
		enum language language; /* of channels and threads */
		int digest_at_min;      /* of the day, UTC; -1: never */
	} slack;
	struct {
		struct config_list requesters, approvers, admins, channels, protected_users;
		bool any_channel;
	} access;
	struct {
		int quorum;
		bool four_eyes;
		bool before_teardown;
		bool require_case_number;
		int64_t remind_after_ms;
		int64_t expire_after_ms;
		int64_t take_back_ms;
	} approval;
	struct {
		struct config_list to;
		int64_t after_ms;
	} escalation;
	struct {
		int64_t remind_after_ms;
		int64_t give_up_after_ms;
		int hours_from_min, hours_to_min; /* minutes of the day; 0 and 1440: always */
	} people;
	struct {
		int64_t remind_after_ms;
		int64_t give_up_after_ms;
	} backend;
	struct {
		char *login_url; /* no trailing slash */
		bool client_credentials;
		char *client_id;
		char *username;
		struct secret *private_key;
		struct secret *client_secret;
		char *api_version;
		struct config_list permission_sets;
		bool reassign_same;
		struct config_list reassign;
		bool allow_broad;
		struct config_list permission_set_licenses;
		struct config_list siq_apps;
		struct config_list addin_login_types;
		bool delete_account_links; /* account_links: delete */
		char *connected_accounts_url;
		int64_t poll_every_ms;
		int api_budget_percent;
	} salesforce;
	struct {
		char *url; /* sqlite: with an absolute path */
		struct secret *password;
		int64_t retention_ms;
	} store;
	struct {
		int64_t anchor_every_ms;
		char *anchor_file;    /* "" or absolute */
		char *anchor_channel; /* "" */
	} audit;
	struct {
		char *host; /* "" : none */
		int port;
	} http;
	struct {
		enum log_level level;
		enum log_format format;
	} log;
	struct {
		char *ca_file; /* "" or absolute */
	} tls;
	struct {
		int open_repairs, running_repairs, batch, board_from, per_requester_day, per_requester_hour, per_hour;
		int pause_after_failures; /* 0: never */
	} limits;
};

/* In every warning about a secret file that others can read. */
#define CONFIG_OPEN_SECRET "others can read this secret"

/* One mistake or warning; text is a whole line "FILE:LINE:COLUMN: key: what is wrong". */
typedef void config_say_fn(void *arg, bool warning, const char *text);

/*
 * Reads FILE and the secrets it needs. Calls `say` (may be NULL) for every mistake and warning, in file order; `text`
 * is gone afterwards. INVALID when there was a mistake (then *ret is untouched). No network, nothing is written.
 */
enum errc config_read(struct config **ret, const char *file, config_say_fn *say, void *arg) MUST_CHECK;
/* The same, but of the secrets only the store's password: for those who look into the store and may see no more. */
enum errc config_read_for_store(struct config **ret, const char *file, config_say_fn *say, void *arg) MUST_CHECK;
void config_free(struct config *config);                                /* NULL is fine; wipes secrets */
bool config_list_has(const struct config_list *list, const char *word); /* exact */
bool config_list_has_nocase(const struct config_list *list, const char *word);
/* Names, for the log, the keys that differ and need a restart; calls fn(arg, key) for each. */
void config_each_restart_key(const struct config *old, const struct config *fresh,
                             void (*fn)(void *arg, const char *key), void *arg);
