/*
 * interleavings/cast.h - the people of a run: who they are in truth, and what the program's copy says.
 *
 * The copy is what people.c would have remembered: it may be old. What they may do is judged here from the truth, by
 * the words of the interface alone, and not with the program's own functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "commands/door.h"
#include "tests/interleavings/dice.h"

struct standing {
	bool requester, approver, admin, deleted, guest, external, bot;
};

struct member {
	const char *id, *email;
	struct standing truth, copy;
};

enum who {
	ANN,  /* a requester */
	BEA,  /* another */
	BOTH, /* requester and approver */
	OMAR, /* approvers */
	ANA,
	ABE,
	BOSS,     /* an admin */
	JANE,     /* affected users */
	JILL,     /* who is also an approver */
	TWIN_ANN, /* second accounts of the same persons, both approvers */
	TWIN_JANE,
	GUEST,     /* in the approvers' group, by mistake */
	STRANGER,  /* of another organisation, the same */
	LEFT,      /* deactivated, the same */
	ROBOT,     /* a bot, the same */
	PASSER_BY, /* no role at all */
	CAST
};

struct cast {
	struct member members[CAST];
};

/* What somebody wants with a deed; the rights follow from it. */
enum intent {
	WANT_NOTHING, /* help, and what nobody can understand */
	WANT_REPAIR,
	WANT_READ,
	WANT_DECIDE,  /* approve, reject */
	WANT_UNDO,    /* one's own decision */
	WANT_CONFIRM, /* the backend check; "I'm on it" */
	WANT_ACT,     /* retry, cancel */
	WANT_STEP,    /* a person's step */
	WANT_RULE,    /* pause, resume */
};

void cast_begin(struct cast *cast);
/* -1: nobody of ours. */
int cast_find(const struct cast *cast, const char *id);
void cast_person(const struct member *member, const struct standing *standing, bool fresh, struct person *ret);
/* Something changes for somebody; true where it took a right away. */
void cast_change(struct cast *cast, struct dice *dice, int *ret_who);
/* Slack is asked for everybody. */
void cast_copy(struct cast *cast);

/* What the interface says of a repair's people, as far as rights go. */
struct parties {
	const char *requester;     /* Slack id */
	const char *target;        /* Slack id, or "" */
	const char *target_email;  /* of the Salesforce user */
	const char *const *askers; /* everybody who ever was its requester; NULL-terminated, may be NULL */
	bool four_eyes;
};
bool cast_may(const struct cast *cast, int who, const struct standing *truth, enum intent intent,
              const struct parties *parties);
