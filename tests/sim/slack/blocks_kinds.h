#pragma once

/*
 * tests/sim/slack/blocks_kinds.h - the tables of Block Kit that blocks_check
 * walks along. Lists end with a row without a type.
 */

#include "tests/sim/slack/blocks_check.h"

/* What a member may be. */
enum shape {
	END,
	STRING,   /* of min..max characters */
	BOOLEAN,  /* */
	NUMBER,   /* */
	PLAIN,    /* a plain_text object of 1..max */
	TEXT,     /* a text object of either kind, 1..max */
	TEXTS,    /* min..max of them, each of 1..2000 */
	OPTION,   /* one option */
	OPTIONS,  /* 1..max of them */
	GROUPS,   /* option groups, 1..max */
	CONFIRM,  /* a confirmation dialog */
	ELEMENT,  /* one interactive element */
	ELEMENTS, /* min..max of them */
	CONTEXT,  /* 1..max texts and images */
	STYLE,    /* primary or danger */
	ANY,      /* not looked into */
};

struct member {
	const char *name;
	enum shape shape;
	size_t min;
	size_t max;
	bool required;
};

struct kind {
	const char *type;
	unsigned surfaces; /* bits of enum surface; elements: 0 */
	struct member members[16];
};

extern const struct kind block_kinds[];
extern const struct kind element_kinds[];
extern const struct kind view_kinds[]; /* modal, then home */
extern const struct kind confirm_kind;
extern const struct kind option_kind;
extern const struct kind group_kind;
