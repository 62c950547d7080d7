/*
 * config/report.h - the mistakes and warnings of one reading, told in file order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bot/base/err.h"
#include "config/config.h"

/* Where in the file; both count from 1. */
struct config_place {
	size_t line, column;
};

struct config_remark {
	struct config_place place;
	size_t number; /* keeps the order of remarks about one place */
	bool warning;
	char *text;
};

struct config_report {
	const char *file; /* borrowed, as the person wrote it */
	struct config_remark *remarks;
	size_t count, mistakes;
};

/* `key` is a dotted path, or "file" or "syntax". The line is made one line; a value in it comes from config_quote. */
void config_mistake(struct config_report *report, struct config_place place, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
void config_warning(struct config_report *report, struct config_place place, const char *key, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* Sorts, calls say (may be NULL) for each, forgets them. */
void config_report_tell(struct config_report *report, config_say_fn *say, void *arg);

enum { CONFIG_QUOTED_MAX = 96 };
/* A value as it may be shown: in quotes, cut, on one line, what looks like a secret hidden. Returns out. */
char *config_quote(char out[static CONFIG_QUOTED_MAX], const char *value);
