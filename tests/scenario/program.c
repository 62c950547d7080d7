#include "tests/scenario/scenario.h"

const struct scenario program_scenarios[] = {
    {0},
};
