#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#include "ecsfs/store/render.h"

#define NEW_REVISION "write latest.json to register another"

static bool can_be_family(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_')
			return false;
	return name[0] != '\0';
}

/* @ret_filters: new, and borrowed by the query */
static struct list_query revisions_query(const char *family, enum list list, json_t **ret_filters)
{
	*ret_filters = json_pack("{s:s}", "familyPrefix", family);
	return (struct list_query){list, "", *ret_filters};
}

/* A family that has only INACTIVE revisions is not listed, but is there when named. */
static int family_find(struct tree *tree, struct op *op, const struct node *dir,
		       const struct node_type *row, const char *name, struct found *ret_found)
{
	_cleanup_(listing_cleanup) struct listing *listing = NULL;
	json_auto_t *filters = NULL;

	int r = resource_find(tree, op, dir, row, name, ret_found);
	if (r != -ENOENT || op->error.errnum || !can_be_family(name))
		return r;
	struct list_query query = revisions_query(name, LIST_INACTIVE_REVISIONS, &filters);
	r = store_list(tree->store, op, &query, &listing, &ret_found->expires_ms);
	if (r < 0)
		return r;
	if (listing->count == 0)
		return -ENOENT;
	ret_found->id = strdup(name);
	return ret_found->id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

static int revisions_each(struct tree *tree, struct op *op, const struct node *dir,
			  const struct node_type *row, struct entries *entries)
{
	_cleanup_(listing_cleanup) struct listing *listing = NULL;
	struct place place = node_place(dir);
	json_auto_t *filters = NULL;
	struct list_query query = revisions_query(place.id[SLOT_FAMILY], row->list, &filters);
	char name[NAME_SIZE];

	int r = store_list(tree->store, op, &query, &listing, &entries->expires_ms);
	if (r < 0)
		return r;
	entries->ctime_ms = listing->ctime_ms;
	for (size_t i = 0; i < listing->count; i++) {
		name_encode(strrchr(listing->names[i], ':') + 1, ".json", name);
		entries_add(entries, row, name, listing->names[i]);
	}
	return 0;
}

static int revisions_find(struct tree *tree, struct op *op, const struct node *dir,
			  const struct node_type *row, const char *name, struct found *ret_found)
{
	_cleanup_free_ char *number = NULL, *id = NULL;
	struct place place = node_place(dir);
	json_auto_t *filters = NULL;
	struct list_query query = revisions_query(place.id[SLOT_FAMILY], row->list, &filters);

	int r = name_decode(name, ".json", &number);
	if (r < 0 || strspn(number, "0123456789") != strlen(number))
		return -ENOENT;
	if (asprintf(&id, "%s:%s", place.id[SLOT_FAMILY], number) < 0) {
		id = NULL;
		return error_set(&op->error, ENOMEM, "out of memory");
	}
	r = store_find(tree->store, op, &query, id, &ret_found->expires_ms);
	if (r == 0)
		ret_found->id = STEAL(id);
	return r;
}

/* The id of the newest ACTIVE revision. */
static int newest_revision(struct tree *tree, struct op *op, const struct node *dir, char **ret_id,
			   int64_t *ret_expires_ms, int64_t *ret_ctime_ms)
{
	_cleanup_(listing_cleanup) struct listing *listing = NULL;
	struct place place = node_place(dir);
	json_auto_t *filters = NULL;
	struct list_query query = revisions_query(place.id[SLOT_FAMILY], LIST_REVISIONS, &filters);
	long long newest = -1;
	size_t at = 0;

	int r = store_list(tree->store, op, &query, &listing, ret_expires_ms);
	if (r < 0)
		return r;
	for (size_t i = 0; i < listing->count; i++) {
		long long revision = atoll(strrchr(listing->names[i], ':') + 1);
		if (revision > newest) {
			newest = revision;
			at = i;
		}
	}
	if (newest < 0)
		return -ENOENT;
	*ret_ctime_ms = listing->ctime_ms;
	*ret_id = strdup(listing->names[at]);
	return *ret_id ? 0 : error_set(&op->error, ENOMEM, "out of memory");
}

static int latest_each(struct tree *tree, struct op *op, const struct node *dir,
		       const struct node_type *row, struct entries *entries)
{
	_cleanup_free_ char *id = NULL;
	int r = newest_revision(tree, op, dir, &id, &entries->expires_ms, &entries->ctime_ms);

	if (r == 0)
		entries_add(entries, row, "latest.json", id);
	return r == -ENOENT && !op->error.errnum ? 0 : r;
}

static int latest_find(struct tree *tree, struct op *op, const struct node *dir,
		       const struct node_type *row, const char *name, struct found *ret_found)
{
	int64_t ctime_ms;

	(void)row;
	if (strcmp(name, "latest.json") != 0)
		return -ENOENT;
	return newest_revision(tree, op, dir, &ret_found->id, &ret_found->expires_ms, &ctime_ms);
}

/* Not the node's id, which says what was newest when it was looked up, but what is newest now. */
static int latest_show(struct tree *tree, struct op *op, const struct node *node,
		       struct content *ret_content)
{
	_cleanup_(document_done) struct document document = {0};
	_cleanup_free_ char *id = NULL;
	int64_t expires_ms = 0, ctime_ms = 0;

	int r = newest_revision(tree, op, node->parent, &id, &expires_ms, &ctime_ms);
	if (r == 0)
		r = store_document(tree->store, op, KIND_REVISION, "", id, &document);
	if (r < 0)
		return r;
	document.expires_ms = expires_ms;
	return content_of_document(&document, ret_content);
}

/* Of a DescribeTaskDefinition answer, what RegisterTaskDefinition does not take. */
static const struct answer_members answer_members = {
	KIND_REVISION,
	"taskDefinitionArn revision status requiresAttributes compatibilities registeredAt "
	"deregisteredAt deleteRequestedAt registeredBy",
};

/* @ret_request: new */
static int register_request(struct tree *tree, struct op *op, const struct node *dir,
			    const char *family, json_t *value, json_t **ret_request)
{
	json_t *request;
	int r = request_from_answer(tree, op, dir, &answer_members, "RegisterTaskDefinition", value,
				    &request);

	if (r < 0)
		return r;
	json_auto_t *owned = request;
	request_drop_aws_tags(request);
	r = request_set_string(op, request, "family", family);
	if (r == 0)
		r = request_check_required(op, "RegisterTaskDefinition", request);
	if (r == 0)
		*ret_request = STEAL(owned);
	return r;
}

/* FAMILY.json dropped: one more revision, also of a family that is there already. */
int family_drop(struct tree *tree, struct op *op, const struct node *dir, const char *name,
		json_t *value, const char *line)
{
	json_t *request = NULL;
	int r = register_request(tree, op, dir, name, value, &request);

	(void)line;
	return r < 0 ? r : tree_call(tree, op, "RegisterTaskDefinition", request, dir, NULL);
}

/* Whether @request would register what is the newest known revision already. */
static bool is_newest_known(struct tree *tree, struct op *op, const struct node *node,
			    json_t *request)
{
	_cleanup_(content_done) struct content content = {0};
	json_auto_t *latest = NULL, *same = NULL;
	struct place place = node_place(node);

	if (latest_show(tree, op, node, &content) < 0)
		return false;
	latest = rendered_parse(content.blob->bytes, content.blob->len);
	return latest &&
	       register_request(tree, op, node, place.id[SLOT_FAMILY], latest, &same) == 0 &&
	       json_equal(same, request);
}

/* The same, and it is the newest in AWS too. */
static bool is_latest(struct tree *tree, struct op *op, const struct node *node, json_t *request)
{
	struct place place = node_place(node);
	json_auto_t *filters = NULL;

	if (!is_newest_known(tree, op, node, request))
		return false;
	struct list_query query = revisions_query(place.id[SLOT_FAMILY], LIST_REVISIONS, &filters);
	store_expire_list(tree->store, &query);
	return is_newest_known(tree, op, node, request);
}

static int latest_commit(struct tree *tree, struct op *op, const struct node *node, json_t *value)
{
	struct place place = node_place(node);
	json_t *request;

	if (!json_is_object(value))
		return error_set(&op->error, EINVAL, "%s is a JSON object", node->name);
	int r = register_request(tree, op, node, place.id[SLOT_FAMILY], value, &request);
	if (r < 0)
		return r;
	if (is_latest(tree, op, node, request)) {
		json_decref(request);
		return 0;
	}
	return tree_call(tree, op, "RegisterTaskDefinition", request, node->parent, NULL);
}

static int revision_remove(struct tree *tree, struct op *op, const struct node *node)
{
	return tree_call(tree, op, "DeregisterTaskDefinition",
			 json_pack("{s:s}", "taskDefinition", node->id), node->parent, NULL);
}

/* Nor is a number that is not given yet: what is put there would look like a revision. */
static int family_reserve(struct op *op, const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (strcmp(name, "latest.json") == 0)
		return error_set(&op->error, ENOENT, "there is no latest.json to edit");
	if (digits > 0 && strcmp(name + digits, ".json") == 0)
		return error_set(&op->error, EPERM, "AWS numbers revisions; " NEW_REVISION);
	return 0;
}

#define REVISIONS(which, how_remove, what_else)                                                    \
	{                                                                                          \
		.form = NODE_FILE, .mode = 0444, .slot = SLOT_REVISION, .kind = KIND_REVISION,     \
		.list = (which), .each = revisions_each, .find = revisions_find,                   \
		.show = document_show, .remove = (how_remove), .instead = (what_else)              \
	}

static const struct node_type inactive_rows[] = {
	REVISIONS(LIST_INACTIVE_REVISIONS, NULL,
		  "api/DeleteTaskDefinitions deletes what is INACTIVE"),
	END,
};

static const struct node_type family_rows[] = {
	{
		.form = NODE_FILE,
		.mode = 0644,
		.slot = SLOT_REVISION,
		.kind = KIND_REVISION,
		.each = latest_each,
		.find = latest_find,
		.show = latest_show,
		.commit = latest_commit,
		.instead = "rm N.json deregisters a revision",
	},
	{
		.name = "inactive",
		.form = NODE_DIR,
		.mode = 0755,
		.flags = NODE_UNLISTED,
		.rows = inactive_rows,
	},
	REVISIONS(LIST_REVISIONS, revision_remove, NEW_REVISION),
	END,
};

const struct node_type families_rows[] = {
	{
		.form = NODE_DIR,
		.mode = 0755,
		.flags = NODE_SCRATCH,
		.instead = "rm each N.json in it",
		.reserve = family_reserve,
		.slot = SLOT_FAMILY,
		.list = LIST_FAMILIES,
		.rows = family_rows,
		.each = resource_each,
		.find = family_find,
	},
	END,
};
