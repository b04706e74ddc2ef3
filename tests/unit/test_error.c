#include <errno.h>
#include <string.h>

#include "unit.h"

#include "ecsfs/base/error.h"

/* The contract's table, with the codes as the ECS API spells them. */
static const struct {
	const char *code;
	int errnum;
} codes[] = {
	{"ClusterNotFoundException", ENOENT},
	{"ServiceNotFoundException", ENOENT},
	{"TargetNotFoundException", ENOENT},
	{"ResourceNotFoundException", ENOENT},
	{"MISSING", ENOENT},
	{"AccessDeniedException", EACCES},
	{"BlockedException", EACCES},
	{"ExpiredTokenException", EKEYEXPIRED},
	{"UnrecognizedClientException", EKEYREJECTED},
	{"InvalidSignatureException", EKEYREJECTED},
	{"InvalidClientTokenId", EKEYREJECTED},
	{"InvalidParameterException", EINVAL},
	{"ValidationException", EINVAL},
	{"ValidationError", EINVAL},
	{"SerializationException", EINVAL},
	{"ClientException", EINVAL},
	{"ServiceNotActiveException", EINVAL},
	{"PlatformUnknownException", EINVAL},
	{"MissingVersionException", EINVAL},
	{"ClusterContainsTasksException", ENOTEMPTY},
	{"ClusterContainsServicesException", ENOTEMPTY},
	{"ClusterContainsContainerInstancesException", ENOTEMPTY},
	{"ResourceInUseException", EBUSY},
	{"ConflictException", EBUSY},
	{"UpdateInProgressException", EALREADY},
	{"NoUpdateAvailableException", ENODATA},
	{"LimitExceededException", EDQUOT},
	{"AttributeLimitExceededException", EDQUOT},
	{"UnsupportedFeatureException", EOPNOTSUPP},
	{"UnknownOperationException", EOPNOTSUPP},
	{"RESOURCE:MEMORY", ENOSPC},
	{"AGENT", EHOSTDOWN},
	{"ThrottlingException", EBUSY},
	{"ServerException", EREMOTEIO},
	{"InternalFailure", EREMOTEIO},
	{"", EREMOTEIO},
	{"com.amazonaws.ecs#ClusterNotFoundException", ENOENT},
	{"ClusterNotFoundException:http://internal.amazon.com/coral/", ENOENT},
};

START_TEST(every_code_of_the_contract_has_its_errno)
{
	ck_assert_msg(error_errno_of_code(codes[_i].code) == codes[_i].errnum, "%s is %s, not %s",
		      codes[_i].code, error_name(error_errno_of_code(codes[_i].code)),
		      error_name(codes[_i].errnum));
}
END_TEST

START_TEST(an_aws_error_keeps_code_status_and_request_id)
{
	struct error err;

	ck_assert_int_eq(error_set_aws(&err, 400, "ns#ClusterNotFoundException", "req-1", "gone"),
			 -ENOENT);
	ck_assert_int_eq(err.errnum, ENOENT);
	ck_assert_int_eq(err.http_status, 400);
	ck_assert_str_eq(err.code, "ClusterNotFoundException");
	ck_assert_str_eq(err.request_id, "req-1");
	error_prefix(&err, "%s: ", "prod");
	ck_assert_str_eq(err.message, "prod: gone");
}
END_TEST

START_TEST(a_message_that_is_too_long_is_cut)
{
	struct error err;
	char text[4000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(error_set(&err, EINVAL, "%s", text), -EINVAL);
	ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
	error_prefix(&err, "path: ");
	ck_assert_uint_eq(strlen(err.message), sizeof(err.message) - 1);
	ck_assert_int_eq(error_set(NULL, EINVAL, "nobody asks"), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("error");
	TCase *tc = tcase_create("error");

	tcase_add_loop_test(tc, every_code_of_the_contract_has_its_errno, 0,
			    (int)(sizeof(codes) / sizeof(codes[0])));
	tcase_add_test(tc, an_aws_error_keeps_code_status_and_request_id);
	tcase_add_test(tc, a_message_that_is_too_long_is_cut);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
