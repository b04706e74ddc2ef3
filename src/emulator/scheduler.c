#include "scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "lifecycle.h"
#include "placement.h"
#include "tasks.h"

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

#define REACTION_MS 200 /* from a change to the scheduler's look at it */
#define BATCH 20        /* tasks started or stopped in one look */
#define BATCH_INTERVAL_MS 500
#define PLACEMENT_RETRY_MS 3000
#define PLACEMENT_EVENT_MS 60000
#define FIRST_BACKOFF_MS 1000
#define LAST_BACKOFF_MS 300000

static const char troubleshooting[] =
	"For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/* What a look at a service's tasks found. */
struct census {
	int fresh; /* of the newest deployment, not on a draining instance */
	int fresh_running;
	int stale;   /* to be replaced */
	int running; /* all that are RUNNING */
};

static void look(struct model *model, struct timer *timer);

static void look_at(struct model *model, struct service *service, int64_t due_ms)
{
	if (!service->scheduled || service->status == SERVICE_INACTIVE)
		return;
	if (service->timer.slot && service->timer.due_ms <= due_ms)
		return;
	service->timer.fire = look;
	timers_set(&model->timers, &service->timer, due_ms);
}

static void look_in(struct model *model, struct service *service, int64_t ms)
{
	look_at(model, service, model->now_ms + (int64_t)((double)ms / model->time_scale));
}

void service_poke(struct model *model, struct service *service)
{
	look_in(model, service, REACTION_MS);
}

void cluster_poke(struct model *model, struct cluster *cluster)
{
	for (size_t i = 0; i < cluster->services.len; i++)
		service_poke(model, CONTAINER_OF(cluster->services.items[i], struct service, item));
}

static struct task *nth_task(const struct index *tasks, size_t i)
{
	return CONTAINER_OF(tasks->items[i], struct task, item);
}

static bool is_fresh(const struct service *service, const struct task *task)
{
	return task->deployment == service->deployments &&
	       (!task->instance || strcmp(task->instance->status, "ACTIVE") == 0);
}

static struct census take_census(const struct service *service)
{
	struct census census = {0};

	for (size_t i = 0; i < service->running.len; i++) {
		const struct task *task = nth_task(&service->running, i);
		bool running = task->status == TASK_RUNNING;

		census.running += running;
		if (is_fresh(service, task)) {
			census.fresh++;
			census.fresh_running += running;
		} else {
			census.stale++;
		}
	}
	return census;
}

static void describe_placement(const struct service *service, struct placement *placement,
			       char **ret_group)
{
	const struct body *body = service->deployments->revision->body;

	*ret_group = must_format("service:%s", service->name);
	*placement = (struct placement){
		.cluster = service->cluster,
		.body = body,
		.group = *ret_group,
		.constraints = json_object_get(service->members, "placementConstraints"),
		.strategy = json_object_get(service->members, "placementStrategy"),
	};
	placement_needs(placement, NULL);
}

static bool has_task_of(const struct instance *instance, const struct service *service)
{
	for (size_t i = 0; i < instance->running.len; i++) {
		if (nth_task(&instance->running, i)->service == service)
			return true;
	}
	return false;
}

/* Where a daemon's next task goes; also counts the instances that one belongs on. */
static struct instance *daemon_instance(const struct service *service,
					const struct placement *placement, int *ret_wanted)
{
	const struct index *instances = &service->cluster->instances;
	struct instance *next = NULL;

	*ret_wanted = 0;
	for (size_t i = 0; i < instances->len; i++) {
		struct instance *instance =
			CONTAINER_OF(instances->items[i], struct instance, item);
		bool has_one = has_task_of(instance, service);

		if (strcmp(instance->status, "ACTIVE") != 0 ||
		    (!has_one && placement_obstacle(placement, instance)))
			continue;
		++*ret_wanted;
		if (!has_one && !next)
			next = instance;
	}
	return next;
}

static int daemon_wanted(const struct service *service)
{
	_cleanup_free_ char *group = NULL;
	struct placement placement;
	int wanted;

	describe_placement(service, &placement, &group);
	daemon_instance(service, &placement, &wanted);
	return wanted;
}

static const char *obstacle_words(const char *reason)
{
	if (strcmp(reason, "RESOURCE:CPU") == 0)
		return "has insufficient CPU units available";
	if (strcmp(reason, "RESOURCE:MEMORY") == 0)
		return "has insufficient memory available";
	if (strcmp(reason, "RESOURCE:PORTS") == 0)
		return "is already using a port required by your task";
	if (strcmp(reason, "AGENT") == 0)
		return "has the agent disconnected";
	if (strcmp(reason, "ATTRIBUTE") == 0)
		return "is missing an attribute required by your task";
	return "encountered error \"constraint unsatisfied\"";
}

