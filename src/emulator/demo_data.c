#include "demo_data.h"

#include <errno.h>
#include <string.h>

#include "alloc.h"
#include "dispatch.h"

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/log.h"

#define MINUTE 60000LL
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define VPC                                                                                        \
	"'networkConfiguration':{'awsvpcConfiguration':{'subnets':['subnet-0f3a9c1d2e4b56781',"    \
	"'subnet-0f3a9c1d2e4b56782','subnet-0f3a9c1d2e4b56783'],'securityGroups':["                \
	"'sg-0b7c2d91e8f4a3655'],'assignPublicIp':'DISABLED'}}"
#define ECR "123456789012.dkr.ecr.us-east-1.amazonaws.com/"
#define LOGS(group)                                                                                \
	"'logConfiguration':{'logDriver':'awslogs','options':{'awslogs-group':'/ecs/" group        \
	"','awslogs-region':'us-east-1','awslogs-stream-prefix':'ecs'}}"
#define ROLES(name)                                                                                \
	"'executionRoleArn':'arn:aws:iam::123456789012:role/ecsTaskExecutionRole',"                \
	"'taskRoleArn':'arn:aws:iam::123456789012:role/" name "-task'"
#define FARGATE "'requiresCompatibilities':['FARGATE'],'networkMode':'awsvpc'"
#define TARGET(name, container, port)                                                              \
	"'loadBalancers':[{'targetGroupArn':'arn:aws:elasticloadbalancing:us-east-1:"              \
	"123456789012:targetgroup/" name "/6d0ecf831eec9f09','containerName':'" container          \
	"','containerPort':" port "}]"

#define WEB(version)                                                                               \
	"{'family':'web'," FARGATE ",'cpu':'512','memory':'1024'," ROLES(                          \
		"web") ",'runtimePlatform':{'cpuArchitecture':'X86_64','operatingSystemFamily':'"  \
		       "LINUX'},"                                                                  \
		       "'containerDefinitions':[{'name':'web','image':'" ECR "web:" version        \
		       "','cpu':384,'memory':768,'portMappings':[{'name':'http','containerPort':"  \
		       "8080}],"                                                                   \
		       "'environment':[{'name':'APP_ENV','value':'production'},{'name':'WORKERS'," \
		       "'value':'4'}],"                                                            \
		       "'secrets':[{'name':'SESSION_KEY','valueFrom':'arn:aws:ssm:us-east-1:"      \
		       "123456789012:"                                                             \
		       "parameter/web/session-key'}],'healthCheck':{'command':['CMD-SHELL',"       \
		       "'curl -f http://localhost:8080/healthz || exit "                           \
		       "1'],'interval':30,'timeout':5,"                                            \
		       "'retries':3,'startPeriod':10}," LOGS(                                      \
			       "web") "},{'name':'envoy','image':"                                 \
				      "'public.ecr.aws/appmesh/"                                   \
				      "aws-appmesh-envoy:v1.29.9.0-prod','cpu':128,'memory':256,"  \
				      "'essential':true,'user':'1337','ulimits':[{'name':'nofile'" \
				      ",'softLimit':15000,"                                        \
				      "'hardLimit':15000}]," LOGS("web") "}]"
#define API(version)                                                                               \
	"{'family':'api'," FARGATE ",'cpu':'1024','memory':'2048'," ROLES(                         \
		"api") ",'containerDefinitions':[{'name':'api','image':'" ECR "api:" version       \
		       "','portMappings':[{'containerPort':3000}],'environment':[{'name':'NODE_"   \
		       "ENV','value':"                                                             \
		       "'production'},{'name':'DB_HOST','value':'orders.cluster-c1x2y3.us-east-1." \
		       "rds.amazonaws."                                                            \
		       "com'}],'secrets':[{'name':'DB_PASSWORD','valueFrom':'arn:aws:"             \
		       "secretsmanager:us-east-1:"                                                 \
		       "123456789012:secret:api/db-Ab12Cd:password::'}]," LOGS("api") "}]}"
