/*
 * selftest.h - `sim-salesforce --state org.json --self-test`: does the fake's own SOQL do what it should?
 */
#pragma once

#include "tests/sim/salesforce/org.h"

/* Runs all cases against the default org; 0 if all are as expected. */
int selftest_run(struct org *org);
