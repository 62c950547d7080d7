/*
 * tests/unit/test_log.c - bot/base/log: what is written to stderr, read back through a pipe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"

struct world {
	int true_stderr;
	int reader;
	char line[16384];
};

static int begin(void **state)
{
	static struct world w;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	w.true_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	w.reader = ends[0];
	clock_set_for_tests(1795456220123);
	*state = &w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	dup2(w->true_stderr, STDERR_FILENO);
	close(w->true_stderr);
	close(w->reader);
	clock_set_for_tests(0);
	log_setup(LOG_INFO, LOG_AUTO);
	return 0;
}

/* What was written since the last time, "" for nothing. */
static const char *written(struct world *w)
{
	ssize_t n = read(w->reader, w->line, sizeof(w->line) - 1);

	w->line[n > 0 ? n : 0] = '\0';
	return w->line;
}

static void a_json_line_has_its_five_members(void **state)
{
	struct world *w = *state;

	log_setup(LOG_INFO, LOG_JSON);
	log_repair(LOG_WARNING, 42, "step.failed", "%s is \"stuck\"", "1.4");
	assert_string_equal(written(w),
	                    "{\"ts\":\"2026-11-23T17:50:20.123Z\",\"level\":\"warning\",\"event\":\"step.failed\","
	                    "\"msg\":\"1.4 is \\\"stuck\\\"\",\"repair\":\"EAC-42\"}\n");
}

static void a_text_line_is_for_people(void **state)
{
	struct world *w = *state;

	log_setup(LOG_INFO, LOG_TEXT);
	log_repair(LOG_INFO, 42, "step.done", "1.4");
	assert_string_equal(written(w), "2026-11-23T17:50:20.123Z info    EAC-42 step.done: 1.4\n");
}

static void any_bytes_make_one_valid_line(void **state)
{
	struct world *w = *state;
	json_auto_t *value = NULL;
	const char *line;

	log_setup(LOG_INFO, LOG_JSON);
	log_event(LOG_INFO, "slack.text", "a\nb\x1b[31m\xff\x7f\xc3\xa4");
	line = written(w);
	assert_int_equal(json_parse(&value, line, strlen(line), NULL), OK);
	assert_string_equal(json_str(value, "msg"), "a\nb\x1b[31m\xef\xbf\xbd\x7f\xc3\xa4");
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_terminal_gets_no_control_characters(void **state)
{
	struct world *w = *state;
	const char *line;

	log_setup(LOG_INFO, LOG_TEXT);
	log_event(LOG_INFO, "slack.text", "a\nb\x1b[31m");
	line = written(w);
	assert_null(strchr(line, '\x1b'));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void secrets_are_hidden_at_every_level(void **state)
{
	struct world *w = *state;

	log_setup(LOG_DEBUG, LOG_JSON);
	log_event(LOG_DEBUG, "slack.call", "token %s", "xoxb-1-2-abc");
	assert_null(strstr(written(w), "xoxb"));
}

static void lines_below_the_level_are_not_written(void **state)
{
	struct world *w = *state;

	log_setup(LOG_WARNING, LOG_JSON);
	log_event(LOG_INFO, "slack.hello", "hello");
	assert_string_equal(written(w), "");
	assert_false(log_enabled(LOG_INFO));
	assert_true(log_enabled(LOG_ERROR));
}

static void a_very_long_message_is_cut(void **state)
{
	struct world *w = *state;
	json_auto_t *value = NULL;
	const char *line;

	log_setup(LOG_INFO, LOG_AUTO); /* a pipe is no terminal */
	log_event(LOG_INFO, "x", "%20000d", 1);
	line = written(w);
	assert_int_equal(json_parse(&value, line, strlen(line), NULL), OK);
	assert_int_equal(strlen(json_str(value, "msg")), 8192);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_json_line_has_its_five_members),  CASE(a_text_line_is_for_people),
	    CASE(any_bytes_make_one_valid_line),     CASE(a_terminal_gets_no_control_characters),
	    CASE(secrets_are_hidden_at_every_level), CASE(lines_below_the_level_are_not_written),
	    CASE(a_very_long_message_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
