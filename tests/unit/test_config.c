/*
 * tests/unit/test_config.c - the configuration: what is read, what is refused, and where the mistake is said to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "config/config.h"
#include "config/config_keys.h"
#include "config/url.h"

/* A folder with secrets, the file to be read, and what was said about it. */
struct fixture {
	char folder[64];
	char file[96];
	struct buf said;
	int mistakes, warnings;
};

static const char slack_part[] = "slack:\n"
                                 "  app_token_file: app\n"
                                 "  bot_token_file: bot\n";
static const char access_part[] = "access:\n"
                                  "  requesters: [S0HELPDESK]\n"
                                  "  approvers: [S0APPROVER]\n"
                                  "  admins: [U0ADMIN001]\n"
                                  "  channels: [C0HELP0001]\n";
static const char salesforce_part[] = "salesforce:\n"
                                      "  client_id: 3MVG9\n"
                                      "  username: eacbot@example.com\n"
                                      "  private_key_file: key\n";

static void put(const struct fixture *f, const char *name, const char *text)
{
	AUTO_FREE char *path = mem_printf("%s/%s", f->folder, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	chmod(path, 0600);
}

static void put_key(const struct fixture *f, const char *name, EVP_PKEY *key, const EVP_CIPHER *cipher)
{
	AUTO_FREE char *path = mem_printf("%s/%s", f->folder, name);
	FILE *out = fopen(path, "w");
	unsigned char word[] = "word";

	assert_non_null(key);
	assert_non_null(out);
	assert_int_equal(PEM_write_PrivateKey(out, key, cipher, word, 4, NULL, NULL), 1);
	fclose(out);
	chmod(path, 0600);
	EVP_PKEY_free(key);
}

static int make_folder(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/eacbot-config-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->file, sizeof(f->file), "%s/eacbot.yaml", f->folder);
	put(f, "app", "xapp-1-A0-test\n");
	put(f, "bot", "xoxb-1-test\n");
	put_key(f, "key", EVP_RSA_gen(2048), NULL);
	*state = f;
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"app", "bot", "key", "other", "eacbot.yaml", "slack-bot-token"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		AUTO_FREE char *path = mem_printf("%s/%s", f->folder, names[i]);

		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
	buf_done(&f->said);
	free(f);
	return 0;
}

/* Each test begins as a shell without any of the variables. */
static int forget_environment(void **state)
{
	(void)state;
	unsetenv("SLACK_APP_TOKEN");
	unsetenv("SLACK_BOT_TOKEN");
	unsetenv("SALESFORCE_CLIENT_SECRET");
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("STATE_DIRECTORY");
	return 0;
}

static void note(void *arg, bool warning, const char *text)
{
	struct fixture *f = arg;

	f->mistakes += !warning;
	f->warnings += warning;
	buf_printf(&f->said, "%s%s\n", warning ? "warning " : "", text + strlen(f->folder) + 1);
}

static struct config *read_text(struct fixture *f, const char *text)
{
	struct config *config = NULL;
	enum errc rc;

	buf_done(&f->said);
	buf_init(&f->said, 100000);
	f->mistakes = f->warnings = 0;
	put(f, "eacbot.yaml", text);
	rc = config_read(&config, f->file, note, f);
	assert_int_equal(rc == OK, f->mistakes == 0);
	assert_int_equal(rc == OK, config != NULL);
	return config;
}

/* The three parts that have to be there, and more of one's own. */
static struct config *read_with(struct fixture *f, const char *slack, const char *access, const char *salesforce,
                                const char *rest)
{
	AUTO_FREE char *text =
	    mem_printf("%s%s%s%s%s%s%s", slack_part, slack, access_part, access, salesforce_part, salesforce, rest);

	return read_text(f, text);
}

static void expect_said(const struct fixture *f, const char *line)
{
	if (!strstr(buf_str(&f->said), line))
		fail_msg("expected: %s\nsaid:\n%s", line, buf_str(&f->said));
}

/* What is written below `rest` (from line 13 on) is one mistake, which says this. */
static void expect_mistake(struct fixture *f, const char *rest, const char *line)
{
	config_free(read_with(f, "", "", "", rest));
	expect_said(f, line);
	assert_int_equal(f->mistakes, 1);
}

