/*
 * tests/unit/test_mem.c - bot/base/mem.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/mem.h"

static void memory_is_zeroed_even_when_nothing_is_asked_for(void **state)
{
	AUTO_FREE char *some = mem_alloc(16);
	AUTO_FREE char *none = mem_alloc(0);

	(void)state;
	assert_non_null(none);
	for (int i = 0; i < 16; i++)
		assert_int_equal(some[i], 0);
}

static void copies_end_where_they_should(void **state)
{
	AUTO_FREE char *whole = mem_strdup("abc");
	AUTO_FREE char *part = mem_strndup("abc", 2);
	AUTO_FREE char *short_one = mem_strndup("abc", 10);
	AUTO_FREE char *printed = mem_printf("%s-%d", "a", 5);

	(void)state;
	assert_string_equal(whole, "abc");
	assert_string_equal(part, "ab");
	assert_string_equal(short_one, "abc");
	assert_string_equal(printed, "a-5");
	assert_null(mem_strdup(NULL));
}

static void growing_keeps_what_was_there(void **state)
{
	int *numbers = mem_array(2, sizeof(*numbers));

	(void)state;
	numbers[1] = 7;
	numbers = mem_grow(numbers, 1000, sizeof(*numbers));
	assert_int_equal(numbers[1], 7);
	free(numbers);
}

static void wiping_leaves_zeroes(void **state)
{
	char secret[4] = "abc";

	(void)state;
	mem_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, "\0\0\0\0", 4);
	mem_wipe(NULL, 5);
}

/* In a child: an array whose size overflows must end it. */
static void an_impossible_size_ends_the_process(void **state)
{
	pid_t child = fork();
	int status = 0;

	(void)state;
	if (child == 0) {
		const struct rlimit none = {0, 0};
		size_t volatile count = SIZE_MAX / 2;

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		mem_grow(NULL, count, 16);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(memory_is_zeroed_even_when_nothing_is_asked_for),
	    cmocka_unit_test(copies_end_where_they_should),
	    cmocka_unit_test(growing_keeps_what_was_there),
	    cmocka_unit_test(wiping_leaves_zeroes),
	    cmocka_unit_test(an_impossible_size_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
