/*
 * tests/unit/test_buf.c - bot/base/buf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"

static void appends_add_up(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_string_equal(buf_str(&b), "");
	buf_puts(&b, "ab");
	buf_puts(&b, NULL);
	buf_putc(&b, 'c');
	buf_printf(&b, "-%d", 5);
	assert_string_equal(buf_str(&b), "abc-5");
	assert_int_equal(b.len, 5);
	assert_false(b.cut);
}

static void a_long_print_arrives_whole(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 5000);
	buf_printf(&b, "%1000d", 7);
	assert_int_equal(b.len, 1000);
	assert_int_equal(b.data[999], '7');
}

static void the_maximum_is_kept_and_remembered(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_puts(&b, "abcdef");
	buf_puts(&b, "g");
	assert_string_equal(buf_str(&b), "abcd");
	assert_true(b.cut);
	buf_clear(&b);
	assert_false(b.cut);
	assert_string_equal(buf_str(&b), "");
	buf_puts(&b, "abcd");
	assert_false(b.cut);
}

static void a_zeroed_buffer_takes_nothing_and_can_be_freed(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "a");
	assert_true(b.cut);
	assert_string_equal(buf_str(&b), "");
	buf_done(&b);
}

static void what_is_taken_is_gone(void **state)
{
	AUTO_BUF struct buf b;
	AUTO_FREE char *full = NULL;
	AUTO_FREE char *empty = NULL;

	(void)state;
	buf_init(&b, 10);
	buf_puts(&b, "abc");
	full = buf_take(&b);
	empty = buf_take(&b);
	assert_string_equal(full, "abc");
	assert_string_equal(empty, "");
	buf_puts(&b, "again");
	assert_string_equal(buf_str(&b), "again");
}

static void urls_are_encoded_byte_by_byte(void **state)
{
	AUTO_BUF struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_put_urlencoded(&b, "aZ9-._~ /+%\xc3\xa4", 13);
	assert_string_equal(buf_str(&b), "aZ9-._~%20%2F%2B%25%C3%A4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(appends_add_up),
	    cmocka_unit_test(a_long_print_arrives_whole),
	    cmocka_unit_test(the_maximum_is_kept_and_remembered),
	    cmocka_unit_test(a_zeroed_buffer_takes_nothing_and_can_be_freed),
	    cmocka_unit_test(what_is_taken_is_gone),
	    cmocka_unit_test(urls_are_encoded_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
