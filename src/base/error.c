#include "ecsfs/base/error.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ecsfs/base/cleanup.h"

/* Codes without their "Exception" or "Error" suffix; the first pattern that matches wins. */
static const struct {
	const char *pattern;
	int errnum;
} code_table[] = {
	{"ClusterContains*", ENOTEMPTY},
	{"*NotFound", ENOENT},
	{"MISSING", ENOENT},
	{"AccessDenied*", EACCES},
	{"Blocked", EACCES},
	{"NotAuthorized", EACCES},
	{"OptInRequired", EACCES},
	{"UnauthorizedOperation", EACCES},
	{"ExpiredToken", EKEYEXPIRED},
	{"RequestExpired", EKEYEXPIRED},
	{"TokenRefreshRequired", EKEYEXPIRED},
	{"UnrecognizedClient", EKEYREJECTED},
	{"InvalidSignature", EKEYREJECTED},
	{"SignatureDoesNotMatch", EKEYREJECTED},
	{"IncompleteSignature", EKEYREJECTED},
	{"InvalidClientTokenId", EKEYREJECTED},
	{"InvalidAccessKeyId", EKEYREJECTED},
	{"MissingAuthenticationToken", EKEYREJECTED},
	{"AuthFailure", EKEYREJECTED},
	{"RequestTimeTooSkewed", EKEYREJECTED},
	{"InvalidParameter*", EINVAL},
	{"Validation", EINVAL},
	{"Serialization", EINVAL},
	{"Client", EINVAL},
	{"ServiceNotActive", EINVAL},
	{"PlatformUnknown", EINVAL},
	{"PlatformTaskDefinitionIncompatibility", EINVAL},
	{"MissingVersion", EINVAL},
	{"MissingParameter", EINVAL},
	{"MalformedPolicyDocument", EINVAL},
	{"ResourceInUse", EBUSY},
	{"Conflict", EBUSY},
	{"UpdateInProgress", EALREADY},
	{"NoUpdateAvailable", ENODATA},
	{"LimitExceeded", EDQUOT},
	{"AttributeLimitExceeded", EDQUOT},
	{"UnsupportedFeature", EOPNOTSUPP},
	{"UnknownOperation", EOPNOTSUPP},
	{"InvalidAction", EOPNOTSUPP},
	{"RESOURCE:*", ENOSPC},
	{"AGENT", EHOSTDOWN},
	{"Throttl*", EBUSY},
	{"RequestThrottled", EBUSY},
	{"TooManyRequests", EBUSY},
	{"ProvisionedThroughputExceeded", EBUSY},
	{"TransactionInProgress", EBUSY},
	{"RequestLimitExceeded", EBUSY},
	{"BandwidthLimitExceeded", EBUSY},
	{"SlowDown", EBUSY},
	{"PriorRequestNotComplete", EBUSY},
	{"EC2Throttled", EBUSY},
	{"RequestTimeout", ETIMEDOUT},
};

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

int error_set(struct error *err, int errnum, const char *format, ...)
{
	va_list ap;

	if (!err)
		return -errnum;
	*err = (struct error){.errnum = errnum};
	va_start(ap, format);
	vsnprintf(err->message, sizeof(err->message), format, ap);
	va_end(ap);
	return -errnum;
}

/* "ns#CodeException:http://..." becomes "CodeException". */
static void bare_code(char *to, size_t size, const char *code)
{
	const char *hash = strrchr(code, '#');

	copy(to, size, hash ? hash + 1 : code);
	/* A failure's reason, such as RESOURCE:MEMORY, keeps its colon; an address does not. */
	char *address = strstr(to, ":http");
	if (address)
		*address = '\0';
}

static void strip_suffix(char *s, const char *suffix)
{
	size_t len = strlen(s), suffix_len = strlen(suffix);

	if (len > suffix_len && strcmp(s + len - suffix_len, suffix) == 0)
		s[len - suffix_len] = '\0';
}

int error_errno_of_code(const char *code)
{
	char bare[96];

	bare_code(bare, sizeof(bare), code ? code : "");
	strip_suffix(bare, "Exception");
	strip_suffix(bare, "Error");
	for (size_t i = 0; i < ARRAY_SIZE(code_table); i++)
		if (fnmatch(code_table[i].pattern, bare, 0) == 0)
			return code_table[i].errnum;
	return EREMOTEIO;
}

int error_set_aws(struct error *err, int http_status, const char *code, const char *request_id,
		  const char *message)
{
	int errnum = error_errno_of_code(code);

	if (!err)
		return -errnum;
	*err = (struct error){.errnum = errnum, .http_status = http_status};
	bare_code(err->code, sizeof(err->code), code ? code : "");
	copy(err->request_id, sizeof(err->request_id), request_id);
	copy(err->message, sizeof(err->message), message);
	return -errnum;
}

void error_prefix(struct error *err, const char *format, ...)
{
	char old[sizeof(err->message)];
	va_list ap;

	if (!err)
		return;
	copy(old, sizeof(old), err->message);
	va_start(ap, format);
	int used = vsnprintf(err->message, sizeof(err->message), format, ap);
	va_end(ap);
	if (used >= 0 && (size_t)used < sizeof(err->message))
		copy(err->message + used, sizeof(err->message) - (size_t)used, old);
}

const char *error_name(int errnum)
{
	const char *name = strerrorname_np(errnum);

	return name ? name : "EUNKNOWN";
}
