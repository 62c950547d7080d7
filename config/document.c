/*
 * config/document.c - the file as YAML; see document.h.
 *
 * libyaml builds the tree (it resolves aliases and tells syntax errors), then
 * the tree is walked two levels deep, which no alias can make endless.
 */
#include "config/document.h"

#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

struct walk {
	yaml_document_t *yaml;
	struct config_document *document;
	struct config_report *report;
};

/* What people write although it must not be there, and what to write instead. */
static const struct {
	const char *path, *instead;
} secrets_as_values[] = {
    {"slack.app_token", "slack.app_token_file"},
    {"slack.bot_token", "slack.bot_token_file"},
    {"salesforce.private_key", "salesforce.private_key_file"},
    {"salesforce.client_secret", "salesforce.client_secret_file"},
    {"store.password", "store.password_file"},
};

static struct config_place place_of(yaml_mark_t mark)
{
	return (struct config_place){mark.line + 1, mark.column + 1};
}

static bool is_nothing(const yaml_node_t *node)
{
	const char *s = (const char *)node->data.scalar.value;

	return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*s || strcmp(s, "~") == 0 || text_ieq(s, "null"));
}

/* NULL, and a mistake told, when the node is not one word. */
static const char *word_of(struct walk *w, const yaml_node_t *node, const char *path)
{
	const char *s = (const char *)node->data.scalar.value;

	if (node->type != YAML_SCALAR_NODE)
		config_mistake(w->report, place_of(node->start_mark), path, "must be a single value");
	else if (is_nothing(node))
		config_mistake(w->report, place_of(node->start_mark), path,
		               "has no value; leave the key out for its default, or write \"\" where empty is meant");
	else if (strlen(s) != node->data.scalar.length)
		config_mistake(w->report, place_of(node->start_mark), path, "holds a NUL byte");
	else
		return s;
	return NULL;
}

static void add_word(struct walk *w, struct config_setting *setting, const yaml_node_t *node, const char *path)
{
	const char *s = word_of(w, node, path);

	if (!s) {
		setting->bad = true;
		return;
	}
	setting->words = mem_grow(setting->words, setting->count + 1, sizeof(*setting->words));
	setting->words[setting->count++] = (struct config_word){mem_strdup(s), place_of(node->start_mark)};
}

static void read_value(struct walk *w, struct config_setting *setting, const yaml_node_t *node, const char *path)
{
	setting->place = place_of(node->start_mark);
	if (node->type == YAML_MAPPING_NODE) {
		config_mistake(w->report, setting->place, path, "must be a value, not a mapping of further keys");
		setting->bad = true;
		return;
	}
	setting->list = node->type == YAML_SEQUENCE_NODE;
	if (!setting->list) {
		add_word(w, setting, node, path);
		return;
	}
	for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++)
		add_word(w, setting, yaml_document_get_node(w->yaml, *i), path);
}

static void tell_unknown(struct walk *w, struct config_place place, const char *section, const char *name)
{
	AUTO_FREE char *path = section ? mem_printf("%s.%s", section, name) : mem_strdup(name);
	const char *meant = config_key_meant(section, name);
	char shown[CONFIG_QUOTED_MAX];

	config_quote(shown, path);
	shown[strlen(shown) - 1] = '\0'; /* a key stands there without quotes */
	for (size_t i = 0; i < sizeof(secrets_as_values) / sizeof(secrets_as_values[0]); i++)
		if (strcmp(path, secrets_as_values[i].path) == 0) {
			config_mistake(
			    w->report, place, path,
			    "a secret is never a value in this file; put it into a file of its own and write %s: PATH",
			    secrets_as_values[i].instead);
			return;
		}
	if (!section && config_key_find(name) >= 0)
		config_mistake(w->report, place, shown + 1, "unknown key; write it below its section: %.*s: {%s: ...}",
		               (int)strcspn(name, "."), name, strchr(name, '.') + 1);
	else if (meant)
		config_mistake(w->report, place, shown + 1, "unknown key; did you mean %s?", meant);
	else
		config_mistake(w->report, place, shown + 1, "unknown key");
}

/* Keys must be plain words; NULL and a mistake told otherwise. */
static const char *key_of(struct walk *w, const yaml_node_t *node, const char *section)
{
	const char *s = (const char *)node->data.scalar.value;

	if (node->type == YAML_SCALAR_NODE && strlen(s) == node->data.scalar.length)
		return s;
	config_mistake(w->report, place_of(node->start_mark), section ? section : "file", "a key must be a word");
	return NULL;
}

static void read_key(struct walk *w, const char *section, const yaml_node_t *key, const yaml_node_t *value)
{
	const char *name = key_of(w, key, section);
	AUTO_FREE char *path = name ? mem_printf("%s.%s", section, name) : NULL;
	int id = name ? config_key_find(path) : -1;
	struct config_setting *setting;

	if (!name)
		return;
	if (id < 0) {
		tell_unknown(w, place_of(key->start_mark), section, name);
		return;
	}
	setting = &w->document->settings[id];
	if (setting->given) {
		config_mistake(w->report, place_of(key->start_mark), path, "is given twice (first in line %zu)",
		               setting->place.line);
		return;
	}
	setting->given = true;
	read_value(w, setting, value, path);
}

