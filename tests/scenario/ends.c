#include "tests/scenario/scenario.h"

const struct scenario end_scenarios[] = {
    {0},
};
