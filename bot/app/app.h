/*
 * app/app.h - the service as a whole.
 */
#pragma once

#include "config/config.h"

/*
 * Runs the service until SIGTERM or SIGINT and returns its exit code (0, or 1 when the store or the port can't be
 * had; that was logged). Takes config over and frees it. Blocks the signals that it handles before any thread exists,
 * so call it before anything that starts one.
 */
int app_run(struct config *config);
