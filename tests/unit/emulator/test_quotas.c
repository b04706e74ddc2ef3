#include "../unit.h"
#include "quotas.h"

START_TEST(a_bucket_gives_its_burst_and_refills)
{
	struct fake_clock fake;

	fake_clock_init(&fake, 0, 0);
	struct quotas *quotas = quotas_new(&fake.clock);
	for (int i = 0; i < 20; i++)
		ck_assert(quotas_take(quotas, CLUSTER_MODIFY));
	ck_assert(!quotas_take(quotas, CLUSTER_MODIFY));
	ck_assert(quotas_take(quotas, CLUSTER_READ));
	fake_clock_advance(&fake, 999);
	ck_assert(!quotas_take(quotas, CLUSTER_MODIFY));
	fake_clock_advance(&fake, 2);
	ck_assert(quotas_take(quotas, CLUSTER_MODIFY));
	ck_assert(!quotas_take(quotas, CLUSTER_MODIFY));
	/* It never holds more than its burst. */
	fake_clock_advance(&fake, 1000000);
	for (int i = 0; i < 20; i++)
		ck_assert(quotas_take(quotas, CLUSTER_MODIFY));
	ck_assert(!quotas_take(quotas, CLUSTER_MODIFY));
	quotas_free(quotas);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quotas");
	TCase *tcase = tcase_create("quotas");

	tcase_add_test(tcase, a_bucket_gives_its_burst_and_refills);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
