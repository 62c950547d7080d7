/*
 * salesforce/sf_id.h - Salesforce ids of 15 and 18 characters, and links to pages. Pure.
 *
 * The last three characters of the long form encode the capitals of the first
 * fifteen (Salesforce help, "Convert 15-character IDs"), so that systems that
 * ignore case can tell records apart. Foreign text may be asked about: NULL is
 * no id.
 */
#pragma once

#include <stdbool.h>

/* Length 15 or 18, letters and digits, and for 18 the right checksum. */
bool sf_id_valid(const char *id);
/* The 18-character form; false, with out untouched, if not valid. */
bool sf_id_long(const char *id, char out[static 19]);
/* Same record? Compares the first 15 characters, case-sensitively; false unless both are valid. */
bool sf_id_same(const char *a, const char *b);
/* A valid id of this kind of record? "005" is a user. */
bool sf_id_has_prefix(const char *id, const char *prefix);
/* The Lightning page of this path on the instance: .my.salesforce.com becomes .lightning.force.com; other hosts stay.
 * out is cut at size. */
void sf_lightning_url(const char *instance, const char *path, char *out, unsigned long size);
