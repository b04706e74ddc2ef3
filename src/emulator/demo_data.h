/*
 * A small account that could be somebody's: made by the API's own actions, over a month.
 */
#ifndef EMULATOR_DEMO_DATA_H
#define EMULATOR_DEMO_DATA_H

#include "model.h"

/* Make it and live through the month. 0, or -EINVAL when the data does not suit the API. */
int demo_data_build(struct model *model);

#endif
