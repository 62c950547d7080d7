/*
 * store/erase.h - forgetting what the rows of a request say of a person.
 *
 * Who is meant is the caller's to know: a function that tells whether a text
 * names them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/store/store.h"

typedef bool erase_test_fn(void *arg, const char *text);

/* Is something of this request named in its steps, its history or its effects? */
enum errc erase_find(struct tx *tx, int64_t request, erase_test_fn *named, void *arg, bool *ret) MUST_CHECK;
/*
 * Empties details of steps, objects and details of effects: all of them, or those in which a name is; and actors
 * in the history who are named.
 */
enum errc erase_rows(struct tx *tx, int64_t request, bool all, erase_test_fn *named, void *arg) MUST_CHECK;
/* Is something of this request still to be said? */
enum errc erase_is_told(struct tx *tx, int64_t request, bool *ret) MUST_CHECK;
