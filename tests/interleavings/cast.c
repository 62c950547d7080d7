/*
 * interleavings/cast.c - see cast.h.
 */
#include "tests/interleavings/cast.h"

#include <string.h>

#include "bot/base/text.h"

static const struct member members[CAST] = {
    [ANN] = {"U0ANN0001", "ann@example.com", {.requester = true}, {0}},
    [BEA] = {"U0BEA0001", "bea@example.com", {.requester = true}, {0}},
    [BOTH] = {"U0BOTH001", "both@example.com", {.requester = true, .approver = true}, {0}},
    [OMAR] = {"U0OMAR001", "omar@example.com", {.approver = true}, {0}},
    [ANA] = {"U0ANA0001", "ana@example.com", {.approver = true}, {0}},
    [ABE] = {"U0ABE0001", "abe@example.com", {.approver = true}, {0}},
    [BOSS] = {"U0BOSS001", "boss@example.com", {.admin = true}, {0}},
    [JANE] = {"U0JANE001", "jane@example.com", {0}, {0}},
    [JILL] = {"U0JILL001", "jill@example.com", {.approver = true}, {0}},
    [TWIN_ANN] = {"U0TWIN001", "Ann@example.com", {.approver = true}, {0}},
    [TWIN_JANE] = {"U0TWIN002", "JANE@example.com", {.approver = true, .admin = true}, {0}},
    [GUEST] = {"U0GUEST01", "guest@example.com", {.approver = true, .guest = true}, {0}},
    [STRANGER] = {"U0STRANG1", "x@elsewhere.com", {.approver = true, .requester = true, .external = true}, {0}},
    [LEFT] = {"U0LEFT001", "left@example.com", {.approver = true, .admin = true, .deleted = true}, {0}},
    [ROBOT] = {"U0ROBOT01", "", {.approver = true, .requester = true, .bot = true}, {0}},
    [PASSER_BY] = {"U0PASSER1", "passer@example.com", {0}, {0}},
};

void cast_begin(struct cast *cast)
{
	memcpy(cast->members, members, sizeof members);
	cast_copy(cast);
}

int cast_find(const struct cast *cast, const char *id)
{
	for (int i = 0; i < CAST; i++)
		if (text_eq(cast->members[i].id, id))
			return i;
	return -1;
}

void cast_person(const struct member *member, const struct standing *s, bool fresh, struct person *ret)
{
	*ret = (struct person){.known = true,
	                       .groups_known = true,
	                       .fresh = fresh,
	                       .requester = s->requester,
	                       .approver = s->approver,
	                       .admin = s->admin,
	                       .deleted = s->deleted,
	                       .guest = s->guest,
	                       .external = s->external,
	                       .bot = s->bot};
	text_copy(ret->id, sizeof ret->id, member->id);
	text_copy(ret->name, sizeof ret->name, member->id + 2);
	text_copy(ret->email, sizeof ret->email, member->email);
}

void cast_change(struct cast *cast, struct dice *dice, int *ret_who)
{
	int who = (int)dice_roll(dice, CAST);
	struct standing *s = &cast->members[who].truth;
	bool *const roles[] = {&s->approver, &s->approver, &s->approver, &s->requester,
	                       &s->admin,    &s->guest,    &s->deleted,  &s->external};
	bool *role = roles[dice_roll(dice, sizeof roles / sizeof roles[0])];
	*role = !*role;
	*ret_who = who;
}

void cast_copy(struct cast *cast)
{
	for (int i = 0; i < CAST; i++)
		cast->members[i].copy = cast->members[i].truth;
}

/* --- rights, by the interface's words --- */

static bool is_same_person(const struct cast *cast, int who, const char *id, const char *email)
{
	const struct member *m = &cast->members[who];
	if (id != NULL && id[0] != '\0' && text_eq(m->id, id))
		return true;
	return m->email[0] != '\0' && email != NULL && text_ieq(m->email, email);
}

static bool is_asker(const struct cast *cast, int who, const char *id)
{
	int asker = cast_find(cast, id);
	return is_same_person(cast, who, id, asker >= 0 ? cast->members[asker].email : NULL);
}

static bool has_asked(const struct cast *cast, int who, const struct parties *parties)
{
	if (is_asker(cast, who, parties->requester))
		return true;
	for (const char *const *at = parties->askers; at != NULL && *at != NULL; at++)
		if (is_asker(cast, who, *at))
			return true;
	return false;
}

bool cast_may(const struct cast *cast, int who, const struct standing *s, enum intent intent,
              const struct parties *parties)
{
	if (s->deleted || s->guest || s->external || s->bot)
		return false;
	bool decides = s->approver || s->admin, helps = s->requester || s->admin;
	bool target = parties != NULL && is_same_person(cast, who, parties->target, parties->target_email);
	switch (intent) {
	case WANT_NOTHING: return true;
	case WANT_REPAIR: return helps;
	case WANT_RULE: return s->admin;
	case WANT_READ: return decides || helps || target;
	case WANT_STEP: return helps || target;
	case WANT_ACT: return helps && !target;
	case WANT_CONFIRM: return (decides || helps) && !target;
	case WANT_UNDO: return decides && !target;
	case WANT_DECIDE:
		return decides && !target && !(parties != NULL && parties->four_eyes && has_asked(cast, who, parties));
	}
	return false;
}
