/*
 * config/config.c - the settings, read once, whole and checked; see config.h.
 *
 * The order: the file's bytes, its shape (document.h), each value (value.h),
 * paths, secrets (secrets.h), what keys mean together (checks.h); then whatever
 * was found is told in the order of the file.
 */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "config/checks.h"
#include "config/document.h"
#include "config/report.h"
#include "config/secrets.h"
#include "config/value.h"

enum { FILE_MAX = 1024 * 1024 };

static const struct config_place top = {1, 1};

/* 0, or an errno. */
static int read_fd(int fd, struct buf *ret)
{
	char chunk[16384];
	ssize_t n;

	while (!ret->cut && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			buf_add(ret, chunk, (size_t)n);
	}
	return ret->cut ? EFBIG : 0;
}

static bool read_file(struct buf *ret, const char *file, struct config_report *report)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int number = fd < 0 ? errno : read_fd(fd, ret);

	if (fd >= 0)
		close(fd);
	if (number != 0)
		config_mistake(report, top, "file", "can't be read: %s", strerror(number));
	return number == 0;
}

/* Absolute, so that a later change of the working folder does no harm. */
static char *directory_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	AUTO_FREE char *folder = slash ? mem_strndup(file, (size_t)(slash - file) + 1) : mem_strdup(".");
	char resolved[PATH_MAX];

	return mem_strdup(realpath(folder, resolved) ? resolved : folder);
}

static void set_values(struct config *config, struct config_document *document, struct config_report *report)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		struct config_setting *setting = &document->settings[i];
		const struct config_key *key = &config_keys[i];

		if (setting->bad)
			continue;
		if (setting->given) {
			config_value_set(config, key, setting, report);
		} else if (!key->fallback) {
			config_mistake(report, setting->place, key->path, "is missing");
			setting->bad = true;
		}
	}
}

/* The first folder of systemd's list; NULL outside of systemd. */
static char *state_directory(void)
{
	const char *list = getenv("STATE_DIRECTORY");

	return text_empty(list) ? NULL : mem_strndup(list, strcspn(list, ":"));
}

static void resolve_store(struct config *config)
{
	AUTO_FREE char *folder = state_directory();
	char *url = config->store.url;

	if (!text_starts(url, "sqlite:") || url[7] == '/')
		return;
	config->store.url = mem_printf("sqlite:%s/%s", folder ? folder : config->directory, url + 7);
	free(url);
}

/* Relative as the store is; nothing is looked at, for the one who checks may see less than the service. */
static void resolve_anchor_file(struct config *config)
{
	AUTO_FREE char *folder = state_directory();
	char *file = config->audit.anchor_file;

	if (text_empty(file) || file[0] == '/')
		return;
	config->audit.anchor_file = mem_printf("%s/%s", folder ? folder : config->directory, file);
	free(file);
}

static void resolve_ca_file(struct config *config, const struct config_document *document, struct config_report *report)
{
	char *file = config->tls.ca_file;

	if (text_empty(file))
		return;
	config->tls.ca_file = config_path(config, file);
	free(file);
	if (access(config->tls.ca_file, R_OK) != 0)
		config_mistake(report, document->settings[CONFIG_KEY_CA_FILE].place, "tls.ca_file", "%s: %s",
		               config->tls.ca_file, strerror(errno));
}

static void fill(struct config *config, const char *text, size_t len, bool only_store, struct config_report *report)
{
	struct config_document document = {0};

	if (config_document_read(&document, text, len, report)) {
		set_values(config, &document, report);
		resolve_store(config);
		resolve_anchor_file(config);
		resolve_ca_file(config, &document, report);
		config_secrets_read(config, &document, only_store, report);
		config_checks(config, &document, report);
	}
	config_document_done(&document);
}

static enum errc read_config(struct config **ret, const char *file, bool only_store, config_say_fn *say, void *arg)
{
	struct config_report report = {.file = file};
	struct config *config = mem_alloc(sizeof(*config));
	struct buf text;
	bool good;

	buf_init(&text, FILE_MAX);
	config->file = mem_strdup(file);
	config->directory = directory_of(file);
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		config_value_default(config, &config_keys[i]);
	if (read_file(&text, file, &report))
		fill(config, buf_str(&text), text.len, only_store, &report);
	good = report.mistakes == 0;
	config_report_tell(&report, say, arg);
	buf_done(&text);
	if (!good) {
		config_free(config);
		return ERR_INVALID;
	}
	*ret = config;
	return OK;
}

enum errc config_read(struct config **ret, const char *file, config_say_fn *say, void *arg)
{
	return read_config(ret, file, false, say, arg);
}

enum errc config_read_for_store(struct config **ret, const char *file, config_say_fn *say, void *arg)
{
	return read_config(ret, file, true, say, arg);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		config_value_free(config, &config_keys[i]);
	free(config->file);
	free(config->directory);
	free(config);
}

bool config_list_has(const struct config_list *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_eq(list->items[i], word))
			return true;
	return false;
}

bool config_list_has_nocase(const struct config_list *list, const char *word)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_ieq(list->items[i], word))
			return true;
	return false;
}

void config_each_restart_key(const struct config *old, const struct config *fresh,
                             void (*fn)(void *arg, const char *key), void *arg)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		if (config_keys[i].takes == CONFIG_RESTART && config_keys[i].kind != CONFIG_SECRET &&
		    !config_value_same(old, fresh, &config_keys[i]))
			fn(arg, config_keys[i].path);
}
