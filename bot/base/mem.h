/*
 * base/mem.h - allocation that does not fail, and cleanup attributes.
 *
 * Out of memory ends the process with a line on stderr: the store makes a
 * restart safe, and half-finished work in a starved process is worse.
 */
#pragma once

#include <stddef.h>

void *mem_alloc(size_t size);                       /* zeroed */
void *mem_array(size_t count, size_t size);         /* zeroed, overflow-checked */
void *mem_grow(void *p, size_t count, size_t size); /* realloc, overflow-checked; new bytes are not zeroed */
char *mem_strdup(const char *s);                    /* NULL stays NULL */
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Overwrites with zeroes in a way the compiler keeps. NULL is fine. */
void mem_wipe(void *p, size_t n);

void mem_cleanup_free(void *pp);
/* `AUTO_FREE char *s = mem_strdup(x);` frees s when it leaves scope. */
#define AUTO_FREE __attribute__((cleanup(mem_cleanup_free)))