static void the_required_keys_are_enough(void **state)
{
	struct config *config = read_with(*state, "", "", "", "");

	assert_non_null(config);
	assert_string_equal(config->slack.api_url, "https://slack.com/api/");
	assert_int_equal(config->slack.connections, 2);
	assert_true(config->slack.posts_per_second == 1);
	assert_string_equal(config->slack.status_channel, "");
	assert_string_equal(secret_reveal(config->slack.bot_token), "xoxb-1-test");
	assert_true(config->approval.four_eyes);
	assert_int_equal(config->approval.remind_after_ms, 30 * 60 * 1000);
	assert_true(config->backend.give_up_after_ms == CONFIG_NEVER);
	assert_int_equal(config->people.hours_from_min, 480);
	assert_int_equal(config->people.hours_to_min, 1080);
	assert_int_equal(config->salesforce.siq_apps.count, 3);
	assert_true(config_list_has(&config->salesforce.siq_apps, "Salesforce Inbox"));
	assert_true(config->salesforce.reassign_same);
	assert_int_equal(config->salesforce.api_budget_percent, 10);
	assert_string_equal(config->http.host, "127.0.0.1");
	assert_int_equal(config->http.port, 9464);
	assert_int_equal(config->limits.batch, 200);
	assert_int_equal(config->limits.pause_after_failures, 10);
	config_free(config);
}

static void every_value_reaches_its_member(void **state)
{
	struct config *config = read_with(
	    *state, "  posts_per_second: 2.5\n  status_channel: C0STATUS01\n", "  protected_users: [ceo@example.com]\n",
	    "  reassign: [B]\n  permission_sets: [A, B]\n  account_links: delete\n  poll_every: 5s\n"
	    "  api_budget: 100%\n  login_url: https://acme.my.salesforce.com/\n",
	    "approval: {quorum: 2, expire_after: never}\npeople: {hours: \"00:00-24:00\", give_up_after: 3d}\n"
	    "http: {listen: \"[::1]:8080\"}\nlog: {level: debug, format: json}\n");

	assert_non_null(config);
	assert_true(config->slack.posts_per_second == 2.5);
	assert_string_equal(config->access.protected_users.items[0], "ceo@example.com");
	assert_false(config->salesforce.reassign_same);
	assert_string_equal(config->salesforce.reassign.items[0], "B");
	assert_true(config->salesforce.delete_account_links);
	assert_int_equal(config->salesforce.poll_every_ms, 5000);
	assert_string_equal(config->salesforce.login_url, "https://acme.my.salesforce.com");
	assert_true(config->approval.expire_after_ms == CONFIG_NEVER);
	assert_int_equal(config->people.give_up_after_ms, 3 * 24 * 3600 * 1000);
	assert_int_equal(config->people.hours_to_min, 1440);
	assert_string_equal(config->http.host, "::1");
	assert_int_equal(config->log.level, LOG_DEBUG);
	assert_int_equal(config->log.format, LOG_JSON);
	config_free(config);
}

static void all_mistakes_are_told_at_once_in_file_order(void **state)
{
	struct fixture *f = *state;

	config_free(read_text(f, "limits: {batch: 80x}\n"
	                         "slack:\n"
	                         "  conections: 3\n"
	                         "  connections: 9\n"
	                         "  app_token_file: app\n"
	                         "approval:\n"
	                         "  four_eyes: yes\n"
	                         "access: {requesters: [bob], approvers: [], admins: [], channels: [any]}\n"));
	assert_string_equal(
	    buf_str(&f->said),
	    "eacbot.yaml:1:1: salesforce.client_id: is missing\n"
	    "eacbot.yaml:1:1: salesforce.private_key_file: is missing (salesforce.auth: jwt needs it)\n"
	    "eacbot.yaml:1:1: salesforce.username: is missing (salesforce.auth: jwt needs it)\n"
	    "eacbot.yaml:1:17: limits.batch: must be a whole number from 1 to 200, not \"80x\"\n"
	    "eacbot.yaml:3:3: slack.conections: unknown key; did you mean slack.connections?\n"
	    "eacbot.yaml:3:3: slack.bot_token_file: is missing (a file, or the environment variable SLACK_BOT_TOKEN)\n"
	    "eacbot.yaml:4:16: slack.connections: must be a whole number from 1 to 4, not \"9\"\n"
	    "eacbot.yaml:7:14: approval.four_eyes: must be true or false, not \"yes\"\n"
	    "eacbot.yaml:8:23: access.requesters: must be ids of users (U... or W...) or of user groups (S...), no "
	    "names, "
	    "not \"bob\"\n"
	    "warning eacbot.yaml:8:40: access.approvers: nobody can approve (access.admins is empty too), so every "
	    "repair "
	    "will expire at its gate\n");
}

