/*
 * contract/fixture.h - an empty store for each test, on every kind of database.
 *
 * The cases of this folder know store.h and the rows' headers only. Each
 * program runs all of its cases once per kind; a new driver is one more line
 * of fixture.c.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>

#include "bot/store/store.h"

struct fixture {
	struct store *store;
	char folder[64];
	char url[128];
};

/* cmocka's setup and teardown: *state is a struct fixture with an open store. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Closes and opens again, as a restart does. */
void fixture_reopen(struct fixture *fixture);
/* Runs fn in a transaction that has to be committed. */
void fixture_run(void **state, store_fn *fn, void *arg);
/* The same, and gives what came of it. */
enum errc fixture_try(void **state, store_fn *fn, void *arg);
/* Runs every case on every kind of database; main's result. */
int fixture_main(const char *name, const struct CMUnitTest *tests, size_t count);

#define CASE(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)
/* A job that has to end well. */
#define MUST(call) assert_int_equal(call, OK)
