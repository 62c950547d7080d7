/*
 * resources.h - the REST resources, each a function from a call to a reply.
 */
#pragma once

#include "tests/sim/salesforce/service.h"
#include "tests/sim/salesforce/url.h"

/* query.c: /query?q=, /query/LOCATOR */
struct cursors *cursors_new(void);
void cursors_free(struct cursors *cursors);
struct reply query_resource(struct call *call, const struct url *url);

/* sobjects.c: /sobjects, /sobjects/X, /sobjects/X/describe, /sobjects/X/ID, /composite/sobjects, /limits */
struct reply sobjects_resource(struct call *call, const struct url *url);
struct reply collections_resource(struct call *call, const struct url *url);
struct reply limits_resource(struct call *call);

/* composite.c: /composite, /composite/batch */
struct reply composite_resource(struct call *call);
struct reply batch_resource(struct call *call);
