/*
 * What every Check program here shares: the runner, and checks that say what was found.
 */
#ifndef ECSFS_TESTS_UNIT_H
#define ECSFS_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

/* Run @suite and return main()'s exit status. */
static inline int unit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
