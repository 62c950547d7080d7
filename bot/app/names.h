/*
 * app/names.h - the names that one person goes by, and where a text has one of them. Pure.
 *
 * Case is ignored, but for Salesforce ids of 15 characters, in which it tells
 * people apart. A name counts where it stands as a word of its own:
 * ane@example.com is not in jane@example.com, nor in ane@example.com.au.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What stands where a name was. */
#define NAMES_ERASED "(erased)"

struct names {
	char **list;
	size_t count;
};

void names_done(struct names *names); /* zeroed is fine */
/* Adds it unless it is empty or there; a Salesforce id in both its lengths. */
void names_add(struct names *names, const char *name);
bool names_has(const struct names *names, const char *word); /* the whole of it */
bool names_in(const struct names *names, const char *text);
/* The text with NAMES_ERASED for each name; the caller frees. */
char *names_erase(const struct names *names, const char *text);