static void say_unplaced(struct model *model, struct service *service, const char *reason,
			 const struct instance *closest)
{
	if (service->unplaced_ms && model->now_ms < service->unplaced_ms + PLACEMENT_EVENT_MS)
		return;
	service->unplaced_ms = model->now_ms;
	if (closest)
		service_event(model, service,
			      "(service %s) was unable to place a task because no container "
			      "instance met all of its requirements. The closest matching "
			      "(container-instance %s) %s. %s",
			      service->name, closest->id, obstacle_words(reason), troubleshooting);
	else
		service_event(model, service,
			      "(service %s) was unable to place a task because no container "
			      "instance met all of its requirements. Reason: No Container "
			      "Instances were found in your cluster. %s",
			      service->name, troubleshooting);
}

/* Find a place and start one task there; NULL when there is none. */
static struct task *start_one(struct model *model, struct service *service)
{
	_cleanup_free_ char *group = NULL;
	struct deployment *deployment = service->deployments;
	struct instance *instance = NULL, *closest = NULL;
	const char *reason = NULL;
	struct placement placement;
	int wanted;

	describe_placement(service, &placement, &group);
	if (service->daemon)
		instance = daemon_instance(service, &placement, &wanted);
	else if (service->launch_type != LAUNCH_FARGATE)
		instance = placement_choose(model, &placement, &reason, &closest);
	if (!instance && service->launch_type != LAUNCH_FARGATE) {
		if (!service->daemon)
			say_unplaced(model, service, reason, closest);
		return NULL;
	}
	struct task *task = model_add_task(model, service->cluster, deployment->revision, service,
					   instance, service->launch_type);
	task->group = STEAL(group);
	task->started_by = must_copy(deployment->id);
	task_inherit(task, service, deployment);
	task_launch(model, task);
	return task;
}

static void say_tasks(struct model *model, struct service *service, const char *verb, int count,
		      struct buf *names)
{
	char *text = NULL;

	if (buf_steal(names, &text, NULL) == 0 && count)
		service_event(model, service, "(service %s) has %s %d %stasks: %s.", service->name,
			      verb, count, strcmp(verb, "stopped") == 0 ? "running " : "", text);
	free(text);
}

static int start_tasks(struct model *model, struct service *service, int wanted)
{
	struct buf names = {0};
	int started = 0;

	while (started < wanted && started < BATCH) {
		struct task *task = start_one(model, service);

		if (!task)
			break;
		buf_printf(&names, "%s(task %s)", started ? " " : "", task->id);
		started++;
	}
	if (started)
		service->unplaced_ms = 0;
	say_tasks(model, service, "started", started, &names);
	return started;
}

/* Stop @count tasks, fresh or stale ones; first those that are not RUNNING, of these the newest. */
static void stop_tasks(struct model *model, struct service *service, bool fresh, bool running,
		       int count)
{
	struct buf names = {0};
	int stopped = 0;

	for (size_t i = service->running.len; i > 0 && stopped < count && stopped < BATCH; i--) {
		struct task *task = nth_task(&service->running, i - 1);

		if (is_fresh(service, task) != fresh || (task->status == TASK_RUNNING) != running)
			continue;
		_cleanup_free_ char *reason = must_format(
			"Scaling activity initiated by (deployment %s)", service->deployments->id);
		buf_printf(&names, "%s(task %s)", stopped ? " " : "", task->id);
		task_stop(model, task, "ServiceSchedulerInitiated", reason);
		stopped++;
	}
	say_tasks(model, service, "stopped", stopped, &names);
}

static void settle(struct model *model, struct service *service)
{
	struct deployment *primary = service->deployments;

	for (struct deployment *old = primary->next, *next; old; old = next) {
		next = old->next;
		if (!old->counts.running && !old->counts.pending)
			service_drop_deployment(service, old);
	}
	if (strcmp(primary->rollout_state, "IN_PROGRESS") == 0) {
		primary->rollout_state = "COMPLETED";
		free(primary->rollout_reason);
		primary->rollout_reason = must_format("ECS deployment %s completed.", primary->id);
		primary->updated_ms = model->now_ms;
		service_event(model, service, "(service %s) (deployment %s) deployment completed.",
			      service->name, primary->id);
	}
	if (!service->steady)
		service_event(model, service, "(service %s) has reached a steady state.",
			      service->name);
	service->steady = true;
}

