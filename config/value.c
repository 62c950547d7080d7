/*
 * config/value.c - one key's value: set, compared, freed; see value.h.
 *
 * A kind says whether a list of words is allowed and how its member is stored;
 * how one word is read is words.c.
 */
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "config/words.h"

enum shape { ONE, LIST, ONE_OR_LIST };
enum storage {
	TEXT,
	SECRET,
	INT,
	INT64,
	DECIMAL,
	BOOL,
	WORDS,
	HOURS,
	LISTEN,
	REASSIGN,
	CHANNELS,
	LEVEL,
	FORMAT,
	LANGUAGE
};

static const struct kind {
	enum shape shape;
	enum storage storage;
} kinds[CONFIG_KIND_COUNT] = {
    [CONFIG_API_URL] = {ONE, TEXT},
    [CONFIG_SECRET] = {ONE, SECRET},
    [CONFIG_COMMAND] = {ONE, TEXT},
    [CONFIG_INT] = {ONE, INT},
    [CONFIG_INT_OR_NEVER] = {ONE, INT},
    [CONFIG_DECIMAL] = {ONE, DECIMAL},
    [CONFIG_BOOL] = {ONE, BOOL},
    [CONFIG_CHANNEL] = {ONE, TEXT},
    [CONFIG_PRINCIPALS] = {LIST, WORDS},
    [CONFIG_CHANNELS] = {LIST, CHANNELS},
    [CONFIG_USERS] = {LIST, WORDS},
    [CONFIG_DURATION] = {ONE, INT64},
    [CONFIG_DURATION_OR_NEVER] = {ONE, INT64},
    [CONFIG_HOURS] = {ONE, HOURS},
    [CONFIG_TIME_OR_NEVER] = {ONE, INT},
    [CONFIG_LANGUAGE] = {ONE, LANGUAGE},
    [CONFIG_LOGIN_URL] = {ONE, TEXT},
    [CONFIG_AUTH] = {ONE, BOOL},
    [CONFIG_TEXT] = {ONE, TEXT},
    [CONFIG_PATH] = {ONE, TEXT},
    [CONFIG_API_VERSION] = {ONE, TEXT},
    [CONFIG_API_NAMES] = {LIST, WORDS},
    [CONFIG_REASSIGN] = {ONE_OR_LIST, REASSIGN},
    [CONFIG_WORDS] = {LIST, WORDS},
    [CONFIG_ACCOUNT_LINKS] = {ONE, BOOL},
    [CONFIG_ORG_PATH] = {ONE, TEXT},
    [CONFIG_PERCENT] = {ONE, INT},
    [CONFIG_STORE_URL] = {ONE, TEXT},
    [CONFIG_LISTEN] = {ONE, LISTEN},
    [CONFIG_LOG_LEVEL] = {ONE, LEVEL},
    [CONFIG_LOG_FORMAT] = {ONE, FORMAT},
};

