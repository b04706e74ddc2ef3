#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "faults.h"

static const char help[] =
	"Usage: ecs-emulator [OPTION]...\n"
	"Answer the Amazon ECS API on a loopback address, for tests and demonstrations.\n"
	"Signatures are not looked at and nothing is kept after the end: never let others reach "
	"it.\n"
	"\n"
	"  --host HOST              listen there (127.0.0.1)\n"
	"  --port PORT              listen there; 0 picks a free one (4580)\n"
	"  --demo-data              begin with a small account in which something happens\n"
	"  --scale KEY=N,...        begin with a large one: clusters; services, tasks and\n"
	"                           instances in each cluster; families; revisions in each family\n"
	"  --latency MS             answer that much later\n"
	"  --time-scale FACTOR      let tasks start and stop that much faster (1)\n"
	"  --enforce-quotas         throttle as AWS documents it\n"
	"  --verify-signatures KEY:SECRET\n"
	"                           refuse requests that were not signed with it, or not within\n"
	"                           5 minutes\n"
	"  --fault ACTION:KIND[:COUNT]\n"
	"                           let requests for ACTION (* for any) go wrong, COUNT times;\n"
	"                           may be given again\n"
	"  -h, --help, -V, --version\n"
	"\n"
	"Kinds of faults:\n";

static const char control_help[] =
	"\n"
	"Requests that are not of the API, with JSON bodies:\n"
	"  GET  /_emulator/requests      how many requests there were, by action\n"
	"  POST /_emulator/reset-counts\n"
	"  GET  /_emulator/faults        the faults that are left\n"
	"  PUT  /_emulator/faults        [\"ACTION:KIND[:COUNT]\", ...] instead of them\n"
	"  PUT  /_emulator/latency       MS\n"
	"  POST /_emulator/advance       MS: let that much time pass in the account\n"
	"  PUT  /_emulator/agent         {\"id\": ID, \"connected\": BOOL} of a container "
	"instance\n"
	"\n"
	"An image whose tag is `missing` cannot be pulled. A container whose command is "
	"[\"true\"],\n"
	"[\"false\"], [\"exit\", \"N\"] or [\"sleep\", \"N\"] does that.\n";

enum {
	OPT_HOST = 256,
	OPT_PORT,
	OPT_DEMO,
	OPT_SCALE,
	OPT_LATENCY,
	OPT_TIME_SCALE,
	OPT_QUOTAS,
	OPT_VERIFY,
	OPT_FAULT,
};

static const struct option long_options[] = {
	{"host", required_argument, NULL, OPT_HOST},
	{"port", required_argument, NULL, OPT_PORT},
	{"demo-data", no_argument, NULL, OPT_DEMO},
	{"scale", required_argument, NULL, OPT_SCALE},
	{"latency", required_argument, NULL, OPT_LATENCY},
	{"time-scale", required_argument, NULL, OPT_TIME_SCALE},
	{"enforce-quotas", no_argument, NULL, OPT_QUOTAS},
	{"verify-signatures", required_argument, NULL, OPT_VERIFY},
	{"fault", required_argument, NULL, OPT_FAULT},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool parse_int(const char *text, long max, int *ret)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < 0 || value > max)
		return false;
	*ret = (int)value;
	return true;
}

static bool parse_key(const char *text, struct options *options)
{
	const char *colon = strchr(text, ':');

	if (!colon || colon == text || !colon[1])
		return false;
	free(options->access_key);
	free(options->secret_key);
	options->access_key = must_format("%.*s", (int)(colon - text), text);
	options->secret_key = must_copy(colon + 1);
	return true;
}

static bool parse_factor(const char *text, double *ret)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0))
		return false;
	*ret = value;
	return true;
}

static bool take(struct options *options, int option, char *value)
{
	switch (option) {
	case OPT_HOST:
		options->host = value;
		return true;
	case OPT_PORT:
		return parse_int(value, 65535, &options->port);
	case OPT_DEMO:
		return options->demo_data = true;
	case OPT_SCALE:
		return scale_parse(value, &options->scale) == 0;
	case OPT_LATENCY:
		return parse_int(value, 3600000, &options->latency_ms);
	case OPT_TIME_SCALE:
		return parse_factor(value, &options->time_scale);
	case OPT_QUOTAS:
		return options->enforce_quotas = true;
	case OPT_VERIFY:
		return parse_key(value, options);
	default:
		options->faults = must_grow(options->faults,
					    (options->num_faults + 1) * sizeof(*options->faults));
		options->faults[options->num_faults++] = value;
		return true;
	}
}

enum options_result options_parse(int argc, char **argv, struct options *ret_options)
{
	int option, index = 0;

	*ret_options = (struct options){.host = "127.0.0.1", .port = 4580, .time_scale = 1};
	while ((option = getopt_long(argc, argv, "hV", long_options, &index)) != -1) {
		if (option == 'h') {
			printf("%s%s%s", help, faults_help, control_help);
			return OPTIONS_DONE;
		}
		if (option == 'V') {
			printf("ecs-emulator %s\n", ECSFS_VERSION);
			return OPTIONS_DONE;
		}
		if (option == '?')
			return OPTIONS_BAD;
		if (!take(ret_options, option, optarg)) {
			fprintf(stderr, "ecs-emulator: --%s: not valid: %s\n",
				long_options[index].name, optarg);
			return OPTIONS_BAD;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "ecs-emulator: unexpected argument: %s\n", argv[optind]);
		return OPTIONS_BAD;
	}
	return OPTIONS_RUN;
}

void options_done(struct options *options)
{
	free(options->access_key);
	free(options->secret_key);
	free(options->faults);
}
