/*
 * base/language.h - the languages that the bot speaks.
 */
#pragma once

#include <stdbool.h>

/* name, code (ISO 639-1) */
#define LANGUAGES(X) \
	X(EN, "en") \
	X(KO, "ko") \
	X(JA, "ja") \
	X(DE, "de")

enum language {
#define X(name, code) LANGUAGE_##name,
	LANGUAGES(X)
#undef X
	    LANGUAGE_COUNT
};

/* "ko"; for configuration and logs. */
const char *language_code(enum language language);
/* Of a code. False when it is none of ours. */
bool language_of_code(const char *code, enum language *ret);
/* Of a Slack locale, an IETF tag as "ko-KR" (users.info with include_locale); English for all that we don't speak. */
enum language language_of_locale(const char *locale);
