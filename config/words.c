/*
 * config/words.c - reading one word of the file; see words.h.
 *
 * Small parsers first, then one function per kind, then the table. Position,
 * file and key are the caller's: a reader only says what the word must be.
 */
#include "config/words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "config/report.h"
#include "config/url.h"

void *config_member(struct config *config, const struct config_key *key)
{
	return (char *)config + key->offset;
}

static void set_text(struct config *config, const struct config_key *key, const char *text)
{
	char **field = config_member(config, key);

	free(*field);
	*field = mem_strdup(text);
}

static enum errc wrong(struct err *reterr, const char *word, const char *must)
{
	char shown[CONFIG_QUOTED_MAX];

	return err_set(reterr, ERR_INVALID, "must be %s, not %s", must, config_quote(shown, word));
}

static bool all_of(const char *s, int (*is)(int), const char *or_these)
{
	for (; *s; s++)
		if (!is((unsigned char)*s) && !strchr(or_these, *s))
			return false;
	return true;
}

/* Digits only, no leading zero (is 010 eight?), at most 18 of them. */
static bool parse_whole(const char *word, size_t len, int64_t *ret)
{
	int64_t n = 0;

	if (len == 0 || len > 18 || (len > 1 && word[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)word[i]))
			return false;
		n = n * 10 + (word[i] - '0');
	}
	*ret = n;
	return true;
}

static enum errc read_text(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	size_t n = strlen(word);

	if ((int64_t)n < key->lowest || (int64_t)n > key->highest)
		return err_set(reterr, ERR_INVALID, "must have %lld to %lld characters, not %zu",
		               (long long)key->lowest, (long long)key->highest, n);
	if (!all_of(word, isprint, "") && !text_is_utf8(word, n))
		return err_set(reterr, ERR_INVALID, "must be readable text");
	set_text(config, key, word);
	return OK;
}

static enum errc read_secret_path(struct config *config, const struct config_key *key, const char *word,
                                  struct err *reterr)
{
	(void)config;
	if (text_starts(word, "xapp-") || text_starts(word, "xox") || strchr(word, '\n'))
		return err_set(
		    reterr, ERR_INVALID,
		    "holds a secret itself; put it into a file of its own and write %s: PATH, then change the "
		    "secret, for it has been in this file",
		    config_key_name(key));
	if (!*word)
		return err_set(reterr, ERR_INVALID, "must be the path of a file");
	return OK;
}

static enum errc read_int(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	int *field = config_member(config, key);
	bool never = key->kind == CONFIG_INT_OR_NEVER;
	char must[64];
	int64_t n;

	if (never && strcmp(word, "never") == 0) {
		*field = 0;
		return OK;
	}
	snprintf(must, sizeof(must), "a whole number from %lld to %lld%s", (long long)key->lowest,
	         (long long)key->highest, never ? ", or never" : "");
	if (!parse_whole(word, strlen(word), &n) || n < key->lowest || n > key->highest)
		return wrong(reterr, word, must);
	*field = (int)n;
	return OK;
}

/* Digits, perhaps a point and digits. Not strtod: that follows the locale and takes 0x, inf and 1e9. */
static bool parse_decimal(const char *word, double *ret)
{
	size_t whole = strcspn(word, ".");
	const char *part = word[whole] ? word + whole + 1 : "";
	double scale = 1;
	int64_t n;

	if (!parse_whole(word, whole, &n) || (word[whole] && !*part) || strlen(part) > 6 || !all_of(part, isdigit, ""))
		return false;
	for (; *part; part++) {
		n = n * 10 + (*part - '0');
		scale *= 10;
	}
	*ret = (double)n / scale;
	return true;
}

static enum errc read_decimal(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	double *field = config_member(config, key);
	char must[64];
	double n;

	snprintf(must, sizeof(must), "a number above %lld and up to %lld", (long long)key->lowest,
	         (long long)key->highest);
	if (!parse_decimal(word, &n) || n <= (double)key->lowest || n > (double)key->highest)
		return wrong(reterr, word, must);
	*field = n;
	return OK;
}