#define EC2(family, image, cpu, memory, rest)                                                      \
	"{'family':'" family                                                                       \
	"','networkMode':'bridge'," ROLES(family) ",'containerDefinitions':[{'name':'" family      \
						  "','image':'" image "','cpu':" cpu               \
						  ",'memory':" memory rest "," LOGS(family) "}]}"
#define INSTANCE(cluster, zone, type, cpu, memory)                                                 \
	"{'cluster':'" cluster "','versionInfo':{'agentVersion':'1.86.3','agentHash':'5be7bd3c',"  \
	"'dockerVersion':'25.0.6'},'totalResources':[{'name':'CPU','type':'INTEGER',"              \
	"'integerValue':" cpu "},{'name':'MEMORY','type':'INTEGER','integerValue':" memory         \
	"}],'attributes':[{'name':'ecs.availability-zone','value':'us-east-1" zone "'},{'name':"   \
	"'ecs.instance-type','value':'" type "'},{'name':'ecs.ami-id','value':"                    \
	"'ami-0c1f44f890950b53c'},{'name':'ecs.vpc-id','value':'vpc-0d3c2b1a09f8e7d65'}],"         \
	"'tags':[{'key':'Name','value':'ecs-" cluster "-" zone "'}]}"
#define TAGS(team) "'tags':[{'key':'team','value':'" team "'},{'key':'env','value':'prod'}]"

