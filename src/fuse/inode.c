#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "internal.h"

#define KEY_SIZE (sizeof(struct inode *) + 256)

struct inode *inode_of(struct fs *fs, fuse_ino_t ino)
{
	return ino == FUSE_ROOT_ID ? fs->root : (struct inode *)(uintptr_t)ino;
}

fuse_ino_t inode_ino(struct fs *fs, struct inode *inode)
{
	return inode == fs->root ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)inode;
}

struct inode *inode_new_root(void)
{
	struct inode *root = calloc(1, sizeof(*root));

	if (!root)
		return NULL;
	root->node.type = tree_root_type();
	root->number = FUSE_ROOT_ID;
	root->refs = 1;
	return root;
}

/* Of the path, so that it is the same at every mount; never 0 or the root's. */
uint64_t inode_number(const struct inode *parent, const char *name)
{
	uint64_t hash = blob_hash(parent->number, "/", 1);

	hash = blob_hash(hash, name, strlen(name));
	return hash > FUSE_ROOT_ID ? hash : hash + 2;
}

static size_t make_key(char *key, const struct inode *parent, const char *name)
{
	size_t len = strlen(name);

	memcpy(key, &parent, sizeof(parent));
	memcpy(key + sizeof(parent), name, len);
	return sizeof(parent) + len;
}

static struct inode *find(struct fs *fs, struct inode *parent, const char *name)
{
	char key[KEY_SIZE];
	struct inode *inode;

	if (strlen(name) >= KEY_SIZE - sizeof(parent))
		return NULL;
	size_t len = make_key(key, parent, name);
	HASH_FIND(hh, fs->inodes, key, len, inode);
	return inode;
}

static struct inode *make(struct fs *fs, struct inode *parent, const char *name)
{
	size_t name_len = strlen(name);
	struct inode *inode = calloc(1, sizeof(*inode) + sizeof(parent) + name_len + 1);

	if (!inode)
		return NULL;
	inode->key_len = make_key(inode->key, parent, name);
	inode->parent = parent;
	inode->node.parent = &parent->node;
	inode->node.name = inode->key + sizeof(parent);
	inode->number = inode_number(parent, name);
	parent->refs++;
	DL_APPEND(parent->children, inode);
	HASH_ADD_KEYPTR(hh, fs->inodes, inode->key, inode->key_len, inode);
	return inode;
}

static void detach(struct fs *fs, struct inode *inode)
{
	if (!inode->detached)
		HASH_DEL(fs->inodes, inode);
	inode->detached = true;
}

/* An unused inode goes, and with it its hold on its parent. */
static void unref(struct fs *fs, struct inode *inode)
{
	while (inode != fs->root && --inode->refs == 0) {
		struct inode *parent = inode->parent;
		detach(fs, inode);
		DL_DELETE(parent->children, inode);
		content_done(&inode->frozen);
		free(inode->node.id);
		free(inode);
		inode = parent;
	}
}

bool inode_shows_another(const struct inode *inode, const struct content *content)
{
	return inode->cached_opens > 0 && content && content->blob &&
	       inode->paged_hash != content->blob->hash;
}

void inode_tell(struct inode *inode, const struct content *content)
{
	inode->told = content && content->blob;
	if (!inode->told)
		return;
	inode->told_hash = content->blob->hash;
	inode->told_size = (off_t)content->blob->len;
}

struct inode *inode_look_up(struct fs *fs, struct inode *parent, const char *name,
			    struct found *found, const struct content *content)
{
	LOCKED(&fs->lock);
	struct inode *inode = find(fs, parent, name);
	if (inode && (inode_shows_another(inode, content) || inode->node.type != found->type)) {
		detach(fs, inode);
		inode = NULL;
	}
	if (!inode) {
		inode = make(fs, parent, name);
		if (!inode)
			return NULL;
	}
	if (!inode->node.type) {
		inode->node.type = found->type;
		inode->node.id = STEAL(found->id);
	}
	free(STEAL(found->id));
	inode_tell(inode, content);
	if (inode->lookups++ == 0)
		inode->refs++;
	return inode;
}

struct inode *inode_find(struct fs *fs, struct inode *parent, const char *name)
{
	LOCKED(&fs->lock);
	struct inode *inode = find(fs, parent, name);
	if (inode)
		inode->refs++;
	return inode;
}

void inode_drop(struct fs *fs, struct inode *parent, const char *name)
{
	LOCKED(&fs->lock);
	struct inode *inode = find(fs, parent, name);
	if (inode)
		detach(fs, inode);
}

void inode_ref(struct fs *fs, struct inode *inode)
{
	LOCKED(&fs->lock);
	inode->refs++;
}

void inode_unref(struct fs *fs, struct inode *inode)
{
	LOCKED(&fs->lock);
	unref(fs, inode);
}

void inode_forget(struct fs *fs, struct inode *inode, uint64_t lookups)
{
	LOCKED(&fs->lock);
	if (inode == fs->root)
		return;
	inode->lookups -= lookups;
	if (inode->lookups == 0)
		unref(fs, inode);
}

static void walk(struct inode *inode, enum tree_reach reach,
		 void (*visit)(void *arg, struct inode *inode), void *arg)
{
	struct inode *child;

	visit(arg, inode);
	DL_FOREACH (inode->children, child)
		if (reach == REACH_ALL || child->node.type->form != NODE_DIR)
			walk(child, reach, visit, arg);
}

void inode_walk(struct fs *fs, const char *path, enum tree_reach reach,
		void (*visit)(void *arg, struct inode *inode), void *arg)
{
	struct inode *inode = fs->root;
	char name[256];

	LOCKED(&fs->lock);
	for (path += strspn(path, "/"); inode && *path; path += strspn(path, "/")) {
		size_t len = strcspn(path, "/");
		if (len >= sizeof(name))
			return;
		memcpy(name, path, len);
		name[len] = '\0';
		inode = find(fs, inode, name);
		path += len;
	}
	if (inode)
		walk(inode, reach, visit, arg);
}

/* At the end, when the kernel has no say any more. */
void inode_free_all(struct fs *fs)
{
	struct inode *inode;

	while (fs->root && (inode = fs->root->children)) {
		while (inode->children)
			inode = inode->children;
		inode->refs = 1;
		unref(fs, inode);
	}
	free(fs->root);
}