static enum errc read_bool(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	bool *field = config_member(config, key);

	if (strcmp(word, "true") != 0 && strcmp(word, "false") != 0)
		return wrong(reterr, word, "true or false");
	*field = strcmp(word, "true") == 0;
	return OK;
}

static bool parse_duration(const char *word, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60 * 1000}, {'h', 3600 * 1000}, {'d', 24 * 3600 * 1000}};
	size_t n = strlen(word);
	int64_t count;

	if (n < 2 || n > 9 || !parse_whole(word, n - 1, &count))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].unit == word[n - 1]) {
			*ret = count * units[i].ms;
			return true;
		}
	return false;
}

/* As it would be written, in the largest unit that leaves nothing over. */
static void write_duration(int64_t ms, char out[static 24])
{
	int64_t s = ms / 1000;

	if (s % (24 * 3600) == 0)
		snprintf(out, 24, "%lldd", (long long)(s / (24 * 3600)));
	else if (s % 3600 == 0)
		snprintf(out, 24, "%lldh", (long long)(s / 3600));
	else if (s % 60 == 0)
		snprintf(out, 24, "%lldm", (long long)(s / 60));
	else
		snprintf(out, 24, "%llds", (long long)s);
}

static enum errc wrong_span(struct err *reterr, const char *word, const struct config_key *key)
{
	char lowest[24], highest[24], range[64];

	write_duration(key->lowest, lowest);
	write_duration(key->highest, highest);
	snprintf(range, sizeof(range), "from %s to %s", lowest, highest);
	return wrong(reterr, word, range);
}

static enum errc read_duration(struct config *config, const struct config_key *key, const char *word,
                               struct err *reterr)
{
	int64_t *field = config_member(config, key);
	bool never = key->kind == CONFIG_DURATION_OR_NEVER;
	int64_t ms;

	if (never && strcmp(word, "never") == 0) {
		*field = CONFIG_NEVER;
		return OK;
	}
	if (!parse_duration(word, &ms))
		return wrong(reterr, word,
		             never ? "a duration such as 90s, 30m, 72h, 3d, or never"
		                   : "a duration such as 90s, 30m, 72h or 3d");
	if (ms < key->lowest || ms > key->highest)
		return wrong_span(reterr, word, key);
	*field = ms;
	return OK;
}

static enum errc read_percent(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	int *field = config_member(config, key);
	size_t n = strlen(word);
	int64_t percent;

	if (n < 2 || word[n - 1] != '%' || !parse_whole(word, n - 1, &percent) || percent < key->lowest ||
	    percent > key->highest)
		return wrong(reterr, word, "a whole percentage from 1% to 100%");
	*field = (int)percent;
	return OK;
}

/* "08:00" to minutes; -1 when it is none. */
static int minutes_of(const char *s)
{
	int hour;
	int minute;

	for (int i = 0; i < 5; i++)
		if (i == 2 ? s[i] != ':' : !isdigit((unsigned char)s[i]))
			return -1;
	hour = (s[0] - '0') * 10 + s[1] - '0';
	minute = (s[3] - '0') * 10 + s[4] - '0';
	return hour * 60 + minute <= 24 * 60 && minute < 60 ? hour * 60 + minute : -1;
}

static enum errc read_time_or_never(struct config *config, const struct config_key *key, const char *word,
                                    struct err *reterr)
{
	int *field = config_member(config, key);
	bool never = strcmp(word, "never") == 0;
	int minutes = strlen(word) == 5 ? minutes_of(word) : -1;

	if (!never && (minutes < 0 || minutes == 24 * 60))
		return wrong(reterr, word, "a time of the day such as 07:00, or never");
	*field = never ? -1 : minutes;
	return OK;
}

static enum errc read_language(struct config *config, const struct config_key *key, const char *word,
                               struct err *reterr)
{
	(void)key;
	return language_of_code(word, &config->slack.language) ? OK : wrong(reterr, word, "en, ko, ja or de");
}

