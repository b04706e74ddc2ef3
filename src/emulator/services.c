/* Services: listing, describing and deleting them. Making and changing them is in
 * create_service.c and update_service.c. */
#include <string.h>

#include "actions.h"
#include "describe.h"
#include "lifecycle.h"
#include "lookup.h"
#include "page.h"
#include "scheduler.h"

struct filter {
	const char *launch_type, *strategy, *management;
};

static bool wanted(const struct item *item, void *arg)
{
	const struct service *service = CONTAINER_OF(item, struct service, item);
	const struct filter *filter = arg;

	return (!filter->launch_type ||
		strcmp(launch_type_names[service->launch_type], filter->launch_type) == 0) &&
	       (!filter->strategy ||
		strcmp(service->daemon ? "DAEMON" : "REPLICA", filter->strategy) == 0) &&
	       (!filter->management || strcmp("CUSTOMER", filter->management) == 0);
}

static void service_arn(struct call *call, const struct item *item)
{
	const struct service *service = CONTAINER_OF(item, struct service, item);

	out_arn(call, NULL, "service/%s/%s", service->cluster->name, service->name);
}

int list_services(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	struct filter filter = {
		.launch_type = call_string(call, "launchType"),
		.strategy = call_string(call, "schedulingStrategy"),
		.management = call_string(call, "resourceManagementType"),
	};
	struct page page;

	if (!cluster || page_begin(call, 10, &page) < 0)
		return -1;
	out_open(&call->out, NULL, '{');
	page_index(call, &page, "serviceArns", &cluster->services, wanted, &filter, service_arn);
	out_close(&call->out, '}');
	return 0;
}

static int describe_one(struct call *call, struct cluster *cluster, const char *name,
			const void *arg)
{
	struct service *service;

	(void)arg;
	if (lookup_service(call, cluster, name, &service) < 0)
		return -1;
	if (service)
		show_service(call, NULL, service, call_includes(call, "TAGS"));
	return service != NULL;
}

int describe_services(struct call *call)
{
	static const struct describe how = {"services", 10, "service names", "service",
					    describe_one};
	struct cluster *cluster = lookup_cluster(call);

	return cluster ? describe_each(call, &how, cluster, NULL, NULL) : -1;
}

int delete_service(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	struct service *service;

	if (!cluster || lookup_service(call, cluster, call_string(call, "service"), &service) < 0)
		return -1;
	if (!service)
		return call_fail(call, "ServiceNotFoundException", "Service not found.");
	if (service->status != SERVICE_ACTIVE)
		return call_fail(call, "ServiceNotActiveException", "Service was not ACTIVE.");
	bool force = call_bool(call, "force");
	if (!service->daemon && service->desired > 0 && !force)
		return call_fail(call, INVALID,
				 "The service cannot be stopped while it is scaled above 0.");
	service->status = SERVICE_DRAINING;
	service->desired = 0;
	index_remove(&cluster->services, &service->item);
	while (service->running.len)
		task_stop(call->model,
			  CONTAINER_OF(service->running.items[service->running.len - 1],
				       struct task, item),
			  "ServiceSchedulerInitiated", "Service deleted");
	service->scheduled = true;
	service_poke(call->model, service);
	out_open(&call->out, NULL, '{');
	show_service(call, "service", service, true);
	out_close(&call->out, '}');
	return 0;
}
