/*
 * The account: what exists, how it hangs together, and what time it is there.
 *
 * Owns every cluster, service, task, container instance and task definition, their indexes and
 * their counts. Knows nothing of HTTP, of requests or of how a document looks. Not locked: the
 * dispatcher lets one request at a time in.
 *
 * Time in the account passes lazily: model_advance() fires what has become due, each thing at its
 * own time, so that an hour that nobody watched has happened when somebody looks.
 */
#ifndef EMULATOR_MODEL_H
#define EMULATOR_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "index.h"

#include "ecsfs/base/clock.h"

#define ACCOUNT "123456789012"
#define ID_SIZE 33 /* 32 hexadecimal digits */
#define UUID_SIZE 37
#define MAX_EVENTS 100

enum task_status {
	TASK_PROVISIONING,
	TASK_PENDING,
	TASK_ACTIVATING,
	TASK_RUNNING,
	TASK_DEACTIVATING,
	TASK_STOPPING,
	TASK_DEPROVISIONING,
	TASK_STOPPED,
};
extern const char *const task_status_names[];

enum launch_type { LAUNCH_EC2, LAUNCH_FARGATE, LAUNCH_EXTERNAL, LAUNCH_TYPES };
extern const char *const launch_type_names[];

struct counts {
	int running, pending;
};

/* One container of a task definition: what placement and a task's document need, taken out of the
 * JSON once. Strings are borrowed from the body's JSON. */
struct container_spec {
	const char *name, *image;
	const json_t *command;
	int cpu, memory, memory_reservation;
	bool essential, health_check;
	size_t first_port, num_ports; /* into body.ports */
};

struct port_spec {
	int container_port, host_port;
	bool udp;
};

/* What a revision says. Counted, since a large account's revisions share theirs. */
struct body {
	int refs;
	json_t *members; /* as registered, without family and tags */
	struct container_spec *containers;
	size_t num_containers;
	struct port_spec *ports;
	size_t num_ports;
	int cpu, memory; /* what a task takes of an instance */
	const char *network_mode;
	const char *task_cpu, *task_memory; /* NULL when the task level has none */
	bool compatible[LAUNCH_TYPES];
};

struct revision {
	struct family *family;
	int number;
	bool inactive, deleting;
	int64_t registered_ms, deregistered_ms;
	struct body *body;
	json_t *tags;
};

struct family {
	char *name;
	struct revision **revisions; /* revision N at N - 1 */
	size_t len, size, num_active;
};

struct cluster {
	struct item item;
	UT_hash_handle hh;
	char *name;
	bool inactive;
	json_t *members; /* settings, configuration, capacityProviders, ... */
	json_t *tags;
	struct service *services_by_name; /* INACTIVE ones too */
	struct index services;            /* ACTIVE ones */
	struct index running, stopped;    /* tasks, by desiredStatus */
	struct index instances;
	struct counts counts[LAUNCH_TYPES];
};

struct deployment {
	struct deployment *next; /* older */
	char id[40];
	struct revision *revision;
	struct counts counts;
	int failed;
	int64_t created_ms, updated_ms;
	json_t *members; /* launchType, platformVersion, networkConfiguration, ... */
	const char *rollout_state;
	char *rollout_reason;
};

struct event {
	char id[UUID_SIZE];
	int64_t at_ms;
	char *message;
};

enum service_status { SERVICE_ACTIVE, SERVICE_DRAINING, SERVICE_INACTIVE };

struct service {
	struct item item;
	UT_hash_handle hh;
	struct service *next_replaced; /* INACTIVE and succeeded by one of the same name */
	struct timer timer;            /* when its scheduler looks next */
	struct cluster *cluster;
	char *name;
	enum service_status status;
	int desired;
	enum launch_type launch_type;
	bool daemon, scheduled; /* not scheduled: its deployment controller is not ECS */
	int min_percent, max_percent;
	json_t *members; /* every other member that the API shows */
	json_t *tags;
	char *client_token;
	struct deployment *deployments; /* newest first, the first is PRIMARY */
	struct event *events;           /* oldest first */
	size_t num_events;
	struct index running, stopped;
	int64_t created_ms;
	bool steady;
	int failures;          /* tasks in a row that did not start */
	int64_t not_before_ms; /* no task starts earlier, after failures */
	int64_t unplaced_ms;   /* when it last said that it cannot place */
};

struct container_state {
	enum task_status status;
	bool has_exit_code;
	int exit_code;
	char *reason;
};

struct task {
	struct item item;
	UT_hash_handle hh;
	struct timer timer;
	char id[ID_SIZE];
	struct cluster *cluster;
	struct service *service;       /* NULL: not a service's */
	struct deployment *deployment; /* NULL also once it stops */
	struct instance *instance;     /* NULL on Fargate */
	struct revision *revision;
	enum task_status status;
	bool stop_desired;
	enum launch_type launch_type;
	int version;
	json_t *members; /* overrides, tags, platformVersion, ...; may be shared */
	json_t *tags;
	char *group, *started_by;
	int64_t created_ms, connected_ms, pull_started_ms, pull_stopped_ms, started_ms;
	int64_t stopping_ms, execution_stopped_ms, stopped_ms;
	const char *stop_code;
	char *stopped_reason;
	struct container_state *containers; /* NULL: they are as the task is */
	uint16_t *host_ports;               /* one for each of the body's ports */
	int cpu, memory;                    /* what it holds of its instance */
	int zone;
};

