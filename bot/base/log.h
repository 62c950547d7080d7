/*
 * base/log.h - one line per event on stderr, JSON or text. The only global: the sink.
 *
 * Every string value passes secret_redact. Only edges (app, flow) log; leaves return errors.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
enum log_format { LOG_AUTO, LOG_TEXT, LOG_JSON }; /* AUTO: JSON when stderr is no terminal */

void log_setup(enum log_level level, enum log_format format);
bool log_enabled(enum log_level level);
/* `event` is a short constant ("slack.hello"); the format makes the sentence. */
void log_event(enum log_level level, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same about a repair: the line bears its id as `repair`. */
void log_repair(enum log_level level, int64_t repair, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
