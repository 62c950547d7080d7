/*
 * ids.h - Salesforce record ids: 15 characters, or the same with three check characters.
 *
 * Records are kept under the 18 character form; clients may use either.
 */
#pragma once

#include <stdbool.h>

enum { ID_SHORT = 15, ID_FULL = 18, ID_SIZE = ID_FULL + 1 };

/* True for 15 or 18 of [A-Za-z0-9]; the check characters of the long form must fit. */
bool id_valid(const char *text);
/* Writes the 18 character form of a valid id. */
void id_full(const char *text, char out[ID_SIZE]);
/* The same record? Compares the first 15 characters with case; false if either is NULL or too short. */
bool id_same(const char *a, const char *b);
