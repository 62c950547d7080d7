/*
 * stage/stage.c - building the stage: folder, key, fakes, eacbot; and acting on it.
 *
 * The configuration is a JSON object, which is YAML too. The children are bound to this process by the kernel's
 * parent-death signal, so that not even kill -9 leaves one behind.
 */
#include "tests/stage/stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "tests/stage/client.h"

enum { PATH_BYTES = 600, ASK_MS = 30000, SEE_MS = 10000, AWAIT_MS = 20000, LOOK_AGAIN_MS = 100, SHORT_MS = 10 };

struct child {
	pid_t pid; /* 0: does not run */
	int port;
};

struct stage {
	char programs[PATH_BYTES], folder[PATH_BYTES];
	struct child fakes[2];
	struct child eacbot;
	int http_port;
	json_t *config;
	stage_hook_fn *hook;
	void *hook_arg;
};

static const char *const fake_names[] = {[SLACK] = "sim-slack", [SALESFORCE] = "sim-salesforce"};

/* --- failing --- */

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = mem_alloc(1);
	size_t len = 0, n;
	char part[8192];

	while (file != NULL && (n = fread(part, 1, sizeof part, file)) > 0) {
		text = mem_grow(text, len + n + 1, 1);
		memcpy(text + len, part, n);
		len += n;
		text[len] = '\0';
	}
	if (file != NULL)
		fclose(file);
	return text;
}

char *stage_log(const struct stage *stage)
{
	char path[PATH_BYTES + 20];

	snprintf(path, sizeof path, "%s/eacbot.log", stage->folder);
	return read_file(path);
}

static void show_tail(const char *title, const char *text, int lines)
{
	const char *at = text + strlen(text);

	while (at > text && lines >= 0)
		lines -= *--at == '\n';
	fprintf(stderr, "%s:\n%s\n", title, at);
}

static void show_violations(struct stage *stage, enum fake fake)
{
	if (stage->fakes[fake].port == 0)
		return;
	struct client_answer answer = client_ask(stage->fakes[fake].port, "GET", "/_sim/violations", NULL, 2000);
	if (answer.status == 200 && answer.len > 3)
		fprintf(stderr, "violations of %s: %s\n", fake_names[fake], answer.body);
	client_answer_done(&answer);
}

static void show_feed(struct stage *stage)
{
	struct client_answer answer = client_ask(stage->fakes[SLACK].port, "GET", "/_sim/feed", NULL, 2000);
	json_t *feed = answer.body != NULL ? json_loads(answer.body, 0, NULL) : NULL;
	size_t n = json_array_size(feed);

	for (size_t i = n > 8 ? n - 8 : 0; i < n; i++) {
		const json_t *entry = json_array_get(feed, i);
		fprintf(stderr, "slack: %s %s %s %s\n", json_str(entry, "what"), json_str(entry, "channel"),
		        json_str(entry, "user"), json_str(entry, "text"));
	}
	json_decref(feed);
	client_answer_done(&answer);
}

void stage_fail(struct stage *stage, const char *format, ...)
{
	va_list args;
	char *log = stage_log(stage);

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	show_violations(stage, SLACK);
	show_violations(stage, SALESFORCE);
	show_feed(stage);
	show_tail("the end of eacbot's log", log, 12);
	free(log);
	exit(1);
}

/* --- files --- */

