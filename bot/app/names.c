/*
 * app/names.c - the names that one person goes by; see names.h.
 */
#include "bot/app/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "salesforce/sf_id.h"

enum { SHORT_ID = 15 };

void names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names){0};
}

static bool is_short_id(const char *name)
{
	return strlen(name) == SHORT_ID && sf_id_has_prefix(name, "005");
}

static bool same(const char *name, const char *text, size_t len)
{
	return is_short_id(name) ? strncmp(name, text, len) == 0 : strncasecmp(name, text, len) == 0;
}

static void add_one(struct names *names, const char *name)
{
	if (names_has(names, name))
		return;
	names->list = mem_grow(names->list, names->count + 1, sizeof *names->list);
	names->list[names->count++] = mem_strdup(name);
}

void names_add(struct names *names, const char *name)
{
	char id[19];

	if (text_empty(name))
		return;
	add_one(names, name);
	if (!sf_id_has_prefix(name, "005") || !sf_id_long(name, id))
		return;
	add_one(names, id);
	id[SHORT_ID] = '\0';
	add_one(names, id);
}

bool names_has(const struct names *names, const char *word)
{
	for (size_t i = 0; i < names->count; i++)
		if (strlen(names->list[i]) == strlen(word) && same(names->list[i], word, strlen(word)))
			return true;
	return false;
}

/* Letters of any language count: their bytes are above ASCII. */
static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_of_word(char c)
{
	return is_letter(c) || (c != '\0' && strchr("_.+-@", c) != NULL);
}

/* A mention's @, a dash of a list: no part of the word that follows, unless something comes before. */
static bool begins_here(const char *text, const char *at)
{
	if (at == text || !is_of_word(at[-1]))
		return true;
	return strchr("@.+-", at[-1]) != NULL && (at - 1 == text || !is_letter(at[-2]));
}

/* A dot may end a sentence; inside of a word something follows it. */
static bool ends_here(const char *after)
{
	if (!is_of_word(*after))
		return true;
	return strchr(".+-", *after) != NULL && !is_letter(after[1]);
}

/* The length of the name that begins at `at`; 0: none does. */
static size_t name_at(const struct names *names, const char *text, const char *at)
{
	if (!begins_here(text, at))
		return 0;
	for (size_t i = 0; i < names->count; i++) {
		size_t len = strlen(names->list[i]);

		if (same(names->list[i], at, len) && ends_here(at + len))
			return len;
	}
	return 0;
}

bool names_in(const struct names *names, const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (name_at(names, text, at) > 0)
			return true;
	return false;
}

char *names_erase(const struct names *names, const char *text)
{
	struct buf b;

	buf_init(&b, strlen(text) * sizeof NAMES_ERASED + 1);
	for (const char *at = text; *at != '\0';) {
		size_t len = name_at(names, text, at);

		if (len > 0)
			buf_puts(&b, NAMES_ERASED);
		else
			buf_putc(&b, *at);
		at += len > 0 ? len : 1;
	}
	return b.len > 0 ? buf_take(&b) : mem_strdup("");
}
