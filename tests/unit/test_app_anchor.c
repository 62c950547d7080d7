/*
 * tests/unit/test_app_anchor.c - the head of the audit trail is noted outside of the store, each once.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/app/anchor.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/outbox.h"

enum { LOOK_MS = 20, PATIENCE_MS = 8000, DAY_MS = 24 * 3600 * 1000 };

struct stage {
	char folder[64], url[96], file[96];
	struct loop *loop;
	struct store *store;
	struct loop_watch *watch;
	struct anchor *anchor;
	struct loop_timer *timer;
	int committed;
	int looked;
};

static void on_store(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	store_dispatch(((struct stage *)arg)->store);
}

static void on_committed(void *arg)
{
	((struct stage *)arg)->committed++;
}

/* Until an anchor was made, or patience is over. */
static void on_look(void *arg)
{
	struct stage *s = arg;

	if (s->committed > 0 || ++s->looked > PATIENCE_MS / LOOK_MS)
		loop_stop(s->loop);
	else
		loop_timer_set(s->timer, LOOK_MS);
}

static int begin(void **state)
{
	struct stage *s = mem_alloc(sizeof *s);
	struct store_options options = {.url = s->url};

	snprintf(s->folder, sizeof s->folder, "/tmp/eacbot-anchor-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->url, sizeof s->url, "sqlite:%s/eacbot.db", s->folder);
	snprintf(s->file, sizeof s->file, "%s/heads", s->folder);
	assert_int_equal(loop_new(&s->loop, NULL), OK);
	assert_int_equal(store_open(&s->store, &options, NULL), OK);
	s->watch = loop_watch_new(s->loop, store_event_fd(s->store), LOOP_READ, on_store, s);
	s->timer = loop_timer_new(s->loop, on_look, s);
	*state = s;
	return 0;
}

static int end(void **state)
{
	static const char *const names[] = {"eacbot.db", "eacbot.db-wal", "eacbot.db-shm", "eacbot.db.lock", "heads"};
	struct stage *s = *state;

	loop_watch_free(s->watch);
	store_close(s->store);
	loop_shut(s->loop);
	anchor_free(s->anchor);
	loop_timer_free(s->timer);
	loop_free(s->loop);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		AUTO_FREE char *path = mem_printf("%s/%s", s->folder, names[i]);

		unlink(path);
	}
	assert_int_equal(rmdir(s->folder), 0);
	free(s);
	return 0;
}

static enum errc add_line(struct tx *tx, void *arg)
{
	struct audit_row row = {.at = 1000, .actor = "eacbot", .via = "engine", .action = "begin"};

	(void)arg;
	return audit_add(tx, &row);
}

static enum errc nothing(struct tx *tx, void *arg)
{
	(void)tx;
	(void)arg;
	return OK;
}

static void on_nothing(void *arg, enum errc code)
{
	(void)code;
	*(bool *)arg = true;
}

/* Until the last job of an anchor that is stopped has come home. */
static void settle(struct stage *s)
{
	bool done = false;

	store_submit(s->store, nothing, on_nothing, &done);
	while (!done) {
		poll(&(struct pollfd){.fd = store_event_fd(s->store), .events = POLLIN}, 1, -1);
		store_dispatch(s->store);
	}
}

/* Plays the service for a while; patience_ms: how long, when no anchor is made. */
static void play(struct stage *s, const char *file, int64_t every_ms, int patience_ms)
{
	anchor_free(s->anchor);
	s->anchor = anchor_new(&(struct anchor_options){.loop = s->loop,
	                                                .store = s->store,
	                                                .every_ms = every_ms,
	                                                .file = file,
	                                                .channel = "C0AUDIT001",
	                                                .committed = on_committed,
	                                                .arg = s});
	s->committed = 0;
	s->looked = (PATIENCE_MS - patience_ms) / LOOK_MS;
	loop_timer_set(s->timer, 0);
	loop_run(s->loop);
	anchor_stop(s->anchor);
	settle(s);
}

static int lines_of(const char *path)
{
	int count = 0;
	FILE *in = fopen(path, "r");

	for (int c; in && (c = fgetc(in)) != EOF;)
		count += c == '\n';
	if (in)
		fclose(in);
	return count;
}

struct noted {
	const char *file;
	struct audit_note *notes;
	size_t count;
	int64_t messages;
	enum errc code;
};

static enum errc read_notes(struct tx *tx, void *arg)
{
	struct noted *noted = arg;
	enum errc rc = outbox_pending(tx, &noted->messages);

	assert_int_equal(rc, OK);
	free(noted->notes);
	noted->notes = NULL;
	noted->count = 0;
	noted->code = anchor_notes(tx, noted->file, NULL, &noted->notes, &noted->count, NULL);
	return OK;
}

static void each_head_is_noted_once(void **state)
{
	struct stage *s = *state;
	struct noted noted = {.file = s->file};

	assert_int_equal(store_run(s->store, add_line, NULL), OK);
	play(s, s->file, DAY_MS, PATIENCE_MS);
	assert_int_equal(s->committed, 1);
	assert_int_equal(lines_of(s->file), 1);
	play(s, s->file, 200, 1000); /* due again, but the trail is as it was */
	assert_int_equal(lines_of(s->file), 1);
	assert_int_equal(store_run(s->store, add_line, NULL), OK);
	play(s, s->file, DAY_MS, 1000); /* not due yet */
	assert_int_equal(lines_of(s->file), 1);
	play(s, s->file, 200, PATIENCE_MS);
	assert_int_equal(lines_of(s->file), 2);
	assert_int_equal(store_run(s->store, read_notes, &noted), OK);
	assert_int_equal(noted.code, OK);
	assert_int_equal(noted.messages, 2);
	assert_int_equal(noted.count, 3); /* two of the file, and the store's own memory of the last */
	assert_int_equal(noted.notes[0].n, 1);
	assert_int_equal(noted.notes[2].n, 2);
	assert_string_equal(noted.notes[1].hash, noted.notes[2].hash);
	assert_true(text_starts(noted.notes[0].what, "the anchor of 20"));
	free(noted.notes);
}

static void a_file_that_can_not_be_written_does_not_hold_back_the_message(void **state)
{
	struct stage *s = *state;
	struct noted noted = {.file = "/nowhere/heads"};

	assert_int_equal(store_run(s->store, add_line, NULL), OK);
	play(s, noted.file, DAY_MS, PATIENCE_MS);
	assert_int_equal(store_run(s->store, read_notes, &noted), OK);
	assert_int_equal(noted.messages, 1);
	assert_int_equal(noted.code, ERR_NOT_FOUND); /* and whoever verifies hears of it */
	assert_null(noted.notes);
}

static void before_the_first_anchor_there_is_none(void **state)
{
	struct stage *s = *state;
	struct noted noted = {.file = s->file};

	play(s, s->file, 200, 1000); /* an empty trail */
	assert_int_equal(s->committed, 0);
	assert_int_equal(store_run(s->store, read_notes, &noted), OK);
	assert_int_equal(noted.code, OK);
	assert_int_equal(noted.count, 0);
	assert_int_equal(noted.messages, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(each_head_is_noted_once, begin, end),
	    cmocka_unit_test_setup_teardown(a_file_that_can_not_be_written_does_not_hold_back_the_message, begin, end),
	    cmocka_unit_test_setup_teardown(before_the_first_anchor_there_is_none, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