static void write_file(struct stage *stage, const char *name, const char *text)
{
	char path[PATH_BYTES + 100];
	int fd;

	snprintf(path, sizeof path, "%s/%s", stage->folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		stage_fail(stage, "%s: %s", path, strerror(errno));
	close(fd);
}

void stage_write_secret(struct stage *stage, const char *name, const char *text)
{
	write_file(stage, name, text);
}

static void write_keys(struct stage *stage)
{
	char private_path[PATH_BYTES + 20], public_path[PATH_BYTES + 20];
	EVP_PKEY *key = EVP_RSA_gen(2048);
	mode_t before = umask(0077);

	snprintf(private_path, sizeof private_path, "%s/key.pem", stage->folder);
	snprintf(public_path, sizeof public_path, "%s/public.pem", stage->folder);
	FILE *private_file = fopen(private_path, "we"), *public_file = fopen(public_path, "we");
	if (key == NULL || private_file == NULL || public_file == NULL ||
	    PEM_write_PrivateKey(private_file, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_PUBKEY(public_file, key) != 1)
		stage_fail(stage, "no key could be made in %s", stage->folder);
	fclose(private_file);
	fclose(public_file);
	umask(before);
	EVP_PKEY_free(key);
}

/* --- processes --- */

/* NULL: nothing comes out there. Between fork and exec nothing but system calls. */
static pid_t spawn(struct stage *stage, char *const argv[], int out, const char *err_path)
{
	int err = open(err_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t parent = getpid(), pid = fork();

	if (pid < 0 || err < 0 || in < 0)
		stage_fail(stage, "%s: %s", argv[0], strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		if (getppid() == parent)
			execv(argv[0], argv);
		_exit(127);
	}
	close(err);
	close(in);
	return pid;
}

static int await_line(struct stage *stage, int fd, const char *name)
{
	char line[100] = "";
	size_t len = 0;
	int port = 0;

	while (len + 1 < sizeof line && strchr(line, '\n') == NULL && read(fd, line + len, 1) == 1)
		line[++len] = '\0';
	if (sscanf(line, "listening 127.0.0.1:%d", &port) != 1)
		stage_fail(stage, "%s did not start: \"%s\"", name, line);
	return port;
}

static void start_fake(struct stage *stage, enum fake fake, const char *state, const char *public_key)
{
	char program[PATH_BYTES + 40], log[PATH_BYTES + 40];
	int pipe_fds[2];

	snprintf(program, sizeof program, "%s/%s", stage->programs, fake_names[fake]);
	snprintf(log, sizeof log, "%s/%s.log", stage->folder, fake_names[fake]);
	char *argv[] = {program,
	                (char[]){"--port"},
	                (char[]){"0"},
	                (char[]){"--die-with-parent"},
	                (char[]){"--state"},
	                mem_strdup(state),
	                public_key != NULL ? (char[]){"--public-key"} : NULL,
	                public_key != NULL ? mem_strdup(public_key) : NULL,
	                NULL};
	if (pipe2(pipe_fds, O_CLOEXEC) != 0)
		stage_fail(stage, "pipe: %s", strerror(errno));
	stage->fakes[fake].pid = spawn(stage, argv, pipe_fds[1], log);
	close(pipe_fds[1]);
	stage->fakes[fake].port = await_line(stage, pipe_fds[0], fake_names[fake]);
	close(pipe_fds[0]);
	free(argv[5]);
	free(argv[7]);
}

/* A port that nobody has at this moment. */
/* Below those that the system gives away by itself: eacbot takes it only later, after others have begun. */
static int free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	bool taken = true;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int tries = 0; taken && tries < 100; tries++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		address.sin_port = htons((uint16_t)(10000 + arc4random_uniform(20000)));
		taken = fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0;
		close(fd);
	}
	return taken ? 0 : ntohs(address.sin_port);
}

static json_t *default_config(const struct stage *stage)
{
	char slack[60], org[60], listen[60];

	snprintf(slack, sizeof slack, "http://127.0.0.1:%d/api/", stage->fakes[SLACK].port);
	snprintf(org, sizeof org, "http://127.0.0.1:%d", stage->fakes[SALESFORCE].port);
	snprintf(listen, sizeof listen, "127.0.0.1:%d", stage->http_port);
	return json_pack("{s:{s:s, s:s, s:s, s:i, s:s}, s:{s:[s], s:[s], s:[s], s:[s], s:[s]}, s:{s:s},"
	                 " s:{s:s, s:s, s:s, s:s, s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:s}}",
	                 "slack", "api_url", slack, "app_token_file", "app-token", "bot_token_file", "bot-token",
	                 "posts_per_second", 500, "status_channel", "C0STATUS01", "access", "requesters", "S0HELPDESK",
	                 "approvers", "S0APPROVER", "admins", "U0ADMIN001", "channels", "C0HELP0001", "protected_users",
	                 "ceo@example.com", "people", "hours", "00:00-24:00", "salesforce", "login_url", org,
	                 "client_id", "3MVG9eacbot", "username", "eacbot@example.com", "private_key_file", "key.pem",
	                 "poll_every", "1s", "store", "url", "sqlite:eacbot.db", "http", "listen", listen, "log",
	                 "level", "info", "format", "text");
}

struct stage *stage_new(const char *programs, const char *folder)
{
	struct stage *stage = mem_alloc(sizeof *stage);
	char public_key[PATH_BYTES + 20];

	signal(SIGPIPE, SIG_IGN);
	snprintf(stage->programs, sizeof stage->programs, "%s", programs);
	snprintf(stage->folder, sizeof stage->folder, "%s", folder);
	snprintf(public_key, sizeof public_key, "%s/public.pem", stage->folder);
	write_keys(stage);
	start_fake(stage, SLACK, "tests/sim/slack/workspace.json", NULL);
	start_fake(stage, SALESFORCE, "tests/sim/salesforce/org.json", public_key);
	stage->http_port = free_port();
	stage->config = default_config(stage);
	write_file(stage, "app-token", "xapp-1-A0EAC00001-1-sim\n");
	write_file(stage, "bot-token", "xoxb-1-sim\n");
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:i, s:i}", "posts_per_second", 500, "post_burst", 500));
	return stage;
}