static void an_empty_file_misses_every_required_key(void **state)
{
	struct fixture *f = *state;

	config_free(read_text(f, "# nothing\n"));
	expect_said(f, "eacbot.yaml:1:1: file: the file is empty");
	expect_said(f, "eacbot.yaml:1:1: slack.app_token_file: is missing");
	expect_said(f, "eacbot.yaml:1:1: access.channels: is missing");
	assert_int_equal(f->mistakes, 10);
}

static void a_file_that_is_not_there_is_one_mistake(void **state)
{
	struct fixture *f = *state;
	struct config *config = NULL;

	config_free(read_text(f, ""));
	buf_clear(&f->said);
	unlink(f->file);
	assert_int_equal(config_read(&config, f->file, note, f), ERR_INVALID);
	assert_string_equal(buf_str(&f->said), "eacbot.yaml:1:1: file: can't be read: No such file or directory\n");
}

static void syntax_errors_are_told_where_they_are(void **state)
{
	struct fixture *f = *state;

	config_free(read_text(f, "slack:\n  app_token_file: x\n   bot_token_file: y\n"));
	expect_said(f, "eacbot.yaml:3:18: syntax: mapping values are not allowed in this context");
	config_free(read_text(f, "slack:\n\tcommand: /eac\n"));
	expect_said(f, "eacbot.yaml:2:1: syntax: a tab can't indent here; use blanks");
	config_free(read_text(f, "slack:\n  command: \xff\n"));
	expect_said(f, "eacbot.yaml:2:12: syntax: ");
	config_free(read_text(f, "- a\n- b\n"));
	expect_said(f, "eacbot.yaml:1:1: file: must be a mapping");
	assert_int_equal(f->mistakes, 1);
	config_free(read_text(f, "a: *b\n"));
	expect_said(f, "eacbot.yaml:1:4: syntax: found undefined alias");
}

static void doubled_keys_sections_and_documents_are_mistakes(void **state)
{
	struct fixture *f = *state;

	expect_mistake(f, "log:\n  level: info\n  level: debug\n",
	               "15:3: log.level: is given twice (first in line 14)");
	expect_mistake(f, "log: {level: info}\nlog: {level: info}\n", "14:1: log: is given twice");
	expect_mistake(f, "---\nlog: {}\n", "14:1: file: a second document begins here");
}

static void unknown_keys_are_told_with_what_was_meant(void **state)
{
	struct fixture *f = *state;

	expect_mistake(f, "slak: {}\n", "13:1: slak: unknown key; did you mean slack?");
	expect_mistake(f, "quorum: 2\n", "13:1: quorum: unknown key; did you mean approval.quorum?");
	expect_mistake(f, "approval: {permission_sets: [A]}\n", "did you mean salesforce.permission_sets?");
	expect_mistake(f, "approval: {qorum: 1}\n",
	               "13:12: approval.qorum: unknown key; did you mean approval.quorum?");
	expect_mistake(f, "log.level: info\n", "unknown key; write it below its section: log: {level: ...}");
	expect_mistake(f, "approval: {zzzzzz: 1}\n", "13:12: approval.zzzzzz: unknown key\n");
	expect_mistake(f, "approval: {? [a, b] : 1}\n", "approval: a key must be a word");
}

static void values_of_the_wrong_shape_are_mistakes(void **state)
{
	struct fixture *f = *state;

	expect_mistake(f, "log: info\n", "13:6: log: must be a mapping of keys to values");
	expect_mistake(f, "log: {level: [info]}\n", "13:14: log.level: must be a single value, not a list");
	expect_mistake(f, "log: {level: {a: b}}\n", "log.level: must be a value, not a mapping");
	expect_mistake(f, "log: {level: ~}\n", "log.level: has no value");
	expect_mistake(f, "log: {level: }\n", "log.level: has no value");
	expect_mistake(f, "log: {level: \"a\\0b\"}\n", "log.level: holds a NUL byte");
}

static void a_section_with_everything_commented_out_is_fine(void **state)
{
	struct config *config = read_with(*state, "", "", "", "log:\n  # level: debug\n");

	assert_non_null(config);
	config_free(config);
}

static void aliases_are_followed_and_never_endless(void **state)
{
	struct fixture *f = *state;
	struct config *config = read_text(f, "slack: {app_token_file: app, bot_token_file: bot}\n"
	                                     "access: {requesters: &g [S0HELPDESK], approvers: *g, admins: *g, "
	                                     "channels: [any]}\n"
	                                     "salesforce: {client_id: a, username: a@b.c, private_key_file: key}\n");

	assert_non_null(config);
	assert_string_equal(config->access.admins.items[0], "S0HELPDESK");
	assert_true(config->access.any_channel);
	assert_int_equal(config->access.channels.count, 0);
	config_free(config);
	config_free(read_text(f, "&a slack: &b {command: *b}\n"));
	expect_said(f, "slack.command: must be a value, not a mapping");
}

