/*
 * commands/begin_limits.h - may so many repairs be begun now? The pause, and limits.* of the settings.
 */
#pragma once

#include <jansson.h>

#include "commands/command.h"

/* *ret_why stays NULL where nothing stands against it, else it is the sentence; the caller owns it. */
enum errc begin_pause_refusal(struct asked *asked, json_t **ret_why) MUST_CHECK;
/* The same for `count` more repairs. */
enum errc begin_limit_refusal(struct asked *asked, size_t count, json_t **ret_why) MUST_CHECK;
