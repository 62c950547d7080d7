/*
 * base/err.c - the list of err.h as tables, and the one way to fill a struct err.
 */
#include "bot/base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "bot/base/text.h"

struct row {
	const char *name;
	bool again;
	const char *sentence;
};

static const struct row rows[] = {
#define X(name, again, sentence) {#name, again, sentence},
    ERR_CODES(X)
#undef X
};

static const struct row *row_of(enum errc code)
{
	size_t i = (size_t)code;

	return i < sizeof(rows) / sizeof(rows[0]) ? &rows[i] : &rows[ERR_BUG];
}

const char *err_name(enum errc code)
{
	return row_of(code)->name;
}

const char *err_sentence(enum errc code)
{
	return row_of(code)->sentence;
}

bool err_is_temporary(enum errc code)
{
	return row_of(code)->again;
}

enum errc err_set(struct err *e, enum errc code, const char *format, ...)
{
	char text[1024]; /* not e->text: the arguments may point into it */
	va_list ap;

	assert(code != OK);
	if (!e)
		return code;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	e->code = code;
	text_copy(e->text, sizeof(e->text), text);
	return code;
}