static void end_child(struct child *child, int signal)
{
	if (child->pid == 0)
		return;
	kill(child->pid, signal);
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
}

void stage_free(struct stage *stage)
{
	if (stage == NULL)
		return;
	end_child(&stage->eacbot, SIGKILL);
	end_child(&stage->fakes[SLACK], SIGKILL);
	end_child(&stage->fakes[SALESFORCE], SIGKILL);
	json_decref(stage->config);
	free(stage);
}

/* --- the configuration --- */

void stage_set(struct stage *stage, const char *key, json_t *value)
{
	char section[40];
	const char *dot = strchr(key, '.');

	snprintf(section, sizeof section, "%.*s", (int)(dot - key), key);
	if (json_get(stage->config, section) == NULL)
		json_object_set_new(stage->config, section, json_object());
	if (value != NULL)
		json_object_set_new(json_get(stage->config, section), dot + 1, value);
	else
		json_object_del(json_get(stage->config, section), dot + 1);
}

void stage_write_config(struct stage *stage)
{
	char *text = json_dumps(stage->config, JSON_INDENT(1));

	write_file(stage, "eacbot.yaml", text);
	free(text);
}

const char *stage_folder(const struct stage *stage)
{
	return stage->folder;
}

int stage_http_port(const struct stage *stage)
{
	return stage->http_port;
}

int stage_fake_port(const struct stage *stage, enum fake fake)
{
	return stage->fakes[fake].port;
}

void stage_on_wait(struct stage *stage, stage_hook_fn *hook, void *arg)
{
	stage->hook = hook;
	stage->hook_arg = arg;
}

/* It may wait itself, and is not called from there. */
void stage_run_hook(struct stage *stage)
{
	stage_hook_fn *hook = stage->hook;

	stage->hook = NULL;
	if (hook != NULL)
		hook(stage, stage->hook_arg);
	if (hook != NULL && stage->hook == NULL)
		stage->hook = hook;
}

/* --- the program --- */