static void numbers_are_strict(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {"010", "1.0",   "-1", "+1", "0x1", "1e1", "99999999999999999999",
	                                  "0",   "\" 1\""};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_FREE char *rest = mem_printf("limits: {batch: %s}\n", bad[i]);

		expect_mistake(f, rest, "limits.batch: must be a whole number from 1 to 200");
	}
	expect_mistake(f, "limits: {pause_after_failures: 0}\n",
	               "limits.pause_after_failures: must be a whole number from 1 to 1000, or never");
	config_free(read_with(f, "  posts_per_second: 0\n", "", "", ""));
	expect_said(f, "slack.posts_per_second: must be a number above 0 and up to 1000");
	config_free(read_with(f, "  posts_per_second: 1,5\n", "", "", ""));
	assert_int_equal(f->mistakes, 1);
}

static void durations_hours_and_percentages_are_strict(void **state)
{
	struct fixture *f = *state;

	expect_mistake(f, "approval: {expire_after: 72}\n", "must be a duration such as 90s, 30m, 72h, 3d, or never");
	expect_mistake(f, "approval: {expire_after: 1w}\n", "must be a duration");
	expect_mistake(f, "approval: {expire_after: 0s}\n", "must be from 1s to 366d");
	expect_mistake(f, "store: {retention: 3h}\n", "must be from 1d to 3660d");
	expect_mistake(f, "audit: {anchor_every: 1s}\n", "must be from 1m to 366d");
	expect_mistake(f, "audit: {anchor_channel: audit}\n", "must be");
	expect_mistake(f, "audit: {anchor_file: /nowhere/at/all}\n", "/nowhere/at: No such file");
	expect_mistake(f, "people: {hours: 8-18}\n", "people.hours: must be two times of the day");
	expect_mistake(f, "people: {hours: \"08:00-24:01\"}\n", "people.hours: must be two times of the day");
	expect_mistake(f, "people: {hours: \"18:00-08:00\"}\n", "people.hours: must be within one day");
	config_free(read_with(f, "", "", "  poll_every: never\n", ""));
	expect_said(f, "salesforce.poll_every: must be a duration such as 90s, 30m, 72h or 3d, not \"never\"");
	config_free(read_with(f, "", "", "  api_budget: 10\n", ""));
	expect_said(f, "salesforce.api_budget: must be a whole percentage");
	config_free(read_with(f, "", "", "  api_budget: 101%\n", ""));
	expect_said(f, "salesforce.api_budget: must be a whole percentage");
}

static void http_is_for_loopback_addresses_only(void **state)
{
	struct fixture *f = *state;
	static const char *const good[] = {"http://127.0.0.1:8080", "\"http://[::1]:1\"", "http://localhost/",
	                                   "https://localhost:9"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		AUTO_FREE char *line = mem_printf("  login_url: %s\n", good[i]);
		AUTO_FREE char *api = mem_printf("  api_url: %s\n", good[i]);
		struct config *config = read_with(f, api, "", line, "");

		assert_non_null(config);
		assert_int_equal(f->warnings, 0);
		config_free(config);
	}
	config_free(
	    read_with(f, "  api_url: http://slack.com/api/\n", "", "  login_url: http://login.salesforce.com\n", ""));
	expect_said(f, "4:12: slack.api_url: must be https:// (http:// only to a loopback address)");
	expect_said(f, "salesforce.login_url: must be https://");
	assert_int_equal(f->mistakes, 2);
}

static void urls_that_hide_something_are_refused(void **state)
{
	static const char *const bad[] = {"https://",       "https://a@b.c", "https://a.b?x=1", "https://a.b#x",
	                                  "https://a b",    "ftp://a.b",     "https://a.b:0",   "https://a.b:99999",
	                                  "https://a.b:1x", "https://[::1",  "https://a_b.c",   "https:///path",
	                                  "HTTPS://a.b"};
	struct config_url url;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(config_url_parse(&url, bad[i]));
	assert_true(config_url_parse(&url, "https://a.b:1/c/"));
	assert_string_equal(url.host, "a.b");
	assert_string_equal(url.path, "/c/");
	assert_false(url.loopback);
	assert_true(config_url_parse(&url, "http://127.9.9.9"));
	assert_true(url.loopback);
	assert_true(config_url_parse(&url, "http://127.0.0.1.evil.example"));
	assert_false(url.loopback);
}

