#include "tests/scenario/scenario.h"

const struct scenario trouble_scenarios[] = {
    {0},
};