/* What somebody did, and how long ago. ' stands for ". Oldest first. */
static const struct row {
	int64_t ago_ms;
	const char *action, *request;
} rows[] = {
	{30 * DAY, "CreateCluster",
	 "{'clusterName':'production','settings':[{'name':'containerInsights','value':'enabled'}],"
	 "'capacityProviders':['FARGATE','FARGATE_SPOT']," TAGS("platform") "}"},
	{30 * DAY, "CreateCluster",
	 "{'clusterName':'staging','capacityProviders':['FARGATE','FARGATE_SPOT'],"
	 "'defaultCapacityProviderStrategy':[{'capacityProvider':'FARGATE_SPOT','weight':1,"
	 "'base':0}],'tags':[{'key':'env','value':'staging'}]}"},
	{30 * DAY, "CreateCluster", "{'clusterName':'batch'}"},

	{29 * DAY, "RegisterContainerInstance",
	 INSTANCE("production", "a", "m5.large", "2048", "7683")},
	{29 * DAY, "RegisterContainerInstance",
	 INSTANCE("production", "b", "m5.large", "2048", "7683")},
	{29 * DAY, "RegisterContainerInstance",
	 INSTANCE("production", "c", "m5.xlarge", "4096", "15743")},
	{29 * DAY, "RegisterContainerInstance",
	 INSTANCE("batch", "a", "c5.xlarge", "4096", "7683")},
	{29 * DAY, "RegisterContainerInstance",
	 INSTANCE("batch", "b", "c5.xlarge", "4096", "7683")},

	{28 * DAY, "RegisterTaskDefinition", WEB("2.9.0") "}"},
	{27 * DAY, "RegisterTaskDefinition", WEB("2.9.1") "}"},
	{27 * DAY, "RegisterTaskDefinition", API("1.12.0")},
	{26 * DAY, "RegisterTaskDefinition",
	 EC2("worker", ECR "worker:7.3.0", "256", "512",
	     ",'command':['bundle','exec','sidekiq','-q','default'],'environment':[{'name':"
	     "'REDIS_URL','value':'redis://cache.production.internal:6379/0'}]")},
	{26 * DAY, "RegisterTaskDefinition",
	 EC2("redis", "public.ecr.aws/docker/library/redis:7.2-alpine", "128", "256",
	     ",'portMappings':[{'containerPort':6379,'hostPort':0}],'command':['redis-server',"
	     "'--save','60','1'],'healthCheck':{'command':['CMD','redis-cli','ping']}")},
	{26 * DAY, "RegisterTaskDefinition",
	 EC2("log-router", "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", "64",
	     "128", ",'portMappings':[{'containerPort':24224,'hostPort':24224}],'essential':true")},
	{25 * DAY, "RegisterTaskDefinition",
	 "{'family':'nightly-report'," FARGATE ",'cpu':'256','memory':'512'," ROLES(
		 "report") ",'containerDefinitions':[{'name':'report','image':'" ECR
			   "report:0.4.1','command':["
			   "'sleep','45']," LOGS("report") "}]," TAGS("analytics") "}"},
	{25 * DAY, "RegisterTaskDefinition",
	 "{'family':'billing'," FARGATE ",'cpu':'256','memory':'1024'," ROLES(
		 "billing") ",'containerDefinitions':[{'name':'billing','image':'" ECR
			    "billing:3.0.2',"
			    "'portMappings':[{'containerPort':8080}]," LOGS("billing") "}]}"},
	{25 * DAY, "RegisterTaskDefinition",
	 EC2("transcode", ECR "transcode:1.0.0", "1024", "2048",
	     ",'mountPoints':[{'sourceVolume':'scratch','containerPath':'/scratch'}]")},
	{24 * DAY, "RegisterTaskDefinition", WEB("2.10.0") "}"},
	{24 * DAY, "DeregisterTaskDefinition", "{'taskDefinition':'web:1'}"},
	{20 * DAY, "RegisterTaskDefinition", API("1.13.0")},
	{20 * DAY, "DeregisterTaskDefinition", "{'taskDefinition':'api:1'}"},
	{20 * DAY, "RegisterTaskDefinition",
	 "{'family':'reports'," FARGATE ",'cpu':'256','memory':'512'," ROLES(
		 "reports") ",'containerDefinitions':[{'name':'reports','image':'" ECR
			    "reports:missing',"
			    "'portMappings':[{'containerPort':8000}]," LOGS("reports") "}]}"},
	{19 * DAY, "RegisterTaskDefinition",
	 EC2("importer", ECR "importer:0.1.0", "512", "1024", "")},
	{19 * DAY, "DeregisterTaskDefinition", "{'taskDefinition':'importer:1'}"},

	{18 * DAY, "CreateService",
	 "{'cluster':'production','serviceName':'web','taskDefinition':'web:2','desiredCount':3,"
	 "'launchType':'FARGATE','healthCheckGracePeriodSeconds':60,'propagateTags':'SERVICE',"
	 "'enableECSManagedTags':true,'enableExecuteCommand':true," TARGET(
		 "web", "web", "8080") "," VPC "," TAGS("storefront") "}"},
	{18 * DAY, "CreateService",
	 "{'cluster':'production','serviceName':'api','taskDefinition':'api','desiredCount':2,"
	 "'launchType':'FARGATE','deploymentConfiguration':{'deploymentCircuitBreaker':{'enable':"
	 "true,'rollback':true},'maximumPercent':200,'minimumHealthyPercent':100}," VPC
	 "," TAGS("orders") "}"},
	{18 * DAY, "CreateService",
	 "{'cluster':'production','serviceName':'worker','taskDefinition':'worker','desiredCount':"
	 "4,'deploymentConfiguration':{'minimumHealthyPercent':50,'maximumPercent':150},"
	 "'placementStrategy':[{'type':'spread','field':'attribute:ecs.availability-zone'},"
	 "{'type':'binpack','field':'memory'}]," TAGS("orders") "}"},
	{18 * DAY, "CreateService",
	 "{'cluster':'production','serviceName':'redis','taskDefinition':'redis','desiredCount':1,"
	 "'placementConstraints':[{'type':'memberOf','expression':"
	 "'attribute:ecs.instance-type == m5.xlarge'}]," TAGS("platform") "}"},
	{18 * DAY, "CreateService",
	 "{'cluster':'production','serviceName':'log-router','taskDefinition':'log-router',"
	 "'schedulingStrategy':'DAEMON'}"},
	{17 * DAY, "CreateService",
	 "{'cluster':'production','serviceName':'billing','taskDefinition':'billing',"
	 "'desiredCount':1,'capacityProviderStrategy':[{'capacityProvider':'FARGATE','weight':1,"
	 "'base':1}]," VPC "," TAGS("finance") "}"},
	{12 * DAY, "CreateService",
	 "{'cluster':'staging','serviceName':'web','taskDefinition':'web:3','desiredCount':1,"
	 "'capacityProviderStrategy':[{'capacityProvider':'FARGATE_SPOT','weight':1}]," VPC "}"},
	{12 * DAY, "CreateService",
	 "{'cluster':'staging','serviceName':'api','taskDefinition':'api','desiredCount':1,"
	 "'launchType':'FARGATE'," VPC "}"},
	{12 * DAY, "CreateService",
	 "{'cluster':'staging','serviceName':'billing','taskDefinition':'billing',"
	 "'desiredCount':0,'launchType':'FARGATE'," VPC "}"},
	{11 * DAY, "CreateService",
	 "{'cluster':'batch','serviceName':'transcode','taskDefinition':'transcode',"
	 "'desiredCount':2,'placementStrategy':[{'type':'random'}]}"},
	{11 * DAY, "CreateService",
	 "{'cluster':'batch','serviceName':'worker','taskDefinition':'worker','desiredCount':3}"},
	{6 * DAY, "RegisterTaskDefinition", WEB("2.10.1") "," TAGS("storefront") "}"},
	{6 * DAY, "UpdateService",
	 "{'cluster':'production','service':'web','taskDefinition':'web:4'}"},
	{2 * HOUR, "CreateService",
	 "{'cluster':'staging','serviceName':'reports','taskDefinition':'reports',"
	 "'desiredCount':1,'launchType':'FARGATE'," VPC "}"},
	{50 * MINUTE, "RunTask",
	 "{'cluster':'batch','taskDefinition':'nightly-report','launchType':'FARGATE',"
	 "'startedBy':'nightly-cron'," VPC "}"},
	{25 * MINUTE, "RunTask",
	 "{'cluster':'batch','taskDefinition':'transcode','count':1,'startedBy':'alice',"
	 "'group':'backfill','overrides':{'containerOverrides':[{'name':'transcode','command':["
	 "'transcode','--from','2026-01-01'],'environment':[{'name':'DRY_RUN','value':'1'}]}]}}"},
	{20 * MINUTE, "RunTask",
	 "{'cluster':'batch','taskDefinition':'nightly-report','launchType':'FARGATE',"
	 "'startedBy':'bob','overrides':{'containerOverrides':[{'name':'report','command':["
	 "'exit','3']}]}," VPC "}"},
};

static int apply(struct model *model, const struct row *row)
{
	_cleanup_free_ char *request = must_copy(row->request);
	struct call call = {.model = model, .region = "us-east-1"};

	for (char *at = request; *at; at++) {
		if (*at == '\'')
			*at = '"';
	}
	dispatch(&call, action_find(row->action), request, strlen(request));
	bool good = call.status == 200;
	if (!good)
		log_error("demo data: %s: %s: %s", row->action, call.code, call.message);
	out_done(&call.out);
	return good ? 0 : -EINVAL;
}

int demo_data_build(struct model *model)
{
	int64_t now_ms = model->now_ms, present_ms = model->offset_ms;
	int r = 0;

	model->now_ms = now_ms - rows[0].ago_ms;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(rows); i++) {
		/* The calls are made when they were made: what follows from them then follows. */
		model->offset_ms = present_ms - rows[i].ago_ms;
		r = apply(model, &rows[i]);
	}
	model->offset_ms = present_ms;
	model_advance(model);
	return r;
}