static void salesforce_settings_have_to_fit_each_other(void **state)
{
	struct fixture *f = *state;

	config_free(read_with(f, "", "", "  reassign: [Other]\n", ""));
	expect_said(f, "13:14: salesforce.reassign: Other is not in salesforce.permission_sets");
	config_free(read_with(f, "", "", "  reassign: []\n", ""));
	expect_said(f, "salesforce.reassign: must have 1 to 50 entries, not 0");
	config_free(read_with(f, "", "", "  reassign: all\n", ""));
	expect_said(f, "salesforce.reassign: must be same, or a list");
	config_free(read_with(f, "", "", "  permission_sets: [Inbox With Label]\n", ""));
	expect_said(f, "salesforce.permission_sets: must be API names");
	config_free(read_with(f, "", "", "  permission_sets: []\n", ""));
	expect_said(f, "salesforce.permission_sets: must have 1 to 50 entries");
	config_free(read_with(f, "", "", "  api_version: 58.0\n", ""));
	expect_said(f, "salesforce.api_version: must be a version such as \"64.0\", 59.0 or later");
	config_free(read_with(f, "", "", "  connected_accounts_url: //evil.example/\n", ""));
	expect_said(f, "salesforce.connected_accounts_url: must be a path on the org's own host");
	config_free(read_with(f, "", "", "  login_url: https://acme.lightning.force.com\n", ""));
	expect_said(f, "must be the My Domain URL that ends in .my.salesforce.com");
	config_free(read_with(f, "", "", "  auth: password\n", ""));
	expect_said(f, "salesforce.auth: must be jwt or client_credentials");
}

static void client_credentials_need_their_secret_and_my_domain(void **state)
{
	struct fixture *f = *state;
	static const char text[] = "salesforce:\n  auth: client_credentials\n  client_id: a\n";
	AUTO_FREE char *poor = mem_printf("%s%s%s", slack_part, access_part, text);
	AUTO_FREE char *rich = mem_printf("%s  login_url: https://a.my.salesforce.com\n", poor);
	struct config *config;

	config_free(read_text(f, poor));
	expect_said(
	    f,
	    "salesforce.client_secret_file: is missing (a file, or the environment variable SALESFORCE_CLIENT_SECRET)");
	expect_said(f, "salesforce.login_url: must be the org's My Domain URL");
	setenv("SALESFORCE_CLIENT_SECRET", "s3cret", 1);
	config = read_text(f, rich);
	assert_non_null(config);
	assert_true(config->salesforce.client_credentials);
	assert_string_equal(secret_reveal(config->salesforce.client_secret), "s3cret");
	assert_null(config->salesforce.private_key);
	config_free(config);
}

static void access_is_told_when_it_is_nobodys(void **state)
{
	struct fixture *f = *state;
	struct config *config =
	    read_text(f, "slack: {app_token_file: app, bot_token_file: bot}\n"
	                 "access: {requesters: [], approvers: [U0A1, U0A2], admins: [], channels: []}\n"
	                 "approval: {quorum: 3, remind_after: 3d}\n"
	                 "salesforce: {client_id: a, username: a@b.c, private_key_file: key}\n");

	assert_non_null(config);
	expect_said(f, "access.requesters: nobody can start a repair");
	expect_said(f, "access.channels: is empty, so commands work nowhere");
	expect_said(f, "3:20: approval.quorum: 3 approvers are needed, but access names only 2");
	expect_said(f, "approval.remind_after: is not before approval.expire_after");
	config_free(config);
}

static void ids_are_told_from_names(void **state)
{
	struct fixture *f = *state;

	config_free(read_text(f,
	                      "access: {requesters: ['@bob', C0HELP0001, u0bob], approvers: any, admins: [W0A1, W0A1], "
	                      "channels: ['#help', any, D0A1]}\n"));
	expect_said(f, "1:23: access.requesters: must be ids of users");
	expect_said(f, "1:31: access.requesters: must be ids of users");
	expect_said(f, "1:43: access.requesters: must be ids of users");
	expect_said(f, "access.approvers: must be a list");
	expect_said(f, "access.channels: must be ids of channels (C... or G...), or [any], not \"#help\"");
	expect_said(f, "access.channels: must be ids of channels (C... or G...), or [any], not \"D0A1\"");
	expect_said(f, "access.admins: \"W0A1\" is listed twice");
	config_free(read_text(f, "access: {channels: [any, C0HELP0001]}\n"));
	expect_said(f, "access.channels: must be either ids of channels or [any], not both");
}