static void place_section(struct walk *w, const char *section, struct config_place place, bool bad)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		if (config_key_in(&config_keys[i], section)) {
			w->document->settings[i].place = place;
			w->document->settings[i].bad = bad;
		}
}

static void read_section(struct walk *w, const char *section, const yaml_node_t *node)
{
	bool is_map = node->type == YAML_MAPPING_NODE;

	place_section(w, section, place_of(node->start_mark), !is_map && !is_nothing(node));
	if (is_nothing(node))
		return; /* everything in it commented out */
	if (!is_map) {
		config_mistake(w->report, place_of(node->start_mark), section, "must be a mapping of keys to values");
		return;
	}
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++)
		read_key(w, section, yaml_document_get_node(w->yaml, p->key),
		         yaml_document_get_node(w->yaml, p->value));
}

/* Was the section of this pair seen in an earlier pair? */
static bool is_repeated(struct walk *w, const yaml_node_t *root, const yaml_node_pair_t *pair, const char *name)
{
	for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < pair; p++) {
		const yaml_node_t *key = yaml_document_get_node(w->yaml, p->key);

		if (key->type == YAML_SCALAR_NODE && strcmp((const char *)key->data.scalar.value, name) == 0)
			return true;
	}
	return false;
}

static void read_root(struct walk *w, const yaml_node_t *root)
{
	for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = yaml_document_get_node(w->yaml, p->key);
		const char *name = key_of(w, key, NULL);

		if (!name)
			continue;
		if (!config_section_exists(name))
			tell_unknown(w, place_of(key->start_mark), NULL, name);
		else if (is_repeated(w, root, p, name))
			config_mistake(w->report, place_of(key->start_mark), name, "is given twice");
		else
			read_section(w, name, yaml_document_get_node(w->yaml, p->value));
	}
}

static struct config_place place_of_byte(const char *text, size_t len, size_t offset)
{
	struct config_place place = {1, 1};

	for (size_t i = 0; i < len && i < offset; i++) {
		place.line += text[i] == '\n';
		place.column = text[i] == '\n' ? 1 : place.column + 1;
	}
	return place;
}

/* Is the character at this mark a tab? libyaml then only says that it can't start a token. */
static bool is_tab(const char *text, size_t len, yaml_mark_t mark)
{
	size_t line = 0;
	size_t at = 0;

	for (; at < len && line < mark.line; at++)
		line += text[at] == '\n';
	at += mark.column;
	return at < len && text[at] == '\t';
}

static void tell_syntax(struct config_report *report, const yaml_parser_t *parser, const char *text, size_t len)
{
	const char *problem = parser->problem ? parser->problem : "can't be read as YAML";

	if (parser->error == YAML_READER_ERROR)
		config_mistake(report, place_of_byte(text, len, parser->problem_offset), "syntax",
		               "%s (the file must be UTF-8 text)", problem);
	else if (is_tab(text, len, parser->problem_mark))
		config_mistake(report, place_of(parser->problem_mark), "syntax", "a tab can't indent here; use blanks");
	else if (parser->context)
		config_mistake(report, place_of(parser->problem_mark), "syntax", "%s (%s from line %zu)", problem,
		               parser->context, parser->context_mark.line + 1);
	else
		config_mistake(report, place_of(parser->problem_mark), "syntax", "%s", problem);
}

/* What follows the first document must be nothing. */
static void refuse_second(yaml_parser_t *parser, struct config_report *report, const char *text, size_t len)
{
	yaml_document_t second;
	yaml_node_t *root;

	if (!yaml_parser_load(parser, &second)) {
		tell_syntax(report, parser, text, len);
		return;
	}
	root = yaml_document_get_root_node(&second);
	if (root)
		config_mistake(report, place_of(root->start_mark), "file",
		               "a second document begins here; only one is read");
	yaml_document_delete(&second);
}

static bool read_document(struct walk *w)
{
	const yaml_node_t *root = yaml_document_get_root_node(w->yaml);

	if (!root || is_nothing(root)) {
		config_mistake(w->report, (struct config_place){1, 1}, "file", "the file is empty");
		return true;
	}
	if (root->type != YAML_MAPPING_NODE) {
		config_mistake(w->report, place_of(root->start_mark), "file",
		               "must be a mapping: slack:, access:, salesforce: ...");
		return false;
	}
	read_root(w, root);
	return true;
}

bool config_document_read(struct config_document *document, const char *text, size_t len, struct config_report *report)
{
	yaml_parser_t parser;
	yaml_document_t yaml;
	struct walk w = {&yaml, document, report};
	bool usable = false;

	for (int i = 0; i < CONFIG_KEY_COUNT; i++)
		document->settings[i].place = (struct config_place){1, 1};
	if (!yaml_parser_initialize(&parser))
		abort(); /* only for lack of memory */
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
	if (!yaml_parser_load(&parser, &yaml)) {
		tell_syntax(report, &parser, text, len);
	} else {
		usable = read_document(&w);
		refuse_second(&parser, report, text, len);
		yaml_document_delete(&yaml);
	}
	yaml_parser_delete(&parser);
	return usable;
}

void config_document_done(struct config_document *document)
{
	for (int i = 0; i < CONFIG_KEY_COUNT; i++) {
		struct config_setting *setting = &document->settings[i];

		for (size_t k = 0; k < setting->count; k++)
			free(setting->words[k].text);
		free(setting->words);
	}
	memset(document, 0, sizeof(*document));
}
