"""What a cold cat of all tasks is measured against: list them all with boto3, and describe them in
batches of 100, one call after the other, as a script would. Prints the seconds that took; starting
Python, loading boto3 and making the client are not in them.

usage: boto3_tasks.py URL CLUSTER
"""
import sys
import time

import boto3

url, cluster = sys.argv[1:]
ecs = boto3.client("ecs", endpoint_url=url)
start = time.perf_counter()
tasks = []
for page in ecs.get_paginator("list_tasks").paginate(
        cluster=cluster, PaginationConfig={"PageSize": 100}):
    arns = page["taskArns"]
    tasks += ecs.describe_tasks(cluster=cluster, tasks=arns, include=["TAGS"])["tasks"]
print(time.perf_counter() - start)
print(len(tasks))
