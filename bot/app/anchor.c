/*
 * app/anchor.c - the head of the audit trail, noted now and then outside of the store.
 *
 * Two jobs: the first looks at the head, and when its answer has come, that head
 * is committed and may be told. The second appends it to the file, puts the
 * message into the outbox and remembers it, in this order: a crash in between
 * may double a line of the file, which does no harm, but never a message.
 */
#include "bot/app/anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/store/outbox.h"
#include "config/config.h"

enum {
	FIRST_MS = 500,
	AGAIN_MS = 10 * 60 * 1000, /* after a failure */
	LOOK_MS = 60 * 60 * 1000,  /* at most; timers do not know the wall clock */
	LINE_SIZE = 160,
};

struct anchor {
	struct anchor_options options;
	struct loop_timer *timer;
	bool stopped;
	bool file_failed; /* told in the log; the next try is for the file alone */
	/* the store's thread's while a job runs */
	int64_t n, now, wait_ms;
	char hash[65];
	char trouble[400]; /* of the file */
};

static const char key[] = "audit.anchor"; /* the setting: the last anchor as a line of the file has it */

/* "N:HASH TIME"; false when it is none. */
static bool parse(const char *line, struct audit_note *ret)
{
	char *end;
	long long n = strtoll(line, &end, 10);

	if (n < 1 || *end != ':' || strspn(end + 1, "0123456789abcdef") != 64 || end[65] != ' ')
		return false;
	ret->n = n;
	memcpy(ret->hash, end + 1, 64);
	ret->hash[64] = '\0';
	snprintf(ret->what, sizeof ret->what, "the anchor of %.40s", end + 66);
	ret->what[strcspn(ret->what, "\r\n")] = '\0';
	return clock_parse_rfc3339(ret->what + strlen("the anchor of ")) > 0;
}

static void write_line(const struct anchor *a, char out[static LINE_SIZE])
{
	char at[32];

	snprintf(out, LINE_SIZE, "%" PRId64 ":%s %s", a->n, a->hash, clock_rfc3339(a->now, at));
}

/* The last anchor; n is 0 where there was none. */
static enum errc read_last(struct tx *tx, struct audit_note *ret, int64_t *ret_at)
{
	char line[LINE_SIZE] = "";
	enum errc rc = store_setting_get(tx, key, line, sizeof line);

	*ret = (struct audit_note){0};
	*ret_at = 0;
	if (rc == OK && parse(line, ret))
		*ret_at = clock_parse_rfc3339(ret->what + strlen("the anchor of "));
	return rc == ERR_NOT_FOUND ? OK : rc;
}

/* --- making one --- */

static enum errc look_job(struct tx *tx, void *arg)
{
	struct anchor *a = arg;
	struct audit_note last;
	int64_t at;
	enum errc rc = read_last(tx, &last, &at);

	if (rc == OK)
		rc = audit_get_head(tx, &a->n, a->hash);
	if (rc != OK)
		return rc;
	a->now = clock_wall_ms();
	if (a->file_failed || at > a->now) /* or the clock was set back */
		a->wait_ms = 0;
	else if (a->n == last.n)
		a->wait_ms = a->options.every_ms;
	else
		a->wait_ms = at + a->options.every_ms - a->now;
	return OK;
}

