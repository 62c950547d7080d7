/*
 * config/config_keys.c - the table of config_keys.h, and finding a row by name.
 */
#include "config/config_keys.h"

#include <string.h>

#include "bot/base/text.h"

const struct config_key config_keys[CONFIG_KEY_COUNT] = {
#define X(id, path, kind, member, fallback, lowest, highest, takes, meaning) \
	[CONFIG_KEY_##id] = { \
	    path, CONFIG_##kind, offsetof(struct config, member), fallback, lowest, highest, CONFIG_##takes, meaning},
    CONFIG_KEYS(X)
#undef X
};

int config_key_find(const char *path)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		if (strcmp(config_keys[i].path, path) == 0)
			return i;
	return -1;
}

const char *config_key_name(const struct config_key *key)
{
	return strchr(key->path, '.') + 1;
}

bool config_key_in(const struct config_key *key, const char *section)
{
	size_t n = strlen(section);

	return strncmp(key->path, section, n) == 0 && key->path[n] == '.';
}

bool config_section_exists(const char *section)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		if (config_key_in(&config_keys[i], section))
			return true;
	return false;
}

/* One slip in a short word, up to three in a long one. */
static unsigned slips_allowed(const char *name)
{
	size_t n = strlen(name);

	return n <= 4 ? 1 : n <= 8 ? 2 : 3;
}

static const char *nearest_in(const char *section, const char *name)
{
	const char *best = NULL;
	unsigned least = slips_allowed(name) + 1;

	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		unsigned d = text_distance(name, config_key_name(&config_keys[i]));

		if (config_key_in(&config_keys[i], section) && d < least) {
			least = d;
			best = config_keys[i].path;
		}
	}
	return best;
}

/* The right word in the wrong place. */
static const char *same_name_elsewhere(const char *name)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		if (strcmp(config_key_name(&config_keys[i]), name) == 0)
			return config_keys[i].path;
	return NULL;
}

static const char *nearest_section(const char *name)
{
	static const char *const sections[] = {"slack",   "access",     "approval", "escalation", "people",
	                                       "backend", "salesforce", "store",    "audit",      "http",
	                                       "log",     "tls",        "limits"};
	const char *best = NULL;
	unsigned least = slips_allowed(name) + 1;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		unsigned d = text_distance(name, sections[i]);

		if (d < least) {
			least = d;
			best = sections[i];
		}
	}
	return best;
}

const char *config_key_meant(const char *section, const char *name)
{
	const char *meant = section ? nearest_in(section, name) : nearest_section(name);

	return meant ? meant : same_name_elsewhere(name);
}
