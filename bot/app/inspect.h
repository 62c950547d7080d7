/*
 * app/inspect.h - looking into the store from the command line, also while the service runs.
 *
 * It takes no lock and migrates nothing, and writes nothing but the line that tells who read the audit trail; where
 * the store can't be written it says so and reads all the same. Results go to `out`,
 * troubles to stderr as a sentence.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "config/config.h"

struct inspect_audit {
	bool json;             /* one object a line; else text that ends with "head N:HASH" */
	int64_t since_ms;      /* lines before are left out */
	bool verify;           /* recompute the chain of hashes, compare it with the anchors */
	int64_t head_n;        /* with verify: line n must bear head_hash; 0: not asked */
	const char *head_hash; /* 64 hex digits */
};

/* Both return the program's exit code: 0, or 1 when the store can't be read or the chain is broken. */
int inspect_requests(const struct config *config, bool json, bool all, FILE *out);
int inspect_audit(const struct config *config, const struct inspect_audit *what, FILE *out);