/* On the store's thread, which may wait for a disk. */
static void append(struct anchor *a, const char *line)
{
	AUTO_FREE char *text = mem_printf("%s\n", line);
	size_t len = strlen(text);
	int fd = open(a->options.file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);

	a->trouble[0] = '\0';
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd) != 0)
		snprintf(a->trouble, sizeof a->trouble, "%.300s: %s", a->options.file, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static enum errc post(struct tx *tx, const struct anchor *a)
{
	AUTO_FREE char *words = mem_printf("Audit trail: line %" PRId64
	                                   " has the hash `%s`.\nTo see whether anything up to it was changed or "
	                                   "cut off: `eacbot audit --verify --head %" PRId64 ":%s`",
	                                   a->n, a->hash, a->n, a->hash);
	struct outbox_row row = {.op = OUTBOX_POST, .priority = OUTBOX_PROGRESS, .body = message_line(words)};

	text_copy(row.conversation, sizeof row.conversation, a->options.channel);
	enum errc rc = outbox_put(tx, &row);
	outbox_row_done(&row);
	return rc;
}

static enum errc write_job(struct tx *tx, void *arg)
{
	struct anchor *a = arg;
	char line[LINE_SIZE];
	enum errc rc = OK;

	write_line(a, line);
	if (!text_empty(a->options.file))
		append(a, line);
	if (a->file_failed) /* the rest was done then */
		return OK;
	if (!text_empty(a->options.channel))
		rc = post(tx, a);
	return rc == OK ? store_setting_set(tx, key, line) : rc;
}

static void wait_for(struct anchor *a, int64_t ms)
{
	if (!a->stopped)
		loop_timer_set(a->timer, ms < LOOK_MS ? ms : LOOK_MS);
}

static void on_written(void *arg, enum errc code)
{
	struct anchor *a = arg;
	bool failed = a->trouble[0] != '\0';

	if (failed && !a->file_failed)
		log_event(LOG_ERROR, "audit.anchor", "no anchor could be written to %s; it is tried again", a->trouble);
	else if (code == OK && !failed)
		log_event(LOG_INFO, "audit.anchor", "line %" PRId64 " of the audit trail is anchored", a->n);
	a->file_failed = failed;
	if (code == OK && !a->stopped)
		a->options.committed(a->options.arg);
	wait_for(a, code != OK || failed ? AGAIN_MS : a->options.every_ms);
}

static void on_looked(void *arg, enum errc code)
{
	struct anchor *a = arg;

	if (code != OK || a->stopped)
		wait_for(a, AGAIN_MS);
	else if (a->wait_ms > 0)
		wait_for(a, a->wait_ms);
	else
		store_submit(a->options.store, write_job, on_written, a);
}

static void on_timer(void *arg)
{
	struct anchor *a = arg;

	store_submit(a->options.store, look_job, on_looked, a);
}

struct anchor *anchor_new(const struct anchor_options *options)
{
	struct anchor *a = mem_alloc(sizeof *a);
	bool nowhere = text_empty(options->file) && text_empty(options->channel);

	a->options = *options;
	a->timer = loop_timer_new(options->loop, on_timer, a);
	if (!nowhere && options->every_ms != CONFIG_NEVER)
		loop_timer_set(a->timer, FIRST_MS);
	return a;
}

void anchor_stop(struct anchor *a)
{
	a->stopped = true;
	loop_timer_set(a->timer, -1);
}

void anchor_free(struct anchor *a)
{
	if (a == NULL)
		return;
	loop_timer_free(a->timer);
	free(a);
}

/* --- reading them --- */

struct notes {
	struct audit_note *list;
	size_t count, room;
};

static void add(struct notes *notes, const struct audit_note *note)
{
	if (notes->count == notes->room) {
		notes->room = notes->room ? notes->room * 2 : 16;
		notes->list = mem_grow(notes->list, notes->room, sizeof *notes->list);
	}
	notes->list[notes->count++] = *note;
}

static enum errc read_lines(FILE *in, const char *file, struct notes *notes, struct err *reterr)
{
	struct audit_note note;
	char *line = NULL;
	size_t size = 0, number = 0;
	enum errc rc = OK;

	while (rc == OK && getline(&line, &size, in) >= 0) {
		number++;
		if (parse(line, &note))
			add(notes, &note);
		else if (line[strspn(line, " \t\r\n")] != '\0')
			rc = err_set(reterr, ERR_INVALID, "audit: line %zu of %s is no anchor", number, file);
	}
	free(line);
	return rc == OK && ferror(in) ? err_set(reterr, ERR_IO, "audit: %s: %s", file, strerror(errno)) : rc;
}

/* Before the first anchor there is no file. */
static enum errc read_file(const char *file, bool expected, struct notes *notes, struct err *reterr)
{
	FILE *in = fopen(file, "re");

	if (in == NULL && errno == ENOENT && !expected)
		return OK;
	if (in == NULL)
		return err_set(reterr, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		               "audit: the anchors can't be read: %s: %s", file, strerror(errno));
	enum errc rc = read_lines(in, file, notes, reterr);
	fclose(in);
	return rc;
}

static int compare(const void *a, const void *b)
{
	const struct audit_note *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

enum errc anchor_notes(struct tx *tx, const char *file, const struct audit_note *given, struct audit_note **ret,
                       size_t *ret_count, struct err *reterr)
{
	struct notes notes = {0};
	struct audit_note last;
	int64_t at;
	enum errc rc = read_last(tx, &last, &at);

	if (rc == OK && !text_empty(file))
		rc = read_file(file, last.n > 0, &notes, reterr);
	if (rc != OK) {
		free(notes.list);
		return rc;
	}
	if (last.n > 0)
		add(&notes, &last);
	if (given != NULL)
		add(&notes, given);
	if (notes.count > 0)
		qsort(notes.list, notes.count, sizeof *notes.list, compare);
	*ret = notes.list;
	*ret_count = notes.count;
	return OK;
}
