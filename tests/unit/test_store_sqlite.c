/*
 * What only the SQLite file has: its lock, its rights, its schema number, a full disk, a kill.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"
#include "bot/store/store_private.h" /* only to bound the pages */
#include "tests/contract/fixture.h"

static enum errc open_at(struct store **ret, const char *url, bool read_only, struct err *reterr)
{
	const struct store_options options = {.url = url, .read_only = read_only};
	*ret = NULL;
	*reterr = (struct err){0};
	return store_open(ret, &options, reterr);
}

static void path_of(const struct fixture *fixture, const char *name, char out[static 96])
{
	snprintf(out, 96, "%s/%s", fixture->folder, name);
}

static void run_sql(const struct fixture *fixture, const char *sql)
{
	char path[96];
	sqlite3 *db;
	path_of(fixture, "test.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static int take_int(void *arg, int count, char **values, char **names)
{
	(void)count;
	(void)names;
	*(int *)arg = (int)strtol(values[0], NULL, 10);
	return 0;
}

static int schema_of(const struct fixture *fixture)
{
	char path[96];
	sqlite3 *db;
	int number = 0;
	path_of(fixture, "test.db", path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version", take_int, &number, NULL), SQLITE_OK);
	sqlite3_close(db);
	return number;
}

static void close_store(struct fixture *fixture)
{
	store_close(fixture->store);
	fixture->store = NULL;
}

static enum errc set_word(struct tx *tx, void *arg)
{
	return store_setting_set(tx, "word", arg);
}

static enum errc get_word(struct tx *tx, void *arg)
{
	return store_setting_get(tx, "word", arg, 32);
}

static char hello[] = "hello";

/* ---- one process ---- */

static void a_second_process_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct store *second;
	struct err err;
	char path[96], link[96], url[128];
	assert_int_equal(open_at(&second, fixture->url, false, &err), ERR_BUSY);
	assert_non_null(strstr(err.text, "another process"));
	path_of(fixture, "test.db", path);
	path_of(fixture, "link.db", link);
	assert_int_equal(symlink(path, link), 0);
	snprintf(url, sizeof url, "sqlite:%s", link);
	assert_int_equal(open_at(&second, url, false, &err), ERR_BUSY);
	fixture_run(state, set_word, hello);
}

static void the_lock_ends_with_its_holder(void **state)
{
	struct fixture *fixture = *state;
	close_store(fixture);
	pid_t child = fork();
	if (child == 0) {
		struct store *store;
		struct err err;
		_exit(open_at(&store, fixture->url, false, &err) == OK ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	fixture_reopen(fixture);
}

static void the_files_are_the_owners_alone(void **state)
{
	static const char *const names[] = {"test.db", "test.db-wal", "test.db-shm", "test.db.lock"};
	struct fixture *fixture = *state;
	char path[96];
	close_store(fixture);
	for (size_t i = 0; i < 4; i++) {
		path_of(fixture, names[i], path);
		unlink(path);
	}
	mode_t before = umask(0);
	fixture_reopen(fixture);
	fixture_run(state, set_word, hello);
	umask(before);
	for (size_t i = 0; i < 4; i++) {
		struct stat st;
		path_of(fixture, names[i], path);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

/* ---- what is no store of ours ---- */

static enum errc reopen_code(struct fixture *fixture, struct err *reterr)
{
	struct store *store;
	enum errc code = open_at(&store, fixture->url, false, reterr);
	store_close(store);
	return code;
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	char back[64];
	close_store(fixture);
	snprintf(back, sizeof back, "PRAGMA user_version = %d", schema_of(fixture));
	run_sql(fixture, "PRAGMA user_version = 999");
	assert_int_equal(reopen_code(fixture, &err), ERR_NEWER);
	assert_non_null(strstr(err.text, "999"));
	run_sql(fixture, back);
	assert_int_equal(reopen_code(fixture, &err), OK);
}

static void another_programs_database_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct err err;
	close_store(fixture);
	run_sql(fixture, "PRAGMA application_id = 7");
	assert_int_equal(reopen_code(fixture, &err), ERR_INVALID);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct store *store;
	struct err err;
	char path[96], url[128];
	path_of(fixture, "letter.db", path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 200; i++)
		fputs("Dear Sir or Madam, ", file);
	fclose(file);
	snprintf(url, sizeof url, "sqlite:%s", path);
	assert_int_equal(open_at(&store, url, false, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "not an SQLite file"));
}

static void a_missing_folder_is_named(void **state)
{
	(void)state;
	struct store *store;
	struct err err;
	assert_int_equal(open_at(&store, "sqlite:/nowhere/at/all.db", false, &err), ERR_IO);
	assert_non_null(strstr(err.text, "/nowhere/at/all.db"));
}

static void postgresql_is_not_in_this_build(void **state)
{
	(void)state;
	struct store *store;
	struct err err;
	assert_int_equal(open_at(&store, "postgresql://localhost/x", false, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "only SQLite"));
}

static void memory_is_a_store_too(void **state)
{
	(void)state;
	struct store *store;
	struct err err;
	char word[32];
	assert_int_equal(open_at(&store, "sqlite::memory:", false, &err), OK);
	MUST(store_run(store, set_word, hello));
	MUST(store_run(store, get_word, word));
	store_close(store);
}

/* ---- reading beside the service ---- */

static void a_reader_sees_what_the_service_committed(void **state)
{
	struct fixture *fixture = *state;
	struct store *reader;
	struct err err;
	char word[32], bye[] = "bye";
	fixture_run(state, set_word, hello);
	assert_int_equal(open_at(&reader, fixture->url, true, &err), OK);
	MUST(store_run(reader, get_word, word));
	assert_string_equal(word, "hello");
	fixture_run(state, set_word, bye);
	MUST(store_run(reader, get_word, word));
	assert_string_equal(word, "bye");
	assert_int_equal(store_run(reader, set_word, hello), ERR_DENIED);
	store_close(reader);
}

static void a_reader_finds_a_store_that_was_closed(void **state)
{
	struct fixture *fixture = *state;
	struct store *reader;
	struct err err;
	char word[32];
	fixture_run(state, set_word, hello);
	close_store(fixture);
	assert_int_equal(open_at(&reader, fixture->url, true, &err), OK);
	MUST(store_run(reader, get_word, word));
	store_close(reader);
	fixture_reopen(fixture);
}

static void a_reader_finds_a_store_that_was_killed(void **state)
{
	struct fixture *fixture = *state;
	struct store *store;
	struct err err;
	char word[32];
	close_store(fixture);
	pid_t child = fork();
	if (child == 0) {
		if (open_at(&store, fixture->url, false, &err) == OK && store_run(store, set_word, hello) == OK)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	int status;
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(open_at(&store, fixture->url, true, &err), OK);
	MUST(store_run(store, get_word, word));
	assert_string_equal(word, "hello");
	store_close(store);
}

/* ---- writing beside the service ---- */

static enum errc open_beside(struct store **ret, const char *url, struct err *reterr)
{
	const struct store_options options = {.url = url, .beside = true};
	*ret = NULL;
	return store_open(ret, &options, reterr);
}

static enum errc add_line(struct tx *tx, void *arg)
{
	struct audit_row row = {.at = 1000, .actor = "ana", .via = "cli", .action = "write"};
	text_copy(row.detail, sizeof row.detail, arg);
	return audit_add(tx, &row);
}

static enum errc check_trail(struct tx *tx, void *arg)
{
	return audit_verify(tx, arg, NULL);
}

static void two_pens_write_one_trail(void **state)
{
	struct fixture *fixture = *state;
	struct store *pen;
	struct err err;
	struct audit_proof proof = {0};
	assert_int_equal(open_beside(&pen, fixture->url, &err), OK);
	for (int i = 0; i < 3; i++) {
		fixture_run(state, add_line, hello);
		fixture_run(state, add_line, hello);
		MUST(store_run(pen, add_line, hello));
		MUST(store_run(pen, add_line, hello));
	}
	store_close(pen);
	fixture_run(state, add_line, hello);
	fixture_run(state, check_trail, &proof);
	assert_int_equal(proof.n, 13);
}

static void a_pen_needs_a_store_that_is_up_to_date_and_may_be_written(void **state)
{
	struct fixture *fixture = *state;
	struct store *pen;
	struct err err;
	char path[96], url[128];
	path_of(fixture, "none.db", path);
	snprintf(url, sizeof url, "sqlite:%s", path);
	assert_int_equal(open_beside(&pen, url, &err), ERR_NOT_FOUND);
	close_store(fixture);
	run_sql(fixture, "PRAGMA user_version = 1");
	assert_int_equal(open_beside(&pen, fixture->url, &err), ERR_INVALID);
	assert_non_null(strstr(err.text, "start the service once"));
}

static bool file_has(const struct fixture *fixture, const char *name, const char *words)
{
	static char content[1 << 20];
	char path[96];
	path_of(fixture, name, path);
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(content, 1, sizeof content, file) : 0;
	if (file)
		fclose(file);
	return memmem(content, len, words, strlen(words)) != NULL;
}

static enum errc forget_line(struct tx *tx, void *arg)
{
	return audit_forget(tx, *(const int64_t *)arg, true, true);
}

static void forgotten_words_are_in_no_file(void **state)
{
	struct fixture *fixture = *state;
	char words[] = "Jane-Unforgettable";
	int64_t line = 1;
	fixture_run(state, add_line, words);
	assert_true(file_has(fixture, "test.db", words) || file_has(fixture, "test.db-wal", words));
	fixture_run(state, forget_line, &line);
	MUST(store_scrub(fixture->store));
	assert_false(file_has(fixture, "test.db", words));
	assert_false(file_has(fixture, "test.db-wal", words));
}

static void a_reader_makes_no_store(void **state)
{
	struct fixture *fixture = *state;
	struct store *reader;
	struct err err;
	char path[96], url[128];
	path_of(fixture, "none.db", path);
	snprintf(url, sizeof url, "sqlite:%s", path);
	assert_int_equal(open_at(&reader, url, true, &err), ERR_NOT_FOUND);
	assert_int_equal(access(path, F_OK), -1);
}

/* ---- a full disk ---- */

struct parcel {
	int done;
	enum errc code;
};

static enum errc write_much(struct tx *tx, void *arg)
{
	static char much[100000];
	memset(much, 'x', sizeof much - 1);
	(void)arg;
	return store_setting_set(tx, "much", much);
}

/* Pretends that all went well. */
static enum errc write_much_and_shrug(struct tx *tx, void *arg)
{
	enum errc code = write_much(tx, arg);
	(void)code;
	return OK;
}

static void note_code(void *arg, enum errc code)
{
	struct parcel *parcel = arg;
	parcel->done++;
	parcel->code = code;
}

static void turn_until(struct store *store, const struct parcel *parcel)
{
	while (!parcel->done) {
		struct pollfd fd = {.fd = store_event_fd(store), .events = POLLIN};
		assert_int_equal(poll(&fd, 1, 10000), 1);
		store_dispatch(store);
	}
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static bool is_disk(enum errc code)
{
	return code == ERR_FULL || code == ERR_IO;
}

/* Files may grow no more: the write of the commit fails half-way, as on a full disk. */
static void fill_disk(struct fixture *fixture)
{
	struct parcel big = {0}, shrug = {0};
	signal(SIGXFSZ, SIG_IGN);
	limit_files(90000);
	store_submit(fixture->store, write_much, note_code, &big);
	turn_until(fixture->store, &big);
	store_submit(fixture->store, write_much_and_shrug, note_code, &shrug);
	turn_until(fixture->store, &shrug);
	assert_true(is_disk(big.code));
	assert_true(is_disk(shrug.code));
}

static void a_full_disk_undoes_the_group_and_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct store_figures figures;
	char word[32];
	fixture_run(state, set_word, hello);
	fill_disk(fixture);
	MUST(fixture_try(state, get_word, word));
	limit_files(RLIM_INFINITY);
	store_get_figures(fixture->store, &figures);
	assert_string_equal(word, "hello");
	assert_false(figures.writable);
	assert_true(figures.failed_commits >= 2);
	assert_true(strlen(figures.last_error) > 0);
}

static void after_a_full_disk_the_same_store_writes_again(void **state)
{
	struct fixture *fixture = *state;
	struct store_figures figures;
	fill_disk(fixture);
	limit_files(RLIM_INFINITY);
	fixture_run(state, write_much, NULL);
	store_get_figures(fixture->store, &figures);
	assert_true(figures.writable);
}

static void a_store_finds_out_by_itself_that_there_is_room_again(void **state)
{
	struct fixture *fixture = *state;
	struct store_figures figures = {0};
	fill_disk(fixture);
	limit_files(RLIM_INFINITY);
	for (int i = 0; i < 200 && !figures.writable; i++) {
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
		store_get_figures(fixture->store, &figures);
	}
	assert_true(figures.writable);
}

static enum errc allow_pages(struct tx *tx, void *arg)
{
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d", *(const int *)arg);
	return tx->driver->exec(tx->db, sql);
}

/* Here the statement fails, and SQLite ends the transaction before its commit. */
static void a_statement_that_finds_no_room_undoes_its_job(void **state)
{
	int few = 1, many = 1000000;
	struct store_figures figures;
	char word[32];
	fixture_run(state, set_word, hello);
	MUST(fixture_try(state, allow_pages, &few));
	assert_int_equal(fixture_try(state, write_much_and_shrug, NULL), ERR_FULL);
	store_get_figures(((struct fixture *)*state)->store, &figures);
	assert_false(figures.writable);
	MUST(fixture_try(state, get_word, word));
	MUST(fixture_try(state, allow_pages, &many));
	fixture_run(state, write_much, NULL);
}

/* ---- a kill ---- */

enum { KILLS = 12, IN_FLIGHT = 16 };

struct writer {
	int acknowledged; /* a pipe */
	int64_t id;
	int *left; /* in flight */
};

/* A repair with a step and an audit line: all or nothing. */
static enum errc write_repair(struct tx *tx, void *arg)
{
	struct writer *writer = arg;
	AUTO_REQUEST struct request_row row = {.state = "running", .open = true, .facts = json_pack("{s:s}", "a", "b")};
	struct audit_row line = {.at = 1000, .actor = "eacbot", .action = "begin"};
	struct step_row step = {.key = "disconnect-account", .state = "running"};
	enum errc code = request_insert(tx, &row);
	if (code == OK)
		code = step_put(tx, row.id, &step);
	line.repair = row.id;
	if (code == OK)
		code = audit_add(tx, &line);
	writer->id = row.id;
	return code;
}

static void acknowledge(void *arg, enum errc code)
{
	struct writer *writer = arg;
	if (code != OK || write(writer->acknowledged, &writer->id, sizeof writer->id) != sizeof writer->id)
		_exit(3);
	--*writer->left;
}

static _Noreturn void write_until_killed(const char *url, int acknowledged)
{
	struct store *store;
	struct err err;
	struct writer writers[IN_FLIGHT];
	if (open_at(&store, url, false, &err) != OK)
		_exit(2);
	for (;;) {
		int left = IN_FLIGHT;
		for (int i = 0; i < IN_FLIGHT; i++) {
			writers[i] = (struct writer){.acknowledged = acknowledged, .left = &left};
			store_submit(store, write_repair, acknowledge, &writers[i]);
		}
		struct pollfd fd = {.fd = store_event_fd(store), .events = POLLIN};
		while (left > 0) {
			poll(&fd, 1, -1);
			store_dispatch(store);
		}
	}
}

/* The highest number that was acknowledged before the child died. */
static int64_t run_and_kill(const char *url, long after_us)
{
	int ends[2], status;
	int64_t last = 0, id;
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0)
		write_until_killed(url, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &last, sizeof last), sizeof last);
	nanosleep(&(struct timespec){.tv_nsec = after_us * 1000}, NULL);
	kill(child, SIGKILL);
	while (read(ends[0], &id, sizeof id) == sizeof id)
		last = id > last ? id : last;
	close(ends[0]);
	waitpid(child, &status, 0);
	assert_true(WIFSIGNALED(status));
	return last;
}

static enum errc count_step(void *arg, const struct step_row *row)
{
	(void)row;
	++*(int64_t *)arg;
	return OK;
}

struct survey {
	struct tx *tx;
	int64_t requests, steps;
};

static enum errc survey_one(void *arg, const struct request_row *row)
{
	struct survey *survey = arg;
	survey->requests++;
	return step_each(survey->tx, row->id, count_step, &survey->steps);
}

static enum errc check_survivors(struct tx *tx, void *arg)
{
	const int64_t *last = arg;
	struct survey survey = {.tx = tx};
	struct request_row row = {0};
	struct err err = {0};
	struct audit_proof proof = {0};
	MUST(request_get(tx, *last, &row));
	request_row_done(&row);
	MUST(request_each(tx, &(struct request_query){.limit = 1000000}, survey_one, &survey));
	MUST(audit_verify(tx, &proof, &err));
	assert_int_equal(survey.steps, survey.requests);
	assert_int_equal(proof.n, survey.requests);
	return OK;
}

static void a_kill_loses_nothing_that_was_acknowledged(void **state)
{
	struct fixture *fixture = *state;
	unsigned seed = 20;
	for (int i = 0; i < KILLS; i++) {
		close_store(fixture);
		seed = seed * 1664525u + 1013904223u;
		int64_t last = run_and_kill(fixture->url, (seed >> 8) % 30000);
		fixture_reopen(fixture);
		fixture_run(state, check_survivors, &last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_second_process_is_refused),
	    CASE(the_lock_ends_with_its_holder),
	    CASE(the_files_are_the_owners_alone),
	    CASE(a_newer_schema_is_refused_and_left_alone),
	    CASE(another_programs_database_is_refused),
	    CASE(a_file_that_is_no_database_is_refused),
	    CASE(a_missing_folder_is_named),
	    CASE(postgresql_is_not_in_this_build),
	    CASE(memory_is_a_store_too),
	    CASE(a_reader_sees_what_the_service_committed),
	    CASE(a_reader_finds_a_store_that_was_closed),
	    CASE(a_reader_finds_a_store_that_was_killed),
	    CASE(a_reader_makes_no_store),
	    CASE(two_pens_write_one_trail),
	    CASE(a_pen_needs_a_store_that_is_up_to_date_and_may_be_written),
	    CASE(forgotten_words_are_in_no_file),
	    CASE(a_full_disk_undoes_the_group_and_is_told),
	    CASE(after_a_full_disk_the_same_store_writes_again),
	    CASE(a_store_finds_out_by_itself_that_there_is_room_again),
	    CASE(a_statement_that_finds_no_room_undoes_its_job),
	    CASE(a_kill_loses_nothing_that_was_acknowledged),
	};
	return fixture_main("store files", tests, sizeof tests / sizeof tests[0]);
}