static enum errc read_hours(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	bool shape = strlen(word) == 11 && word[5] == '-';
	int from = shape ? minutes_of(word) : -1;
	int to = shape ? minutes_of(word + 6) : -1;

	(void)key;
	if (from < 0 || to < 0)
		return wrong(reterr, word, "two times of the day such as 08:00-18:00, or 00:00-24:00 for always");
	if (from >= to)
		return wrong(reterr, word, "within one day, the first time before the second");
	config->people.hours_from_min = from;
	config->people.hours_to_min = to;
	return OK;
}

/* A Slack id: one of these letters, then capitals and digits. */
static bool is_slack_id(const char *word, const char *letters)
{
	size_t n = strlen(word);

	if (n < 3 || n > 21 || !strchr(letters, word[0]))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!isdigit((unsigned char)word[i]) && !(word[i] >= 'A' && word[i] <= 'Z'))
			return false;
	return true;
}

static enum errc read_channel(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	if (*word && !is_slack_id(word, "CG"))
		return wrong(reterr, word,
		             "the id of a channel (C... or G...; in Slack at the end of the channel's details)");
	set_text(config, key, word);
	return OK;
}

static enum errc judge_channel(struct config *config, const struct config_key *key, const char *word,
                               struct err *reterr)
{
	(void)config;
	(void)key;
	if (strcmp(word, "any") == 0 || is_slack_id(word, "CG"))
		return OK;
	return wrong(reterr, word, "ids of channels (C... or G...), or [any]");
}

static enum errc judge_principal(struct config *config, const struct config_key *key, const char *word,
                                 struct err *reterr)
{
	(void)config;
	(void)key;
	if (is_slack_id(word, "UWS"))
		return OK;
	return wrong(reterr, word, "ids of users (U... or W...) or of user groups (S...), no names");
}

/* A username or an e-mail address has an @; else it has to look like an id of 15 or 18 characters. */
static enum errc judge_user(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	size_t n = strlen(word);
	const char *at = strchr(word, '@');

	(void)config;
	(void)key;
	if (at && at > word && at[1] && n <= 100 && !strpbrk(word, " \t"))
		return OK;
	if ((n == 15 || n == 18) && text_starts(word, "005") && all_of(word, isalnum, ""))
		return OK;
	return wrong(reterr, word, "Salesforce usernames, e-mail addresses or user ids (005...)");
}

/* Salesforce's rule for API names, a namespace (ns__Name) included. */
static enum errc judge_api_name(struct config *config, const struct config_key *key, const char *word,
                                struct err *reterr)
{
	(void)config;
	(void)key;
	if (isalpha((unsigned char)word[0]) && strlen(word) <= 96 && all_of(word, isalnum, "_"))
		return OK;
	return wrong(reterr, word, "API names (letters, digits and _), not labels");
}

static enum errc judge_word(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	size_t n = strlen(word);

	(void)config;
	(void)key;
	if (n > 0 && n <= 255 && text_is_utf8(word, n) && word[0] != ' ' && word[n - 1] != ' ')
		return OK;
	return wrong(reterr, word, "names of 1 to 255 characters without blanks at their ends");
}

static enum errc read_command(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	size_t n = strlen(word);
	bool good = word[0] == '/' && (int64_t)n >= key->lowest && (int64_t)n <= key->highest;

	for (size_t i = 1; good && i < n; i++)
		good = islower((unsigned char)word[i]) || isdigit((unsigned char)word[i]) || strchr("_-", word[i]);
	if (!good)
		return wrong(reterr, word, "a / and up to 31 small letters, digits, - or _");
	set_text(config, key, word);
	return OK;
}

/* What both URLs share. */
static enum errc judge_url(struct config_url *url, const char *word, struct err *reterr)
{
	if (!config_url_parse(url, word))
		return wrong(reterr, word, "an address such as https://host/ (no user, query or fragment in it)");
	if (!url->https && !url->loopback)
		return wrong(reterr, word, "https:// (http:// only to a loopback address)");
	return OK;
}

