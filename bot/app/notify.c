/*
 * app/notify.c - one datagram to the socket that systemd names.
 *
 * A name that begins with '@' lives in the abstract namespace (sd_notify(3)).
 * A message that can't be delivered is dropped: nothing here is worth failing.
 */
#include "bot/app/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bot/base/text.h"

void notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	if (text_empty(path) || !text_copy(to.sun_path, sizeof to.sun_path, path))
		return;
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to, len);
	close(fd);
}

int64_t notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");

	if (text_empty(usec) || (!text_empty(pid) && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	long long n = strtoll(usec, NULL, 10);
	return n > 0 ? n / 3000 : 0;
}
