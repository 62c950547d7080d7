/*
 * soql_walk.c - resolving and following dotted paths.
 */
#include "tests/sim/salesforce/soql_walk.h"
#include "tests/sim/salesforce/rights.h"

#include <string.h>
#include <strings.h>

const struct object *soql_object(const struct scope *scope, const char *name, struct soql_error *err)
{
	const struct object *object = schema_object(name);
	if (object && org_has_object(scope->org, object) && (object->may & MAY_QUERY) &&
	    rights_object(scope->org, scope->user_id, object))
		return object;
	soql_wrong(err, "INVALID_TYPE",
	           "\n%s\nERROR at Row:1:Column:1\nsObject type '%s' is not supported. If you are attempting to use a "
	           "custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or "
	           "the describe call for the appropriate names.",
	           name, name);
	return NULL;
}

static bool no_column(struct soql_error *err, const struct object *object, const char *name)
{
	return soql_wrong(err, "INVALID_FIELD",
	                  "\n%s\nERROR at Row:1:Column:8\nNo such column '%s' on entity '%s'. If you are attempting to "
	                  "use a custom field, be sure to append the '__c' after the custom field name. Please "
	                  "reference your WSDL or the describe call for the appropriate names.",
	                  name, name, object->name);
}

static bool last_hop(const struct scope *scope, const struct object *object, const char *name, struct walk *walk,
                     struct soql_error *err)
{
	const struct field *field = schema_field(object, name);
	if (!field || !org_has_field(scope->org, field, scope->version) ||
	    !rights_field(scope->org, scope->user_id, object, field))
		return no_column(err, object, name);
	walk->objects[walk->hops] = object;
	walk->fields[walk->hops++] = field;
	return true;
}

static bool too_far(struct soql_error *err, const char *name)
{
	return soql_wrong(err, "INVALID_FIELD",
	                  "\nDidn't understand relationship '%s' in field path. If you are attempting to use a custom "
	                  "relationship, be sure to append the '__r' after the custom relationship name.",
	                  name);
}

bool soql_walk(const struct scope *scope, const struct soql_query *query, const struct object *object, const char *path,
               struct walk *ret, struct soql_error *err)
{
	struct walk walk = {.hops = 0};
	char name[128];
	for (;;) {
		size_t len = strcspn(path, ".");
		if (len >= sizeof(name) || walk.hops + 1 >= WALK_MAX)
			return too_far(err, path);
		memcpy(name, path, len);
		name[len] = '\0';
		if (!path[len])
			break;
		path += len + 1;
		/* User.Name and u.Name in a query on User u */
		if (walk.hops == 0 &&
		    (strcasecmp(name, object->name) == 0 || (query->alias && strcasecmp(name, query->alias) == 0)))
			continue;
		const struct field *field = schema_relationship(object, name);
		if (!field || !field->refers)
			return too_far(err, name);
		walk.objects[walk.hops] = object;
		walk.fields[walk.hops++] = field;
		object = schema_object(field->refers);
	}
	if (!last_hop(scope, object, name, &walk, err))
		return false;
	*ret = walk;
	return true;
}

const struct field *walk_end(const struct walk *walk)
{
	return walk->fields[walk->hops - 1];
}

json_t *walk_value(const struct scope *scope, const struct walk *walk, json_t *row)
{
	for (size_t i = 0; i + 1 < walk->hops; i++) {
		row = org_row(scope->org, org_text(row, walk->fields[i]->name));
		if (!row)
			return json_null();
	}
	return org_cell(scope->org, walk->objects[walk->hops - 1], row, walk_end(walk));
}