static enum errc read_api_url(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	struct config_url url;
	AUTO_FREE char *whole = NULL;

	if (judge_url(&url, word, reterr) != OK)
		return ERR_INVALID;
	whole = mem_printf("%s%s", word, word[strlen(word) - 1] == '/' ? "" : "/");
	set_text(config, key, whole);
	return OK;
}

static enum errc read_login_url(struct config *config, const struct config_key *key, const char *word,
                                struct err *reterr)
{
	struct config_url url;
	AUTO_FREE char *bare = NULL;

	if (judge_url(&url, word, reterr) != OK)
		return ERR_INVALID;
	if (strspn(url.path, "/") != strlen(url.path))
		return wrong(reterr, word, "a host alone, without a path");
	if (strlen(url.host) > 20 && text_ieq(url.host + strlen(url.host) - 20, ".lightning.force.com"))
		return wrong(reterr, word, "the My Domain URL that ends in .my.salesforce.com");
	bare = mem_strndup(word, (size_t)(url.path - word));
	set_text(config, key, bare);
	return OK;
}

/* Relative, so that a card's link can only lead to the org's own host. */
static enum errc read_org_path(struct config *config, const struct config_key *key, const char *word,
                               struct err *reterr)
{
	bool good = !*word || (word[0] == '/' && word[1] != '/' && !strpbrk(word, " \\<>\"|"));

	if (!good || (int64_t)strlen(word) > key->highest || !all_of(word, isprint, ""))
		return wrong(reterr, word, "a path on the org's own host, beginning with one /");
	set_text(config, key, word);
	return OK;
}

static enum errc read_api_version(struct config *config, const struct config_key *key, const char *word,
                                  struct err *reterr)
{
	size_t n = strlen(word);
	int64_t version;

	if (n < 3 || strcmp(word + n - 2, ".0") != 0 || !parse_whole(word, n - 2, &version) || version < key->lowest ||
	    version > key->highest)
		return wrong(reterr, word, "a version such as \"64.0\", 59.0 or later");
	set_text(config, key, word);
	return OK;
}

static enum errc read_auth(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	bool *field = config_member(config, key);

	if (strcmp(word, "jwt") != 0 && strcmp(word, "client_credentials") != 0)
		return wrong(reterr, word, "jwt or client_credentials");
	*field = strcmp(word, "jwt") != 0;
	return OK;
}

static enum errc read_account_links(struct config *config, const struct config_key *key, const char *word,
                                    struct err *reterr)
{
	bool *field = config_member(config, key);

	if (strcmp(word, "ask") != 0 && strcmp(word, "delete") != 0)
		return wrong(reterr, word, "ask or delete");
	*field = strcmp(word, "delete") == 0;
	return OK;
}

/* postgresql://user:password@host, or ?password=... */
static bool holds_password(const char *url)
{
	const char *rest = strstr(url, "://") + 3;
	size_t n = strcspn(rest, "/?");
	const char *at = memchr(rest, '@', n);

	return (at && memchr(rest, ':', (size_t)(at - rest))) || strstr(rest, "?password=") ||
	       strstr(rest, "&password=");
}

static enum errc read_store_url(struct config *config, const struct config_key *key, const char *word,
                                struct err *reterr)
{
	bool sqlite = text_starts(word, "sqlite:");
	bool postgres = text_starts(word, "postgresql://");

	if (!sqlite && !postgres)
		return err_set(reterr, ERR_INVALID, "must begin with sqlite: or postgresql://");
	if (postgres && holds_password(word))
		return err_set(reterr, ERR_INVALID, "holds a password; use store.password_file or PGPASSFILE");
	if (sqlite && (!word[7] || text_starts(word + 7, ":") || text_starts(word + 7, "//")))
		return wrong(reterr, word, "sqlite: and the path of a file");
	if (strlen(word) > (size_t)key->highest)
		return err_set(reterr, ERR_INVALID, "is too long");
	set_text(config, key, word);
	return OK;
}

