/*
 * config/document.h - the file as YAML: which known key has which words, and where.
 *
 * The only place that knows libyaml. It finds what is wrong with the shape of
 * the file (syntax, unknown and doubled keys, values missing); what a word
 * means is value.h.
 */
#pragma once

#include "config/config_keys.h"
#include "config/report.h"

struct config_word {
	char *text;
	struct config_place place;
};

struct config_setting {
	bool given; /* the key is in the file */
	bool bad;   /* a mistake about it, or about its section, was told already: look no further */
	bool list;
	struct config_word *words; /* one for a single value */
	size_t count;
	struct config_place place; /* of the value; for a missing key of its section, else 1:1 */
};

struct config_document {
	struct config_setting settings[CONFIG_KEY_COUNT];
};

/* Fills `document` (zeroed before). False when it is no YAML mapping at all; then nothing else is worth checking. */
bool config_document_read(struct config_document *document, const char *text, size_t len, struct config_report *report);
void config_document_done(struct config_document *document);
