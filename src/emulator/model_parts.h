/*
 * What the files of the model need of one another and nobody else may call.
 */
#ifndef EMULATOR_MODEL_PARTS_H
#define EMULATOR_MODEL_PARTS_H

struct service;
struct task;
struct family;

void service_free(struct service *service);
void task_free(struct task *task);
void family_free(struct family *family);

#endif
