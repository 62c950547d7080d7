/*
 * bench/process.c - memory out of /proc, time from the process' own clock.
 */
#include "tests/bench/process.h"

#include <stdio.h>
#include <time.h>

struct memory process_memory(pid_t pid)
{
	struct memory memory = {0};
	char path[60], line[200];
	long kb;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, "VmRSS: %ld", &kb) == 1)
			memory.resident_mb = (double)kb / 1024;
		else if (sscanf(line, "RssAnon: %ld", &kb) == 1)
			memory.anonymous_mb = (double)kb / 1024;
	}
	if (file != NULL)
		fclose(file);
	return memory;
}

double process_cpu_ms(pid_t pid)
{
	clockid_t clock;
	struct timespec t;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}
