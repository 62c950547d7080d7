/*
 * base/language.c - see language.h.
 */
#include "bot/base/language.h"

#include <stddef.h>
#include <string.h>

#include "bot/base/text.h"

static const char *const codes[LANGUAGE_COUNT] = {
#define X(name, code) [LANGUAGE_##name] = (code),
    LANGUAGES(X)
#undef X
};

const char *language_code(enum language language)
{
	return codes[language];
}

bool language_of_code(const char *code, enum language *ret)
{
	for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
		if (!text_eq(codes[i], code))
			continue;
		*ret = (enum language)i;
		return true;
	}
	return false;
}

enum language language_of_locale(const char *locale)
{
	char code[3] = "";
	enum language language;
	size_t length = strcspn(locale, "-_");

	if (length != 2)
		return LANGUAGE_EN;
	memcpy(code, locale, 2);
	return language_of_code(code, &language) ? language : LANGUAGE_EN;
}
