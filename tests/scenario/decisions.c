#include "tests/scenario/scenario.h"

const struct scenario decision_scenarios[] = {
    {0},
};
