/*
 * app/retention.h - once a day, what is older than store.retention goes.
 */
#pragma once

#include <stdint.h>

#include "bot/loop/loop.h"
#include "bot/store/store.h"

struct retention;

/* keep_ms: CONFIG_NEVER keeps everything. */
struct retention *retention_new(struct loop *loop, struct store *store, int64_t keep_ms);
void retention_stop(struct retention *retention);
void retention_free(struct retention *retention); /* after store_close; NULL is fine */
