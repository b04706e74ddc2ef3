/*
 * The command line.
 */
#ifndef EMULATOR_OPTIONS_H
#define EMULATOR_OPTIONS_H

#include "emulator.h"

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD };

/**
 * Read the command line; --help and --version are carried out, and mistakes told on stderr.
 *
 * @ret_options: to be given to options_done() in any case
 */
enum options_result options_parse(int argc, char **argv, struct options *ret_options);
void options_done(struct options *options);

#endif
