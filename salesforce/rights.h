/*
 * salesforce/rights.h - what the bot itself may do. Pure.
 *
 * Salesforce shows a caller without the right for it only its own rows of some
 * objects, silently: "no tokens" then means "no right to see them". So the
 * rights are known before anything is concluded from an empty answer.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bot/base/buf.h"
#include "salesforce/wish.h"

/* The query, which tells of the caller, as a path of the REST API; the buffer is begun here. */
void rights_put_path(struct buf *path);
/* The same as the part "rights". */
void rights_ask(struct wish *wish);
/* {"ApiEnabled":bool or null, ...} as sf_find tells it, or null when there is no record. */
json_t *rights_record(const json_t *records);
/* NULL if the part of a look ("tokens", "links", ...) can be believed with these rights, or they are not known (null);
 * otherwise what is missing, for a person. */
const char *rights_missing_for(const json_t *rights, const char *part);
/* What is missing that a repair needs, for a person: "Manage Users, Customize Application"; nothing if all is there or
 * not known. */
void rights_put_missing(const json_t *rights, char *out, size_t size);
/* Is anything missing that a look needs? */
bool rights_are_short(const json_t *rights);
