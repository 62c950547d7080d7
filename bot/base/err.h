/*
 * base/err.h - the one list of what can go wrong.
 *
 * HTTP statuses, Slack errors, Salesforce error codes and SQL results are
 * translated to these where they enter; nothing inside branches on a foreign
 * code. Each code carries its verdict (is trying again later sensible?) and a
 * sentence for a person.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* name, try again later?, what a person is told */
#define ERR_CODES(X) \
	X(OK, false, "done") \
	X(TEMPORARY, true, "a service did not answer; it is tried again") \
	X(UNKNOWN, true, "the answer was lost, so it has to be looked up whether it happened") \
	X(QUOTA, true, "the daily allowance of calls is used up") \
	X(AUTH, true, "the service does not let us in") \
	X(DENIED, false, "a right is missing") \
	X(NOT_FOUND, false, "it is not there") \
	X(ALREADY, false, "it is so already") \
	X(CONFLICT, false, "somebody else was faster") \
	X(INVALID, false, "that can't be read") \
	X(REFUSED, false, "the service refuses it") \
	X(TOO_LARGE, false, "that is too large") \
	X(PROTOCOL, true, "the answer could not be read") \
	X(IO, true, "the disk or the database failed") \
	X(FULL, true, "the disk is full") \
	X(BUSY, false, "another process holds it") \
	X(NEWER, false, "it was written by a newer version of this program") \
	X(ABORTED, true, "the program is shutting down") \
	X(BUG, false, "an internal error")

enum errc {
#define X(name, again, sentence) ERR_##name,
	ERR_CODES(X)
#undef X
};
#define OK ERR_OK

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* What went wrong, for a human. Filled only on failure; may be NULL wherever it is asked for. */
struct err {
	enum errc code;
	char text[400];
};

/* "TEMPORARY" */
const char *err_name(enum errc code);
/* The sentence of the list. */
const char *err_sentence(enum errc code);
bool err_is_temporary(enum errc code);
/* Fills `e` (when not NULL) and returns `code`, so that `return err_set(e, ERR_INVALID, "...")` reads well. */
enum errc err_set(struct err *e, enum errc code, const char *format, ...) PRINTF_LIKE(3, 4);
