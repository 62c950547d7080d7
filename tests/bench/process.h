/*
 * bench/process.h - what a running process costs, as the kernel tells it.
 */
#pragma once

#include <sys/types.h>

struct memory {
	double resident_mb;  /* VmRSS: files that other processes map too are in it */
	double anonymous_mb; /* RssAnon: its own alone */
};

/* Zeroes when there is no such process. MB are of 1024 * 1024 bytes. */
struct memory process_memory(pid_t pid);
/* Processor time of all its threads so far, user and system, in ms. */
double process_cpu_ms(pid_t pid);
