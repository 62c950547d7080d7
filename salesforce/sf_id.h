/*
 * salesforce/sf_id.h - Salesforce ids of 15 and 18 characters, and links to pages. Pure.
 *
 * The last three characters of the long form encode the capitals of the first
 * fifteen (Salesforce help, "Convert 15-character IDs"), so that systems that
 * ignore case can tell records apart. Foreign text may be asked about: NULL is
 * no id.
 *
 * What a person typed is checked; what the server tells is taken as it is, for it knows its own records best.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Length 15 or 18, letters and digits, and for 18 the right checksum. */
bool sf_id_valid(const char *id);
/* The same without the checksum. */
bool sf_id_plausible(const char *id);
/* The 18-character form; one that has it already stays as it is. False, with out untouched, if not plausible. */
bool sf_id_long(const char *id, char out[static 19]);
/* Same record? Compares the first 15 characters, case-sensitively, and the others where both have them; false unless
 * both are plausible. */
bool sf_id_same(const char *a, const char *b);
/* The first row of an array whose `key` is this record's id, borrowed; NULL: there is none, or no array. */
json_t *sf_id_row(const json_t *rows, const char *key, const char *id);
/* A plausible id of this kind of record? "005" is a user. */
bool sf_id_has_prefix(const char *id, const char *prefix);
/* The Lightning page of this path on the instance: .my.salesforce.com becomes .lightning.force.com; other hosts stay.
 * out is cut at size. */
void sf_lightning_url(const char *instance, const char *path, char *out, unsigned long size);
/* Where a person's own settings are, as far as a path to them is known (a page deeper down is not). */
#define SF_SETTINGS_PATH "/lightning/settings/personal/PersonalInformation/home"
