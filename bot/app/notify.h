/*
 * app/notify.h - tells systemd how the service is (sd_notify), without its library.
 */
#pragma once

#include <stdint.h>

/* "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". Does nothing where $NOTIFY_SOCKET is not set. */
void notify_send(const char *state);
/* How often WATCHDOG=1 has to be sent, ms: a third of what systemd allows; 0: never. */
int64_t notify_watchdog_ms(void);
