/*
 * scenario/main.c - runs scenarios, some at a time, and counts.
 *
 *   scenarios PROGRAMS [WORD...]     those whose theme or name contains one of the words
 *
 * One line a scenario; the last line is "N passed, N failed". JOBS says how many at a time (3): they mostly wait.
 * KEEP=1 leaves the folders of those that failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "tests/scenario/scenario.h"

enum { JOBS_MAX = 16, LIMIT_S = 100, SKIPPED = 77 };

static const struct {
	const char *name;
	const struct scenario *list;
} themes[] = {
    {"connection", connection_scenarios},
    {"happy", happy_scenarios},
    {"refusals", refusal_scenarios},
    {"decisions", decision_scenarios},
    {"ends", end_scenarios},
    {"crash", crash_scenarios},
    {"trouble", trouble_scenarios},
    {"program", program_scenarios},
    {"traps", trap_scenarios},
    {"people", sf_people_scenarios},
    {"diagnosis", diagnosis_scenarios},
    {"pause", pause_scenarios},
    {"doctor", doctor_scenarios},
    {"answers", answer_scenarios},
    {"delivery", delivery_scenarios},
    {"shortcuts", shortcut_scenarios},
    {"home", home_scenarios},
    {"guided", people_scenarios},
    {"requests", request_scenarios},
    {"midway", midway_scenarios},
    {"orgs", orgs_scenarios},
    {"crowd", crowd_scenarios},
    {"batch", batch_scenarios},
};

struct job {
	pid_t pid; /* 0: free */
	const char *theme;
	const struct scenario *scenario;
	int64_t begun;
	char folder[64];
};

struct run {
	const char *programs;
	struct job jobs[JOBS_MAX];
	int job_count, passed, failed;
};

void skip(const char *why)
{
	fprintf(stderr, "%s\n", why);
	fflush(stderr);
	_exit(SKIPPED);
}

/* --- one scenario ------------------------------------------------------------------------------------------- */

/* In the child. */
static void play(const struct run *run, const struct job *job)
{
	char log[100];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(log, sizeof log, "%s/told", job->folder);
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		_exit(1);
	dup2(fd, STDERR_FILENO);
	alarm(LIMIT_S);
	struct stage *stage = stage_new(run->programs, job->folder);
	job->scenario->run(stage);
	if (!job->scenario->ends)
		stage_judge(stage);
	stage_free(stage);
	exit(0);
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
	(void)stat;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void print_told(const char *folder)
{
	char path[100], line[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/told", folder);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		printf("        %s", line);
	if (file != NULL)
		fclose(file);
}

static void sentence(const char *name, char out[static 200])
{
	snprintf(out, 200, "%s", name);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
}

static void settle(struct run *run, struct job *job, int status)
{
	bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED;
	char words[200];

	sentence(job->scenario->name, words);
	printf("%s %s: %s (%.1f s)\n",
	       good      ? "ok     "
	       : skipped ? "skipped"
	                 : "FAILED ",
	       job->theme, words, (double)(clock_wall_ms() - job->begun) / 1000);
	run->passed += good;
	run->failed += !good && !skipped;
	if (!good)
		print_told(job->folder);
	if (WIFSIGNALED(status))
		printf("        ended by signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? ": it took too long" : "");
	fflush(stdout);
	if (good || skipped || getenv("KEEP") == NULL)
		nftw(job->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	else
		printf("        %s\n", job->folder);
	job->pid = 0;
}

/* --- all of them -------------------------------------------------------------------------------------------- */

/* Waits for any to end when all places are taken, or for all when `all`. */
static void reap(struct run *run, bool all)
{
	for (;;) {
		int taken = 0, status;
		for (int i = 0; i < run->job_count; i++)
			taken += run->jobs[i].pid != 0;
		if (taken == 0 || (!all && taken < run->job_count))
			return;
		pid_t pid = wait(&status);
		for (int i = 0; i < run->job_count; i++)
			if (pid > 0 && run->jobs[i].pid == pid)
				settle(run, &run->jobs[i], status);
	}
}

static void begin(struct run *run, const char *theme, const struct scenario *scenario)
{
	struct job *job = run->jobs;
	const char *tmp = getenv("TMPDIR");

	reap(run, false);
	while (job->pid != 0)
		job++;
	job->theme = theme;
	job->scenario = scenario;
	job->begun = clock_wall_ms();
	snprintf(job->folder, sizeof job->folder, "%.40s/scenario-XXXXXX", tmp != NULL && *tmp ? tmp : "/tmp");
	if (mkdtemp(job->folder) == NULL) {
		perror(job->folder);
		exit(1);
	}
	fflush(stdout);
	job->pid = fork();
	if (job->pid == 0)
		play(run, job);
	if (job->pid < 0)
		exit(1);
}

static bool wanted(const char *theme, const char *name, int argc, char **argv)
{
	for (int i = 2; i < argc; i++)
		if (strcmp(theme, argv[i]) == 0 || strstr(name, argv[i]) != NULL)
			return true;
	return argc == 2;
}

int main(int argc, char **argv)
{
	const char *jobs = getenv("JOBS");
	struct run run = {.job_count = jobs != NULL ? (int)strtol(jobs, NULL, 10) : 3};

	if (argc < 2) {
		fprintf(stderr, "usage: scenarios PROGRAMS [WORD...]\n");
		return 2;
	}
	run.programs = argv[1];
	if (run.job_count < 1 || run.job_count > JOBS_MAX)
		run.job_count = 3;
	for (size_t i = 0; i < sizeof themes / sizeof themes[0]; i++)
		for (const struct scenario *s = themes[i].list; s->name != NULL; s++)
			if (wanted(themes[i].name, s->name, argc, argv))
				begin(&run, themes[i].name, s);
	reap(&run, true);
	printf("%d passed, %d failed\n", run.passed, run.failed);
	return run.failed > 0;
}