static void the_store_is_relative_to_the_state_folder_or_the_file(void **state)
{
	struct fixture *f = *state;
	struct config *config = read_with(f, "", "", "", "store: {url: \"sqlite:a.db\"}\n");
	AUTO_FREE char *beside = mem_printf("sqlite:%s/a.db", f->folder);

	assert_string_equal(config->store.url, beside);
	config_free(config);
	setenv("STATE_DIRECTORY", "/var/lib/eacbot:/var/lib/other", 1);
	config = read_with(f, "", "", "", "");
	assert_string_equal(config->store.url, "sqlite:/var/lib/eacbot/eacbot.db");
	config_free(config);
	config = read_with(f, "", "", "", "store: {url: \"sqlite:/srv/a.db\"}\n");
	assert_string_equal(config->store.url, "sqlite:/srv/a.db");
	config_free(config);
	expect_mistake(f, "store: {url: \"sqlite::memory:\"}\n", "store.url: must be sqlite: and the path of a file");
	expect_mistake(f, "store: {url: eacbot.db}\n", "store.url: must begin with sqlite: or postgresql://");
	expect_mistake(f, "store: {url: \"postgresql://eac:hunter2@db/eac\"}\n",
	               "store.url: holds a password; use store.password_file");
	assert_null(strstr(buf_str(&f->said), "hunter2"));
	expect_mistake(f, "store: {url: \"postgresql://db/eac?password=hunter2\"}\n", "store.url: holds a password");
}

static void a_secret_in_the_file_is_refused_and_not_shown(void **state)
{
	struct fixture *f = *state;

	config_free(read_with(f, "  bot_token: xoxb-123-hunter2\n", "", "  private_key_fil: xoxb-123-hunter2\n", ""));
	expect_said(f,
	            "4:3: slack.bot_token: a secret is never a value in this file; put it into a file of its own and "
	            "write slack.bot_token_file: PATH");
	assert_null(strstr(buf_str(&f->said), "hunter2"));
	config_free(
	    read_text(f, "slack: {app_token_file: xapp-1-hunter2, command: xoxb-9-hunter2, xoxb-9-hunter2: 1}\n"));
	expect_said(f, "slack.app_token_file: holds a secret itself");
	expect_said(f, "slack.command: must be");
	assert_null(strstr(buf_str(&f->said), "hunter2"));
}

static void swapped_and_wrong_tokens_are_told(void **state)
{
	struct fixture *f = *state;
	static const char swapped[] = "slack: {app_token_file: bot, bot_token_file: app}\n";

	config_free(read_text(f, swapped));
	expect_said(f, "slack.app_token_file: holds a bot token; an app-level token begins with xapp (are the two "
	               "files swapped?)");
	expect_said(f, "slack.bot_token_file: holds an app-level token; a bot token begins with xoxb");
	put(f, "other", "xoxp-1-2\n");
	config_free(read_text(f, "slack: {app_token_file: other, bot_token_file: other}\n"));
	expect_said(f, "slack.app_token_file: is no app-level token");
	expect_said(f, "slack.bot_token_file: holds a user token");
	put(f, "other", "xoxb-1 2\n");
	config_free(read_text(f, "slack: {bot_token_file: other}\n"));
	expect_said(f, "slack.bot_token_file: holds more than a token");
	config_free(read_text(f, "slack: {bot_token_file: missing}\n"));
	expect_said(f, "missing: No such file or directory");
}

static void keys_that_cannot_sign_are_told(void **state)
{
	struct fixture *f = *state;
	static const char text[] = "salesforce: {private_key_file: other}\n";

	put_key(f, "other", EVP_RSA_gen(1024), NULL);
	config_free(read_text(f, text));
	expect_said(f, "salesforce.private_key_file: is an RSA key of less than 2048 bits");
	put_key(f, "other", EVP_EC_gen("P-256"), NULL);
	config_free(read_text(f, text));
	expect_said(f, "salesforce.private_key_file: is no RSA key");
	put_key(f, "other", EVP_EC_gen("P-256"), EVP_aes_128_cbc());
	config_free(read_text(f, text));
	expect_said(f, "salesforce.private_key_file: is a private key with a passphrase");
	put(f, "other", "-----BEGIN CERTIFICATE-----\n");
	config_free(read_text(f, text));
	expect_said(f, "salesforce.private_key_file: is a certificate");
	put(f, "other", "hello\n");
	config_free(read_text(f, text));
	expect_said(f, "salesforce.private_key_file: is no private key in PEM");
}

