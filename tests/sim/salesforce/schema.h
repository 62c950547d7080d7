/*
 * schema.h - which objects and fields the fake org has, and what may be done with them.
 *
 * Everything a client says is checked against this: an unknown object is INVALID_TYPE, an unknown field INVALID_FIELD.
 * A field or object may hang on a feature (Inbox, Einstein Activity Capture): where the org has not bought it, it is
 * not there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum field_type {
	TYPE_ID,
	TYPE_REFERENCE,
	TYPE_STRING,
	TYPE_PICKLIST,
	TYPE_TEXTAREA,
	TYPE_BOOLEAN,
	TYPE_INT,
	TYPE_DATETIME,
	TYPE_DATE,
};

enum field_may { MAY_FILTER = 1, MAY_GROUP = 2, MAY_CREATE = 4, MAY_UPDATE = 8 };
enum object_may { MAY_QUERY = 1, MAY_INSERT = 2, MAY_CHANGE = 4, MAY_DELETE = 8 };

struct field {
	const char *name;
	enum field_type type;
	const char *refers;       /* references: the object pointed at, or NULL where it may be several */
	const char *relationship; /* how SOQL walks there: Profile in Profile.Name */
	unsigned may;
	const char *feature; /* NULL, or the switch without which the field does not exist */
	int since;           /* API version, 0 for always */
};

/* A child list that may be a subquery: (SELECT Id FROM PermissionSetAssignments) on User. */
struct child {
	const char *parent;
	const char *relationship;
	const char *object;
	const char *field;
};

struct object {
	const char *name;
	const char *prefix;  /* of its ids */
	const char *natural; /* the field by which the state file may name a row, or NULL */
	const struct field *fields;
	size_t field_count;
	unsigned may;
	const char *feature;
};

/* Lookups ignore case, as Salesforce does; NULL if there is none. */
const struct object *schema_object(const char *name);
const struct object *schema_object_at(size_t index);
const struct object *schema_object_of_id(const char *id);
const struct field *schema_field(const struct object *object, const char *name);
const struct field *schema_relationship(const struct object *object, const char *name);
const struct child *schema_child(const struct object *parent, const char *relationship);
const struct child *schema_child_at(size_t index);
/* The name that describe gives the type: "reference", "boolean". */
const char *schema_type_name(enum field_type type);
/* The permission flags one after the other ("SalesforceIQInbox"); NULL behind the last. */
const char *schema_flag_at(size_t index);
/* The words that the setup pages use for a flag: "Use Inbox". */
const char *schema_flag_label(const char *flag);
