/*
 * app/operator.c - who sits at the command line; see operator.h.
 */
#include "bot/app/operator.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/clock.h"
#include "bot/base/text.h"

/* Only root's word is taken for who called sudo. */
static void name_user(char *out, size_t size)
{
	const char *caller = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	struct passwd user, *found = NULL;
	char room[4096];

	if (!text_empty(caller))
		text_copy(out, size, caller);
	else if (getpwuid_r(getuid(), &user, room, sizeof room, &found) == 0 && found != NULL)
		text_copy(out, size, user.pw_name);
	else
		snprintf(out, size, "uid %u", (unsigned)getuid());
}

void operator_line(struct audit_row *ret, const char *action)
{
	*ret = (struct audit_row){.at = clock_wall_ms(), .via = "cli"};
	name_user(ret->actor, sizeof ret->actor);
	text_copy(ret->action, sizeof ret->action, action);
}

enum errc operator_store(struct store **ret, const struct config *config, struct err *reterr)
{
	struct store_options options = {
	    .url = config->store.url,
	    .password = secret_reveal(config->store.password),
	    .beside = true,
	};

	return store_open(ret, &options, reterr);
}