static void a_secret_that_others_can_read_is_a_warning(void **state)
{
	struct fixture *f = *state;
	AUTO_FREE char *path = mem_printf("%s/app", f->folder);
	struct config *config;

	chmod(path, 0640);
	config = read_with(f, "", "", "", "");
	chmod(path, 0600);
	assert_non_null(config);
	expect_said(f, "app: others can read this secret (mode 0640); chmod 600 it");
	assert_int_equal(f->warnings, 1);
	config_free(config);
}

static void a_credential_wins_over_a_file_and_a_file_over_the_environment(void **state)
{
	struct fixture *f = *state;
	struct config *config;

	setenv("SLACK_BOT_TOKEN", "xoxb-from-environment", 1);
	config = read_with(f, "", "", "", "");
	assert_string_equal(secret_reveal(config->slack.bot_token), "xoxb-1-test");
	config_free(config);
	put(f, "slack-bot-token", "xoxb-credential\n");
	setenv("CREDENTIALS_DIRECTORY", f->folder, 1);
	config = read_with(f, "", "", "", "");
	assert_string_equal(secret_reveal(config->slack.bot_token), "xoxb-credential");
	config_free(config);
	unsetenv("CREDENTIALS_DIRECTORY");
	setenv("SLACK_APP_TOKEN", "xapp-from-environment", 1);
	config = read_text(f, "access: {requesters: [U01], approvers: [U01], admins: [], channels: [any]}\n"
	                      "salesforce: {client_id: a, username: a@b.c, private_key_file: key}\n");
	assert_non_null(config);
	assert_string_equal(secret_reveal(config->slack.app_token), "xapp-from-environment");
	config_free(config);
}

static void anchors_that_go_nowhere_are_a_warning(void **state)
{
	struct fixture *f = *state;
	AUTO_FREE char *expected = mem_printf("%s/heads", f->folder);
	struct config *config;

	config_free(read_with(f, "", "", "", "audit: {anchor_every: 12h}\n"));
	expect_said(f, "audit.anchor_every: there is neither audit.anchor_file nor audit.anchor_channel");
	config_free(read_with(f, "", "", "", "audit: {anchor_every: never, anchor_channel: C0AUDIT001}\n"));
	expect_said(f, "audit.anchor_every: is never, so");
	config = read_with(f, "", "", "", "audit: {anchor_file: heads}\n");
	assert_int_equal(f->warnings, 0);
	assert_string_equal(config->audit.anchor_file, expected);
	assert_int_equal(config->store.retention_ms, 400LL * 24 * 3600 * 1000);
	config_free(config);
}

static void looking_into_the_store_needs_no_secret(void **state)
{
	struct fixture *f = *state;
	struct config *config = NULL;

	config_free(read_with(f, "", "", "", "log: {level: infos}\n"));
	assert_int_equal(config_read_for_store(&config, f->file, NULL, NULL), ERR_INVALID);
	put(f, "eacbot.yaml",
	    "slack: {app_token_file: missing, bot_token_file: missing}\n"
	    "access: {requesters: [], approvers: [], admins: [], channels: []}\n"
	    "salesforce: {client_id: a, username: a@b.c, private_key_file: missing}\n");
	assert_int_equal(config_read_for_store(&config, f->file, NULL, NULL), OK);
	assert_null(config->slack.bot_token);
	config_free(config);
}

static void count_key(void *arg, const char *key)
{
	buf_printf(arg, "%s ", key);
}

static void changes_that_need_a_restart_are_named(void **state)
{
	struct fixture *f = *state;
	struct config *old = read_with(f, "", "", "", "");
	struct config *fresh = read_with(
	    f, "  connections: 3\n", "  protected_users: [a@b.c]\n", "  reassign: [InboxWithEinsteinActivityCapture]\n",
	    "log: {level: debug}\nhttp: {listen: \"127.0.0.1:1\"}\napproval: {quorum: 2}\n");
	struct buf keys;

	buf_init(&keys, 1000);
	config_each_restart_key(old, fresh, count_key, &keys);
	assert_string_equal(buf_str(&keys), "slack.connections salesforce.reassign http.listen ");
	buf_clear(&keys);
	config_each_restart_key(old, old, count_key, &keys);
	assert_string_equal(buf_str(&keys), "");
	config_free(old);
	config_free(fresh);
	buf_done(&keys);
}

/* Each row's section can be found when it is mistyped: the list of sections in config_keys.c is whole. */
static void every_section_is_suggested(void **state)
{
	(void)state;
	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		AUTO_FREE char *section = mem_strndup(config_keys[i].path, strcspn(config_keys[i].path, "."));

		assert_string_equal(config_key_meant(NULL, section), section);
	}
}