/* The address in front of the last colon, out of its brackets; false when it is none. "localhost" needs no resolver. */
static bool parse_address(const char *word, size_t len, char *out, size_t size)
{
	struct in_addr v4;
	struct in6_addr v6;
	bool bracket = len > 2 && word[0] == '[' && word[len - 1] == ']';

	if (bracket) {
		word++;
		len -= 2;
	}
	if (len == 0 || len >= size)
		return false;
	memcpy(out, word, len);
	out[len] = '\0';
	if (!bracket && strcmp(out, "localhost") == 0)
		text_copy(out, size, "127.0.0.1");
	return bracket ? inet_pton(AF_INET6, out, &v6) == 1 : inet_pton(AF_INET, out, &v4) == 1;
}

static enum errc read_listen(struct config *config, const struct config_key *key, const char *word, struct err *reterr)
{
	const char *colon = strrchr(word, ':');
	char host[64] = "";
	int64_t port = 0;

	if (*word && (!colon || !parse_address(word, (size_t)(colon - word), host, sizeof(host)) ||
	              !parse_whole(colon + 1, strlen(colon + 1), &port) || port < 1 || port > 65535))
		return wrong(reterr, word, "ADDRESS:PORT such as 127.0.0.1:9464 or [::1]:9464, or \"\" for none");
	set_text(config, key, host);
	config->http.port = (int)port;
	return OK;
}

static int place_in(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static enum errc read_log_level(struct config *config, const struct config_key *key, const char *word,
                                struct err *reterr)
{
	static const char *const words[] = {"debug", "info", "warning", "error", NULL};
	int at = place_in(words, word);

	(void)key;
	if (at < 0)
		return wrong(reterr, word, "debug, info, warning or error");
	config->log.level = (enum log_level)at;
	return OK;
}

static enum errc read_log_format(struct config *config, const struct config_key *key, const char *word,
                                 struct err *reterr)
{
	static const char *const words[] = {"auto", "text", "json", NULL};
	int at = place_in(words, word);

	(void)key;
	if (at < 0)
		return wrong(reterr, word, "auto, text or json");
	config->log.format = (enum log_format)at;
	return OK;
}

config_word_fn *const config_word_fns[CONFIG_KIND_COUNT] = {
    [CONFIG_API_URL] = read_api_url,
    [CONFIG_SECRET] = read_secret_path,
    [CONFIG_COMMAND] = read_command,
    [CONFIG_INT] = read_int,
    [CONFIG_INT_OR_NEVER] = read_int,
    [CONFIG_DECIMAL] = read_decimal,
    [CONFIG_BOOL] = read_bool,
    [CONFIG_CHANNEL] = read_channel,
    [CONFIG_PRINCIPALS] = judge_principal,
    [CONFIG_CHANNELS] = judge_channel,
    [CONFIG_USERS] = judge_user,
    [CONFIG_DURATION] = read_duration,
    [CONFIG_DURATION_OR_NEVER] = read_duration,
    [CONFIG_HOURS] = read_hours,
    [CONFIG_TIME_OR_NEVER] = read_time_or_never,
    [CONFIG_LANGUAGE] = read_language,
    [CONFIG_LOGIN_URL] = read_login_url,
    [CONFIG_AUTH] = read_auth,
    [CONFIG_TEXT] = read_text,
    [CONFIG_PATH] = read_text,
    [CONFIG_API_VERSION] = read_api_version,
    [CONFIG_API_NAMES] = judge_api_name,
    [CONFIG_REASSIGN] = judge_api_name,
    [CONFIG_WORDS] = judge_word,
    [CONFIG_ACCOUNT_LINKS] = read_account_links,
    [CONFIG_ORG_PATH] = read_org_path,
    [CONFIG_PERCENT] = read_percent,
    [CONFIG_STORE_URL] = read_store_url,
    [CONFIG_LISTEN] = read_listen,
    [CONFIG_LOG_LEVEL] = read_log_level,
    [CONFIG_LOG_FORMAT] = read_log_format,
};
