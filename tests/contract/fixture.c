/*
 * contract/fixture.c - where the tests' databases are, and how they are made and removed.
 */
#include "tests/contract/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/mem.h"

static const char *const kinds[] = {"sqlite"};
static const char *kind = "sqlite";

static void open_store(struct fixture *fixture)
{
	struct err err = {0};
	const struct store_options options = {.url = fixture->url};
	if (store_open(&fixture->store, &options, &err) != OK)
		fail_msg("%s", err.text);
}

int fixture_setup(void **state)
{
	struct fixture *fixture = mem_alloc(sizeof *fixture);
	snprintf(fixture->folder, sizeof fixture->folder, "/tmp/eacbot-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	snprintf(fixture->url, sizeof fixture->url, "%s:%s/test.db", kind, fixture->folder);
	open_store(fixture);
	*state = fixture;
	return 0;
}

static void remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	if (!folder)
		return;
	for (const struct dirent *entry; (entry = readdir(folder));) {
		AUTO_FREE char *name = mem_printf("%s/%s", path, entry->d_name);
		unlink(name);
	}
	closedir(folder);
	rmdir(path);
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	store_close(fixture->store);
	remove_folder(fixture->folder);
	free(fixture);
	return 0;
}

void fixture_reopen(struct fixture *fixture)
{
	store_close(fixture->store);
	fixture->store = NULL;
	open_store(fixture);
}

enum errc fixture_try(void **state, store_fn *fn, void *arg)
{
	struct fixture *fixture = *state;
	return store_run(fixture->store, fn, arg);
}

void fixture_run(void **state, store_fn *fn, void *arg)
{
	assert_int_equal(fixture_try(state, fn, arg), OK);
}

int fixture_main(const char *name, const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		AUTO_FREE char *group = mem_printf("%s on %s", name, kinds[i]);
		kind = kinds[i];
		failed += _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	}
	return failed;
}
