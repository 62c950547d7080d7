/*
 * simulation/clocks.h - the functions that the linker puts in place of the system's (--wrap).
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "bot/base/log.h"

int __wrap_clock_gettime(clockid_t id, struct timespec *ret);
/* What the fakes' clock_gettime is renamed to. */
int world_clock_gettime(clockid_t id, struct timespec *ret);
time_t __wrap_time(time_t *ret);
ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags);
uint32_t __wrap_arc4random_uniform(uint32_t bound);
void __wrap_log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void __wrap_log_repair(enum log_level level, int64_t repair, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
