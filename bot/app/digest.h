/*
 * app/digest.h - asks once a day whether the digest of what waits is to be posted (commands/eac/digest.h).
 */
#pragma once

#include "bot/loop/loop.h"
#include "bot/store/store.h"
#include "commands/door.h"

struct digest_options {
	struct loop *loop;
	struct store *store;
	const struct commands *commands;
	void (*committed)(void *arg); /* there is something to send */
	void *arg;
};

struct digest;
struct digest *digest_new(const struct digest_options *options);
void digest_stop(struct digest *digest);
void digest_free(struct digest *digest); /* after store_close; NULL is fine */