/* How many of the stale RUNNING tasks may stop now, when @census leaves @min healthy ones. */
static int stoppable(const struct census *census, int min)
{
	int stale_running = census->running - census->fresh_running;
	int spare = census->running - min;

	return spare < stale_running ? spare : stale_running;
}

static void roll(struct model *model, struct service *service)
{
	int desired = service->daemon ? daemon_wanted(service) : service->desired;
	int min = (desired * service->min_percent + 99) / 100;
	int max = desired * service->max_percent / 100;
	struct census census = take_census(service);

	service->desired = desired;
	if (census.fresh > desired) {
		int excess = census.fresh - desired;
		int pending = census.fresh - census.fresh_running;

		stop_tasks(model, service, true, false, excess);
		stop_tasks(model, service, true, true, excess > pending ? excess - pending : 0);
	}
	stop_tasks(model, service, false, false, census.stale);
	stop_tasks(model, service, false, true, stoppable(&census, min));

	census = take_census(service);
	int missing = desired - census.fresh;
	int room = (max > desired ? max : desired) - census.fresh - census.stale;
	int wanted = missing < room ? missing : room;
	if (wanted > 0 && model->now_ms < service->not_before_ms) {
		look_at(model, service, service->not_before_ms);
	} else if (wanted > 0) {
		int started = start_tasks(model, service, wanted);

		look_in(model, service, started ? BATCH_INTERVAL_MS : PLACEMENT_RETRY_MS);
	}
	if (census.fresh == desired && census.fresh_running == desired && !census.stale)
		settle(model, service);
	else
		service->steady = false;
	if (census.fresh > desired || stoppable(&census, min) > 0)
		look_in(model, service, BATCH_INTERVAL_MS);
}

static void drain(struct service *service)
{
	if (service->running.len)
		return;
	for (size_t i = service->stopped.len; i > 0; i--) {
		if (nth_task(&service->stopped, i - 1)->status < TASK_STOPPING)
			return;
	}
	service->status = SERVICE_INACTIVE;
}

static void look(struct model *model, struct timer *timer)
{
	struct service *service = CONTAINER_OF(timer, struct service, timer);

	if (service->status == SERVICE_DRAINING)
		drain(service);
	else if (service->status == SERVICE_ACTIVE)
		roll(model, service);
}

/* Threshold: Developer Guide, "How the Amazon ECS deployment circuit breaker detects failures". */
static bool breaks_circuit(const struct service *service)
{
	const json_t *breaker =
		json_object_get(json_object_get(service->members, "deploymentConfiguration"),
				"deploymentCircuitBreaker");
	int threshold = (service->desired + 1) / 2;

	threshold = threshold < 3 ? 3 : threshold > 200 ? 200 : threshold;
	return json_is_true(json_object_get(breaker, "enable")) &&
	       strcmp(service->deployments->rollout_state, "IN_PROGRESS") == 0 &&
	       service->deployments->failed >= threshold;
}

static void break_circuit(struct model *model, struct service *service)
{
	const json_t *breaker =
		json_object_get(json_object_get(service->members, "deploymentConfiguration"),
				"deploymentCircuitBreaker");
	struct deployment *failed = service->deployments;
	struct deployment *previous = failed->next;

	failed->rollout_state = "FAILED";
	failed->updated_ms = model->now_ms;
	free(failed->rollout_reason);
	failed->rollout_reason =
		must_copy("ECS deployment circuit breaker: tasks failed to start.");
	service_event(model, service,
		      "(service %s) (deployment %s) deployment failed: tasks failed to start.",
		      service->name, failed->id);
	if (!previous || !json_is_true(json_object_get(breaker, "rollback")))
		return;
	service_event(model, service, "(service %s) rolling back to deployment %s.", service->name,
		      previous->id);
	service_add_deployment(model, service, previous->revision, previous->members);
	service->failures = 0;
	service->not_before_ms = 0;
}

void service_task_failed(struct model *model, struct service *service)
{
	int64_t backoff_ms = FIRST_BACKOFF_MS;

	service->deployments->failed++;
	service->failures++;
	for (int i = 1; i < service->failures && backoff_ms < LAST_BACKOFF_MS; i++)
		backoff_ms *= 2;
	if (backoff_ms > LAST_BACKOFF_MS)
		backoff_ms = LAST_BACKOFF_MS;
	service->not_before_ms = model->now_ms + (int64_t)((double)backoff_ms / model->time_scale);
	if (service->failures % 3 == 0)
		service_event(model, service,
			      "(service %s) is unable to consistently start tasks successfully. %s",
			      service->name, troubleshooting);
	if (breaks_circuit(service))
		break_circuit(model, service);
}