static void rest_ms(int ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void path_of(const struct stage *stage, char out[PATH_BYTES + 40], const char *name)
{
	snprintf(out, PATH_BYTES + 40, "%s/%s", stage->folder, name);
}

/* Its exit code if it has ended; -1: it runs. */
static int exit_code(struct child *child)
{
	int status;

	if (waitpid(child->pid, &status, WNOHANG) != child->pid)
		return -1;
	child->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void await_endpoint(struct stage *stage, const char *path, int status)
{
	int64_t until = clock_wall_ms() + AWAIT_MS;
	int last = 0;

	while (clock_wall_ms() < until) {
		struct client_answer answer = stage_get(stage, path);
		last = answer.status;
		client_answer_done(&answer);
		if (last == status)
			return;
		int code = exit_code(&stage->eacbot);
		if (code >= 0)
			stage_fail(stage, "eacbot has ended with %d", code);
		rest_ms(SHORT_MS);
	}
	struct client_answer answer = stage_get(stage, path);
	stage_fail(stage, "%s says %d instead of %d: %s", path, last, status, answer.body ? answer.body : "");
}

void stage_await_ready(struct stage *stage, int status)
{
	await_endpoint(stage, "/readyz", status);
}

void stage_start_unready(struct stage *stage)
{
	char program[PATH_BYTES + 40], config[PATH_BYTES + 40], log[PATH_BYTES + 40];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	stage_write_config(stage);
	snprintf(program, sizeof program, "%s/eacbot", stage->programs);
	path_of(stage, config, "eacbot.yaml");
	path_of(stage, log, "eacbot.log");
	char *argv[] = {program, (char[]){"run"}, (char[]){"-c"}, config, NULL};
	stage->eacbot.pid = spawn(stage, argv, null, log);
	close(null);
	await_endpoint(stage, "/healthz", 200);
}

void stage_start(struct stage *stage)
{
	stage_start_unready(stage);
	stage_await_ready(stage, 200);
}

void stage_kill(struct stage *stage)
{
	end_child(&stage->eacbot, SIGKILL);
}

pid_t stage_pid(const struct stage *stage)
{
	return stage->eacbot.pid;
}

void stage_signal(struct stage *stage, int signal)
{
	kill(stage->eacbot.pid, signal);
}

int stage_await_exit(struct stage *stage)
{
	int64_t until = clock_wall_ms() + 15000;
	int code;

	while ((code = exit_code(&stage->eacbot)) < 0) {
		if (clock_wall_ms() > until)
			stage_fail(stage, "eacbot does not end");
		rest_ms(SHORT_MS);
	}
	return code;
}

int stage_stop(struct stage *stage)
{
	stage_signal(stage, SIGTERM);
	return stage_await_exit(stage);
}

struct stage_output stage_eacbot(struct stage *stage, const char *words)
{
	char program[PATH_BYTES + 40], config[PATH_BYTES + 40], out[PATH_BYTES + 40], err[PATH_BYTES + 40];
	char option[] = "-c", *argv[20] = {program};
	AUTO_FREE char *copy = mem_strdup(words);
	char *rest = copy, *word;
	int n = 1, status = 0, fd;

	snprintf(program, sizeof program, "%s/eacbot", stage->programs);
	path_of(stage, config, "eacbot.yaml");
	path_of(stage, out, "out");
	path_of(stage, err, "err");
	unlink(err);
	while ((word = strsep(&rest, " ")) != NULL && n < 17) {
		argv[n++] = word;
		if (n == 2) {
			argv[n++] = option;
			argv[n++] = config;
		}
	}
	fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		stage_fail(stage, "%s: %s", out, strerror(errno));
	pid_t pid = spawn(stage, argv, fd, err);
	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return (struct stage_output){.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	                             .out = read_file(out),
	                             .err = read_file(err)};
}

void stage_output_done(struct stage_output *output)
{
	free(output->out);
	free(output->err);
	*output = (struct stage_output){0};
}

struct client_answer stage_get(struct stage *stage, const char *path)
{
	return client_ask(stage->http_port, "GET", path, NULL, 5000);
}