struct instance {
	struct item item;
	UT_hash_handle hh;
	struct timer timer; /* the agent's update */
	char id[ID_SIZE];
	struct cluster *cluster;
	char *ec2_id;
	const char *status;
	char *agent_version, *docker_version;
	const char *agent_update; /* NULL: never updated */
	bool agent_connected;
	json_t *attributes; /* name to value, null where it has none */
	json_t *resources;  /* what was registered beyond the usual four; NULL */
	json_t *tags;
	int cpu, memory, used_cpu, used_memory;
	struct used_port {
		uint16_t number;
		bool udp;
	} * used_ports; /* by its tasks */
	size_t num_used_ports;
	struct counts counts;
	struct index running, stopped; /* tasks on it, by desiredStatus */
	int64_t registered_ms;
	int version;
};

struct model {
	struct clock clock;
	double time_scale; /* how much faster tasks live than the default delays */
	int64_t offset_ms; /* from the clock's monotonic time to the account's wall time */
	int64_t now_ms;    /* the account's time: of what is happening just now */
	uint64_t last_number;
	uint64_t random_state[2];
	struct timers timers;
	struct cluster *clusters_by_name; /* INACTIVE ones too */
	struct index clusters;
	struct task *tasks;
	struct instance *instances;
	struct family **families; /* by name */
	size_t num_families;
	struct service *replaced;
	json_t *settings;      /* account settings: name to value */
	json_t *client_tokens; /* "RunTask CLUSTER TOKEN" to the request and its tasks */
};

/* @clock: copied. @seed: 0 for a different account every time. */
struct model *model_new(const struct clock *clock, uint64_t seed);
void model_free(struct model *model);

/* Bring the account to the present. */
void model_advance(struct model *model);

/* Bring the account to @wall_ms; demo data lives through the past this way. */
void model_advance_to(struct model *model, int64_t wall_ms);

/* Let @ms pass at once, as far as the account can tell. */
void model_skip(struct model *model, int64_t ms);

/* Fire @timer in @delay_ms of the account's unhurried time. */
void model_after(struct model *model, struct timer *timer, int64_t delay_ms);

uint64_t model_random(struct model *model);
void model_random_id(struct model *model, char ret_id[static ID_SIZE]);
void model_random_uuid(struct model *model, char ret_uuid[static UUID_SIZE]);

/* What cannot be asked twice: digits that follow from @id and @salt, for addresses and the like. */
uint64_t stable_hash(const char *id, uint64_t salt);

/* A new item's number. */
uint64_t model_next_number(struct model *model);

struct cluster *model_cluster(struct model *model, const char *name);
struct cluster *model_add_cluster(struct model *model, const char *name);

struct service *cluster_service(struct cluster *cluster, const char *name);

/* Add a service to its cluster; one of the same name, INACTIVE, makes room. */
struct service *model_add_service(struct model *model, struct cluster *cluster, const char *name);

/* @members, @revision: borrowed. The new PRIMARY; the service's scheduler is not told. */
struct deployment *service_add_deployment(struct model *model, struct service *service,
					  struct revision *revision, json_t *members);
void service_drop_deployment(struct service *service, struct deployment *deployment);
void service_event(struct model *model, struct service *service, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct counts service_counts(const struct service *service);
int service_percent(const struct service *service, const char *member, int fallback);

/* A task of @revision, PROVISIONING, in the indexes of those that are not NULL. */
struct task *model_add_task(struct model *model, struct cluster *cluster, struct revision *revision,
			    struct service *service, struct instance *instance,
			    enum launch_type launch_type);
struct task *model_task(struct model *model, const char *id);
void model_forget_task(struct model *model, struct task *task);

/* The one place where a status changes, since the counts follow it. */
void task_set_status(struct task *task, enum task_status status);

/* Moves the task to where its indexes keep what shall stop. */
void task_set_stop_desired(struct task *task);

/* Whether it is on its way up, up, or on its way down. */
bool task_is_pending(const struct task *task);

struct instance *model_add_instance(struct model *model, struct cluster *cluster, const char *id);
struct instance *model_instance(struct model *model, const char *id);
void model_remove_instance(struct model *model, struct instance *instance);

/* NULL: there is none. */
struct family *model_family(struct model *model, const char *name);

/* Position of the first family whose name is not before @name. */
size_t model_family_position(const struct model *model, const char *name);
struct family *model_add_family(struct model *model, const char *name);

/**
 * The next revision of @family.
 *
 * @body: stolen
 * Return: borrowed; revisions stay where they are.
 */
struct revision *family_add_revision(struct model *model, struct family *family, struct body *body);
struct revision *family_revision(struct family *family, int number);

/* The newest ACTIVE one; NULL: none. */
struct revision *family_latest(struct family *family);

/* @members: stolen, checked already. */
struct body *body_new(json_t *members);
struct body *body_ref(struct body *body);
void body_unref(struct body *body);

#endif
