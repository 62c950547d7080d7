/*
 * config/secrets.c - where secrets are looked for, and whether they are some; see secrets.h.
 *
 * No sentence here shows a byte of a secret, and none writes a token's prefix
 * with its hyphen: the log would hide it.
 */
#include "config/secrets.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { RSA_BITS_MIN = 2048 };

/* NULL: it is what it should be. */
typedef const char *judge_fn(const char *secret);

static bool is_one_word(const char *s)
{
	for (; *s; s++)
		if (!isgraph((unsigned char)*s))
			return false;
	return true;
}

static const char *judge_app_token(const char *token)
{
	if (text_starts(token, "xoxb-"))
		return "holds a bot token; an app-level token begins with xapp (are the two files swapped?)";
	if (!text_starts(token, "xapp-"))
		return "is no app-level token (Slack: Basic Information, App-Level Tokens; it begins with xapp)";
	return is_one_word(token) ? NULL : "holds more than a token (a blank or a line break is in it)";
}

static const char *judge_bot_token(const char *token)
{
	if (text_starts(token, "xapp-"))
		return "holds an app-level token; a bot token begins with xoxb (are the two files swapped?)";
	if (text_starts(token, "xoxp-"))
		return "holds a user token; the bot token begins with xoxb (Slack: OAuth & Permissions)";
	if (text_starts(token, "xoxe"))
		return "holds a token that expires; token rotation has to be off for this app";
	if (!text_starts(token, "xoxb-"))
		return "is no bot token (Slack: OAuth & Permissions; it begins with xoxb)";
	return is_one_word(token) ? NULL : "holds more than a token (a blank or a line break is in it)";
}

static const char *judge_client_secret(const char *secret)
{
	return is_one_word(secret) ? NULL : "holds more than a consumer secret (a blank or a line break is in it)";
}

/* An encrypted key must not make OpenSSL ask on the terminal. */
static int no_passphrase(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)strlen(pem));
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static const char *judge_private_key(const char *pem)
{
	EVP_PKEY *key = read_key(pem);
	bool rsa = key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	EVP_PKEY_free(key);
	if (key && !rsa)
		return "is no RSA key; Salesforce takes RS256 only";
	if (key && bits < RSA_BITS_MIN)
		return "is an RSA key of less than 2048 bits";
	if (key)
		return NULL;
	if (strstr(pem, "ENCRYPTED"))
		return "is a private key with a passphrase; store it without one, readable by the service alone";
	if (strstr(pem, "-----BEGIN CERTIFICATE"))
		return "is a certificate; the private key that belongs to it is needed here";
	if (strstr(pem, "PUBLIC KEY-----"))
		return "is a public key; the private key that belongs to it is needed here";
	return "is no private key in PEM";
}

static const struct row {
	enum config_key_id key;
	const char *credential; /* below $CREDENTIALS_DIRECTORY */
	const char *variable;   /* NULL: none */
	judge_fn *judge;
} rows[] = {
    {CONFIG_KEY_APP_TOKEN, "slack-app-token", "SLACK_APP_TOKEN", judge_app_token},
    {CONFIG_KEY_BOT_TOKEN, "slack-bot-token", "SLACK_BOT_TOKEN", judge_bot_token},
    {CONFIG_KEY_PRIVATE_KEY, "salesforce-key", NULL, judge_private_key},
    {CONFIG_KEY_CLIENT_SECRET, "salesforce-client-secret", "SALESFORCE_CLIENT_SECRET", judge_client_secret},
    {CONFIG_KEY_STORE_PASSWORD, "store-password", NULL, NULL},
};

static bool is_needed(const struct config *config, enum config_key_id key)
{
	switch (key) {
	case CONFIG_KEY_PRIVATE_KEY: return !config->salesforce.client_credentials;
	case CONFIG_KEY_CLIENT_SECRET: return config->salesforce.client_credentials;
	case CONFIG_KEY_STORE_PASSWORD: return false; /* PGPASSFILE, or none at all */
	default: return true;
	}
}

/* Not needed, but read when it is there. */
static bool is_of_use(const struct config *config, enum config_key_id key)
{
	if (key == CONFIG_KEY_STORE_PASSWORD)
		return text_starts(config->store.url, "postgresql:");
	return is_needed(config, key);
}

char *config_path(const struct config *config, const char *path)
{
	return *path == '/' ? mem_strdup(path) : mem_printf("%s/%s", config->directory, path);
}

/* The file below $CREDENTIALS_DIRECTORY, when there is one. */
static char *credential_path(const char *name)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char *path = text_empty(directory) ? NULL : mem_printf("%s/%s", directory, name);

	if (path && access(path, F_OK) == 0)
		return path;
	free(path);
	return NULL;
}

static void warn_if_open(const char *path, struct config_place place, const char *key, struct config_report *report)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRGRP | S_IROTH)))
		config_warning(report, place, key, "%s: " CONFIG_OPEN_SECRET " (mode %04o); chmod 600 it", path,
		               (unsigned)st.st_mode & 07777U);
}

/* From a file; false when that failed, which was told. */
static bool from_file(struct secret **ret, const char *path, struct config_place place, const char *key,
                      struct config_report *report)
{
	struct err e = {0};

	if (secret_read_file(ret, path, &e) == OK)
		return true;
	config_mistake(report, place, key, "%s", e.text);
	return false;
}

static void tell_missing(const struct row *row, const struct config_setting *setting, struct config_report *report)
{
	const char *path = config_keys[row->key].path;

	if (row->variable)
		config_mistake(report, setting->place, path, "is missing (a file, or the environment variable %s)",
		               row->variable);
	else
		config_mistake(report, setting->place, path, "is missing (salesforce.auth: jwt needs it)");
}

/* Looks in the three places; NULL when there is none, which was told where it is a mistake. */
static struct secret *find(const struct config *config, const struct row *row, const struct config_setting *setting,
                           struct config_report *report)
{
	const char *key = config_keys[row->key].path;
	const char *value = row->variable ? getenv(row->variable) : NULL;
	AUTO_FREE char *credential = credential_path(row->credential);
	AUTO_FREE char *path = setting->given && !setting->bad ? config_path(config, setting->words[0].text) : NULL;
	struct secret *found = NULL;

	if (credential) {
		from_file(&found, credential, setting->place, key, report);
	} else if (path) {
		if (from_file(&found, path, setting->place, key, report))
			warn_if_open(path, setting->place, key, report);
	} else if (!setting->bad && value && *value) {
		found = secret_new(value, strlen(value));
	} else if (!setting->bad && is_needed(config, row->key)) {
		tell_missing(row, setting, report);
	}
	return found;
}

static void read_one(struct config *config, const struct row *row, const struct config_setting *setting,
                     struct config_report *report)
{
	struct secret **field = (void *)((char *)config + config_keys[row->key].offset);
	const char *trouble;

	*field = find(config, row, setting, report);
	trouble = *field && row->judge ? row->judge(secret_reveal(*field)) : NULL;
	if (trouble)
		config_mistake(report, setting->place, config_keys[row->key].path, "%s", trouble);
}

void config_secrets_read(struct config *config, const struct config_document *document, bool only_store,
                         struct config_report *report)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct config_setting *setting = &document->settings[rows[i].key];

		if (only_store && rows[i].key != CONFIG_KEY_STORE_PASSWORD)
			continue;
		if (is_of_use(config, rows[i].key))
			read_one(config, &rows[i], setting, report);
		else if (setting->given && !setting->bad)
			config_warning(report, setting->place, config_keys[rows[i].key].path,
			               "is not used with these settings");
	}
}
