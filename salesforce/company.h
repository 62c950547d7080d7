/*
 * salesforce/company.h - ops that want the same of different people at about the same time go in one call.
 *
 * An op gives its wish instead of sending a call of its own. Who comes alone is
 * sent on in a moment; who comes while others of its kind are under way, or
 * right behind them, waits a little for company. Each gets the answer that it
 * would have had alone, or the trouble of the whole. What can't be asked for
 * several is asked for each (wish.h), and from then on for an hour.
 */
#pragma once

#include <stdbool.h>

#include "salesforce/rest.h"
#include "salesforce/wish.h"

struct sf;
struct op;
struct company;

struct company *company_new(struct sf *sf);
void company_free(struct company *company); /* NULL is fine; when all ops have ended */

/* The op's main call; `wish` is stolen. read(op, answer) comes later, once, unless the op ends before. */
void company_add(struct company *company, struct op *op, struct wish *wish,
                 void (*read)(struct op *op, const struct rest_answer *answer));
/* The op does not want its answer any more. What left already goes on for the others. */
void company_leave(struct op *op);
