/*
 * org.h - the records of the fake org, its clock and its switches.
 *
 * A record is a JSON object with the field names of schema.h; members that begin with an underscore are ours and never
 * leave. Records are found by id or by a field. What a client may see of them is rights.h, what a write
 * means is assign.h; here nothing has a consequence.
 */
#pragma once

#include "tests/sim/salesforce/schema.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct org;

/* How a record that is not there any more went. */
enum gone { GONE_NEVER_WAS, GONE_BY_CLIENT, GONE_OTHERWISE };

/* A sentence about something that the client should not have done. */
typedef void org_violation_fn(void *ctx, const char *sentence);

/* Reads `state` (borrowed; README.md says what may be in it). NULL and a sentence on stderr when it makes no sense. */
struct org *org_new(const json_t *state);
void org_free(struct org *org);

void org_on_violation(struct org *org, org_violation_fn *tell, void *ctx);
/* `org` tells whom `other` tells. */
void org_inherit(struct org *org, const struct org *other);
void org_violation(struct org *org, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- records --- */

/* All records of an object, borrowed. */
json_t *org_table(struct org *org, const char *object);
/* One record by id (15 or 18), or by the value of a field (case ignored); borrowed, NULL: none. */
json_t *org_row(struct org *org, const char *id);
json_t *org_row_by(struct org *org, const char *object, const char *field, const char *value);
/* A user by id, username or the part of the username before the @. */
json_t *org_user(struct org *org, const char *who);

/*
 * Takes `row` over and makes it a record: gives it an id and dates, lengthens ids, turns "=jane@example.com" in a
 * reference into the id of the record with that natural key, and "-3d" in a date into a date. Returns it, borrowed.
 */
json_t *org_insert(struct org *org, const char *object, json_t *row);
/* Puts the members of `change` into a record, read the same way. */
void org_change(struct org *org, const char *object, json_t *row, const json_t *change);
/* Takes a record out; false: there is none. */
bool org_remove(struct org *org, const char *id, bool by_client);
enum gone org_gone(const struct org *org, const char *id);

/* The value of a field as the world sees it, computed fields included; a new reference, null where there is none. */
json_t *org_cell(struct org *org, const struct object *object, json_t *row, const struct field *field);
/* The text of a stored member, or "". */
const char *org_text(const json_t *row, const char *field);
bool org_true(const json_t *row, const char *field);

/* --- taking a transaction back --- */

json_t *org_snapshot(const struct org *org);
/* Takes the snapshot over. */
void org_restore(struct org *org, json_t *snapshot);

/* --- clock, switches, setup --- */

/* Milliseconds since 1970 by the org's clock, which may be wrong (clock_offset_s). */
int64_t org_now_ms(const struct org *org);
void org_now_text(const struct org *org, char *out /* TIMES_SIZE */);

/* Switches are listed in org.c with their defaults. Asking for an unknown one is our bug. */
bool org_flag(const struct org *org, const char *name);
int64_t org_number(const struct org *org, const char *name);
const char *org_word(const struct org *org, const char *name);
/* False: no such switch, or the wrong kind of value. */
bool org_switch(struct org *org, const char *name, const json_t *value);
/* All of them, borrowed. */
const json_t *org_switches(const struct org *org);

/* What the state file says besides rows and switches ("client_id", "rights", "may_touch"); borrowed, may be changed. */
json_t *org_setup(struct org *org);
/* Is `word` in the list setup[list] (case ignored)? A list that is not there holds everything. */
bool org_listed(struct org *org, const char *list, const char *word);

/* Has the org the feature that this field or object hangs on? Fields may be too new for `version` (0: any). */
bool org_has_object(const struct org *org, const struct object *object);
bool org_has_field(const struct org *org, const struct field *field, int version);
