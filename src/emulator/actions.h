/*
 * The handlers of the actions, and the documents that more than one of them writes.
 */
#ifndef EMULATOR_ACTIONS_H
#define EMULATOR_ACTIONS_H

#include "call.h"

int create_cluster(struct call *call);
int delete_cluster(struct call *call);
int describe_clusters(struct call *call);
int list_clusters(struct call *call);
int update_cluster(struct call *call);
int put_cluster_capacity_providers(struct call *call);
int describe_capacity_providers(struct call *call);

int create_service(struct call *call);
int update_service(struct call *call);
int delete_service(struct call *call);
int describe_services(struct call *call);
int list_services(struct call *call);

int run_task(struct call *call);
int start_task(struct call *call);
int stop_task(struct call *call);
int describe_tasks(struct call *call);
int list_tasks(struct call *call);

int submit_task_state_change(struct call *call);
int submit_container_state_change(struct call *call);
int discover_poll_endpoint(struct call *call);

int register_task_definition(struct call *call);
int deregister_task_definition(struct call *call);
int delete_task_definitions(struct call *call);
int describe_task_definition(struct call *call);
int list_task_definitions(struct call *call);
int list_task_definition_families(struct call *call);

int register_container_instance(struct call *call);
int deregister_container_instance(struct call *call);
int describe_container_instances(struct call *call);
int list_container_instances(struct call *call);
int update_container_instances_state(struct call *call);
int update_container_agent(struct call *call);

int put_attributes(struct call *call);
int delete_attributes(struct call *call);
int list_attributes(struct call *call);

int tag_resource(struct call *call);
int untag_resource(struct call *call);
int list_tags_for_resource(struct call *call);

int list_account_settings(struct call *call);
int put_account_setting(struct call *call);
int delete_account_setting(struct call *call);

void show_service(struct call *call, const char *key, const struct service *service, bool tags);
void show_task(struct call *call, const char *key, struct task *task, bool tags);
void show_instance(struct call *call, const char *key, const struct instance *instance, bool tags);

#endif
