/*
 * commands/phrases/phrases.c - see phrases.h.
 */
#include "commands/phrases/phrases.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"

static const struct {
	const char *name;
	const char *text[LANGUAGE_COUNT];
} catalogue[PHRASE_COUNT] = {
#define PHRASE(name, en, ko, ja, de) [PHRASE_##name] = {#name, {en, ko, ja, de}},
#include "commands/phrases/all.def"
#undef PHRASE
};

const char *phrase_text(enum language language, enum phrase phrase)
{
	return catalogue[phrase].text[language];
}

const char *phrase_name(enum phrase phrase)
{
	return catalogue[phrase].name;
}

/* The pairs as an object, whose order does not matter. */
static json_t *slots_of(va_list pairs)
{
	json_t *slots = json_object();
	const char *name;
	while ((name = va_arg(pairs, const char *)) != NULL)
		json_object_set_new(slots, name, json_text_value(va_arg(pairs, const char *)));
	return slots;
}

/* In a sentence in a sentence there may be another: not deeper, for facts may be damaged. */
enum { DEPTH_MAX = 6, WORDS_MAX = 32000 };

static void add_sentence(struct buf *b, enum language language, const json_t *value, int depth);

static void fill(struct buf *b, enum language language, const char *text, const json_t *slots, int depth)
{
	char name[32];
	for (const char *open; (open = strchr(text, '{')) != NULL;) {
		const char *close = strchr(open, '}');
		size_t length = close != NULL ? (size_t)(close - open) - 1 : sizeof name;
		buf_add(b, text, (size_t)(open - text));
		if (length >= sizeof name) { /* a brace of its own */
			buf_putc(b, '{');
			text = open + 1;
			continue;
		}
		memcpy(name, open + 1, length);
		name[length] = '\0';
		add_sentence(b, language, json_object_get(slots, name), depth + 1);
		text = close + 1;
	}
	buf_puts(b, text);
}

static void add_list(struct buf *b, enum language language, const json_t *values, int depth)
{
	size_t i;
	json_t *value;
	json_array_foreach (values, i, value) {
		buf_puts(b, i > 0 ? phrase_text(language, PHRASE_LIST_COMMA) : "");
		add_sentence(b, language, value, depth);
	}
}

static void add_sentence(struct buf *b, enum language language, const json_t *value, int depth)
{
	const char *name = json_str(value, "phrase");
	if (json_is_string(value))
		buf_puts(b, json_string_value(value));
	if (json_is_array(value) && depth < DEPTH_MAX)
		add_list(b, language, value, depth + 1);
	for (size_t i = 0; name[0] != '\0' && depth < DEPTH_MAX && i < PHRASE_COUNT; i++)
		if (text_eq(catalogue[i].name, name))
			fill(b, language, catalogue[i].text[language], value, depth);
}

void phrase_add(struct buf *b, enum language language, enum phrase phrase, ...)
{
	va_list pairs;
	va_start(pairs, phrase);
	json_auto_t *slots = slots_of(pairs);
	va_end(pairs);
	fill(b, language, phrase_text(language, phrase), slots, 0);
}

json_t *phrase_value(enum phrase phrase, ...)
{
	va_list pairs;
	va_start(pairs, phrase);
	json_t *value = slots_of(pairs);
	va_end(pairs);
	json_object_set_new(value, "phrase", json_string(phrase_name(phrase)));
	return value;
}

void phrase_value_set(json_t *value, const char *slot_name, json_t *slot)
{
	json_object_set_new(value, slot_name, slot);
}

void phrase_add_value(struct buf *b, enum language language, const json_t *value)
{
	add_sentence(b, language, value, 0);
}

void phrase_say(struct buf *b, enum language language, json_t *value)
{
	phrase_add_value(b, language, value);
	json_decref(value);
}

const char *phrase_number(int64_t n, char out[static 24])
{
	snprintf(out, 24, "%" PRId64, n);
	return out;
}

json_t *phrase_literal(const char *text, size_t max_chars)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, WORDS_MAX);
	mrkdwn_add_literal(&b, text, max_chars);
	return json_text_value(buf_str(&b));
}

char *phrase_plain(const json_t *value)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, WORDS_MAX);
	phrase_add_value(&b, LANGUAGE_EN, value);
	return mrkdwn_plain(buf_str(&b));
}