static void list_add(struct config_list *list, const char *word)
{
	list->items = mem_grow(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = mem_strdup(word);
}

static void list_free(struct config_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	memset(list, 0, sizeof(*list));
}

static bool list_same(const struct config_list *a, const struct config_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

/* A default list is written "one, two". */
static void default_list(struct config_list *list, const char *words)
{
	while (words && *words) {
		size_t n = (size_t)(strstr(words, ", ") ? strstr(words, ", ") - words : (ptrdiff_t)strlen(words));
		AUTO_FREE char *word = mem_strndup(words, n);

		list_add(list, word);
		words += n;
		words += strspn(words, ", ");
	}
}

void config_value_default(struct config *config, const struct config_key *key)
{
	const struct kind *kind = &kinds[key->kind];
	struct err e;

	if (kind->storage == SECRET)
		return;
	if (kind->storage == REASSIGN)
		config->salesforce.reassign_same = true;
	else if (kind->shape == LIST)
		default_list(config_member(config, key), key->fallback);
	else if (text_empty(key->fallback) && kind->storage == TEXT)
		*(char **)config_member(config, key) = mem_strdup("");
	else if (config_word_fns[key->kind](config, key, key->fallback, &e) != OK)
		abort(); /* a default that its own kind refuses: the table is wrong */
}

static bool has_word_before(const struct config_setting *setting, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(setting->words[i].text, setting->words[at].text) == 0)
			return true;
	return false;
}

static void set_list(struct config *config, const struct config_key *key, struct config_setting *setting,
                     struct config_report *report)
{
	struct config_list *list = config_member(config, key);
	struct err e;

	list_free(list);
	if ((int64_t)setting->count < key->lowest || (int64_t)setting->count > key->highest) {
		config_mistake(report, setting->place, key->path, "must have %lld to %lld entries, not %zu",
		               (long long)key->lowest, (long long)key->highest, setting->count);
		setting->bad = true;
		return;
	}
	for (size_t i = 0; i < setting->count; i++) {
		const struct config_word *word = &setting->words[i];
		char shown[CONFIG_QUOTED_MAX];

		if (config_word_fns[key->kind](config, key, word->text, &e) != OK) {
			config_mistake(report, word->place, key->path, "%s", e.text);
			setting->bad = true;
		} else if (has_word_before(setting, i)) {
			config_warning(report, word->place, key->path, "%s is listed twice",
			               config_quote(shown, word->text));
		} else {
			list_add(list, word->text);
		}
	}
}

static void set_channels(struct config *config, const struct config_key *key, struct config_setting *setting,
                         struct config_report *report)
{
	set_list(config, key, setting, report);
	if (!config_list_has(&config->access.channels, "any"))
		return;
	if (config->access.channels.count > 1) {
		config_mistake(report, setting->place, key->path, "must be either ids of channels or [any], not both");
		setting->bad = true;
	}
	list_free(&config->access.channels);
	config->access.any_channel = true;
}

static void set_reassign(struct config *config, const struct config_key *key, struct config_setting *setting,
                         struct config_report *report)
{
	char shown[CONFIG_QUOTED_MAX];

	if (setting->list) {
		config->salesforce.reassign_same = false;
		set_list(config, key, setting, report);
	} else if (strcmp(setting->words[0].text, "same") != 0) {
		config_mistake(report, setting->place, key->path, "must be same, or a list of API names, not %s",
		               config_quote(shown, setting->words[0].text));
		setting->bad = true;
	}
}

void config_value_set(struct config *config, const struct config_key *key, struct config_setting *setting,
                      struct config_report *report)
{
	const struct kind *kind = &kinds[key->kind];
	struct err e;

	if (setting->list && kind->shape == ONE) {
		config_mistake(report, setting->place, key->path, "must be a single value, not a list");
		setting->bad = true;
	} else if (!setting->list && kind->shape == LIST) {
		config_mistake(report, setting->place, key->path, "must be a list: [..., ...]");
		setting->bad = true;
	} else if (kind->storage == REASSIGN) {
		set_reassign(config, key, setting, report);
	} else if (kind->storage == CHANNELS) {
		set_channels(config, key, setting, report);
	} else if (kind->shape == LIST) {
		set_list(config, key, setting, report);
	} else if (config_word_fns[key->kind](config, key, setting->words[0].text, &e) != OK) {
		config_mistake(report, setting->place, key->path, "%s", e.text);
		setting->bad = true;
	}
}

void config_value_free(struct config *config, const struct config_key *key)
{
	char **text;
	struct secret **secret;

	switch (kinds[key->kind].storage) {
	case TEXT:
	case LISTEN:
		text = config_member(config, key);
		free(*text);
		*text = NULL;
		break;
	case SECRET:
		secret = config_member(config, key);
		secret_free(*secret);
		*secret = NULL;
		break;
	case WORDS:
	case REASSIGN:
	case CHANNELS: list_free(config_member(config, key)); break;
	default: break;
	}
}

static bool bytes_same(const struct config *a, const struct config *b, const struct config_key *key, size_t size)
{
	return memcmp((const char *)a + key->offset, (const char *)b + key->offset, size) == 0;
}

static const char *text_of(const struct config *config, const struct config_key *key)
{
	return *(char *const *)(const void *)((const char *)config + key->offset);
}

static const struct config_list *list_of(const struct config *config, const struct config_key *key)
{
	return (const void *)((const char *)config + key->offset);
}

bool config_value_same(const struct config *a, const struct config *b, const struct config_key *key)
{
	switch (kinds[key->kind].storage) {
	case TEXT: return text_eq(text_of(a, key), text_of(b, key));
	case LISTEN: return text_eq(a->http.host, b->http.host) && a->http.port == b->http.port;
	case WORDS: return list_same(list_of(a, key), list_of(b, key));
	case CHANNELS:
		return list_same(list_of(a, key), list_of(b, key)) && a->access.any_channel == b->access.any_channel;
	case REASSIGN:
		return list_same(list_of(a, key), list_of(b, key)) &&
		       a->salesforce.reassign_same == b->salesforce.reassign_same;
	case HOURS:
		return a->people.hours_from_min == b->people.hours_from_min &&
		       a->people.hours_to_min == b->people.hours_to_min;
	case INT: return bytes_same(a, b, key, sizeof(int));
	case INT64: return bytes_same(a, b, key, sizeof(int64_t));
	case DECIMAL: return bytes_same(a, b, key, sizeof(double));
	case BOOL: return bytes_same(a, b, key, sizeof(bool));
	case LEVEL: return a->log.level == b->log.level;
	case LANGUAGE: return a->slack.language == b->slack.language;
	case FORMAT: return a->log.format == b->log.format;
	case SECRET: break;
	}
	return false;
}
