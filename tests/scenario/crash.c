#include "tests/scenario/scenario.h"

const struct scenario crash_scenarios[] = {
    {0},
};