static char *slurp(const char *path)
{
	FILE *in = fopen(path, "r");
	char chunk[4096];
	struct buf text;
	size_t n;

	assert_non_null(in);
	buf_init(&text, 1000000);
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(&text, chunk, n);
	fclose(in);
	return buf_take(&text);
}

/* "# section:" or "  # key: value", in contrast to a sentence. */
static const char *commented_out(const char *line, size_t n)
{
	const char *mark = text_starts(line, "  # ") ? line + 4 : text_starts(line, "# ") ? line + 2 : NULL;
	size_t word = mark ? strspn(mark, "abcdefghijklmnopqrstuvwxyz_") : 0;

	return mark && word > 0 && mark + word < line + n && mark[word] == ':' ? mark : NULL;
}

/* The example with everything switched on. */
static void switch_on(struct buf *ret, const char *example)
{
	for (const char *line = example; *line;) {
		size_t n = strcspn(line, "\n");
		const char *key = commented_out(line, n);

		if (key)
			buf_printf(ret, "%s%.*s\n", line[0] == ' ' || key > line + 2 ? "  " : "", (int)(line + n - key),
			           key);
		else
			buf_printf(ret, "%.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static void the_example_file_has_every_key_and_no_mistake(void **state)
{
	struct fixture *f = *state;
	AUTO_FREE char *example = slurp("config/eacbot.example.yaml");
	struct buf on;

	buf_init(&on, 1000000);
	switch_on(&on, example);
	config_free(read_text(f, buf_str(&on)));
	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		AUTO_FREE char *name = mem_printf("\n  %s: ", config_key_name(&config_keys[i]));

		if (!strstr(buf_str(&on), name))
			fail_msg("%s is not in the example file", config_keys[i].path);
	}
	for (char *line = f->said.data; line && *line; line += strcspn(line, "\n") + 1)
		if (!strstr(line, "No such file or directory") && !text_starts(line, "warning"))
			fail_msg("the example has a mistake: %s", line);
	buf_done(&on);
}

static void the_readme_tells_every_key_with_its_default(void **state)
{
	AUTO_FREE char *readme = slurp("README.md");

	(void)state;
	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		const char *fallback = config_keys[i].fallback;
		AUTO_FREE char *row = !fallback   ? mem_printf("\n| `%s` | required |", config_keys[i].path)
		                      : *fallback ? mem_printf("\n| `%s` | `%s` |", config_keys[i].path, fallback)
		                                  : mem_printf("\n| `%s` | ", config_keys[i].path);

		if (!strstr(readme, row))
			fail_msg("README.md has no row %s", row);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, forget_environment)
	const struct CMUnitTest tests[] = {
	    CASE(the_required_keys_are_enough),
	    CASE(every_value_reaches_its_member),
	    CASE(all_mistakes_are_told_at_once_in_file_order),
	    CASE(an_empty_file_misses_every_required_key),
	    CASE(a_file_that_is_not_there_is_one_mistake),
	    CASE(syntax_errors_are_told_where_they_are),
	    CASE(doubled_keys_sections_and_documents_are_mistakes),
	    CASE(unknown_keys_are_told_with_what_was_meant),
	    CASE(values_of_the_wrong_shape_are_mistakes),
	    CASE(a_section_with_everything_commented_out_is_fine),
	    CASE(aliases_are_followed_and_never_endless),
	    CASE(numbers_are_strict),
	    CASE(durations_hours_and_percentages_are_strict),
	    CASE(http_is_for_loopback_addresses_only),
	    CASE(urls_that_hide_something_are_refused),
	    CASE(salesforce_settings_have_to_fit_each_other),
	    CASE(client_credentials_need_their_secret_and_my_domain),
	    CASE(access_is_told_when_it_is_nobodys),
	    CASE(ids_are_told_from_names),
	    CASE(the_store_is_relative_to_the_state_folder_or_the_file),
	    CASE(a_secret_in_the_file_is_refused_and_not_shown),
	    CASE(swapped_and_wrong_tokens_are_told),
	    CASE(keys_that_cannot_sign_are_told),
	    CASE(a_secret_that_others_can_read_is_a_warning),
	    CASE(a_credential_wins_over_a_file_and_a_file_over_the_environment),
	    CASE(anchors_that_go_nowhere_are_a_warning),
	    CASE(looking_into_the_store_needs_no_secret),
	    CASE(changes_that_need_a_restart_are_named),
	    CASE(every_section_is_suggested),
	    CASE(the_example_file_has_every_key_and_no_mistake),
	    CASE(the_readme_tells_every_key_with_its_default),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
