/*
 * The floor: a libfuse file system that loads a directory tree and then serves the same names and
 * bytes from an array. What ecsfs takes longer than this for is its own; the rest is the kernel's
 * and libfuse's. It tells the kernel what ecsfs tells it: read directories with their attributes,
 * keep pages and names, send no FLUSH. But it never expires, forgets, counts or locks.
 *
 * usage: floor DIRECTORY MOUNTPOINT
 * It mounts, prints "floor: ready" and stays in the foreground.
 */
#define FUSE_USE_VERSION 312
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOREVER_S 86400.0
#define MAX_THREADS 128
#define MAX_IDLE_THREADS 16

/* Number 1 is the root, nodes[0]. The children of a directory are beside each other, by name. */
struct node {
	char *name;
	char *bytes;
	size_t parent, first, count;
	struct stat attr;
};

static struct node *nodes;
static size_t num_nodes;

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *must(void *pointer)
{
	if (!pointer)
		die("memory");
	return pointer;
}

static struct node *node_of(fuse_ino_t ino)
{
	return &nodes[ino - 1];
}

static bool is_dir(const struct node *node)
{
	return S_ISDIR(node->attr.st_mode);
}

static size_t add_node(const char *name, size_t parent)
{
	if ((num_nodes & (num_nodes - 1)) == 0)
		nodes = must(realloc(nodes, (num_nodes ? num_nodes * 2 : 1) * sizeof(*nodes)));
	nodes[num_nodes] = (struct node){.name = must(strdup(name)), .parent = parent};
	return num_nodes++;
}

static char *path_of(size_t at)
{
	char *path, *above;

	if (at == 0)
		return must(strdup(nodes[0].name));
	above = path_of(nodes[at].parent);
	if (asprintf(&path, "%s/%s", above, nodes[at].name) < 0)
		die("memory");
	free(above);
	return path;
}

static int no_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_dir(size_t at, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, no_dots, by_name);

	if (count < 0)
		die(path);
	nodes[at].first = num_nodes;
	nodes[at].count = (size_t)count;
	for (int i = 0; i < count; i++) {
		add_node(entries[i]->d_name, at);
		free(entries[i]);
	}
	free(entries);
}

static void load_file(size_t at, const char *path)
{
	size_t size = (size_t)nodes[at].attr.st_size, got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	nodes[at].bytes = must(malloc(size + 1));
	while (got < size) {
		ssize_t len = read(fd, nodes[at].bytes + got, size - got);
		if (len <= 0)
			die(path);
		got += (size_t)len;
	}
	close(fd);
}

/* Breadth first: the array grows while it is walked, and its end is the tree's. */
static void load(const char *root)
{
	add_node(root, 0);
	for (size_t at = 0; at < num_nodes; at++) {
		char *path = path_of(at);
		struct stat st;

		if (stat(path, &st) < 0)
			die(path);
		nodes[at].attr = (struct stat){
			.st_ino = at + 1,
			.st_mode = S_ISDIR(st.st_mode) ? S_IFDIR | 0755 : S_IFREG | 0444,
			.st_nlink = 1,
			.st_size = S_ISDIR(st.st_mode) ? 0 : st.st_size,
			.st_mtim = st.st_mtim,
			.st_uid = getuid(),
			.st_gid = getgid(),
		};
		if (is_dir(&nodes[at]))
			load_dir(at, path);
		else
			load_file(at, path);
		free(path);
	}
}

static struct fuse_entry_param entry_of(size_t at)
{
	return (struct fuse_entry_param){
		.ino = at + 1,
		.attr = nodes[at].attr,
		.attr_timeout = FOREVER_S,
		.entry_timeout = FOREVER_S,
	};
}

static void floor_init(void *userdata, struct fuse_conn_info *conn)
{
	(void)userdata;
	conn->want |= conn->capable & (FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO);
	conn->max_write = 1024 * 1024;
}

static int compare_name(const void *name, const void *node)
{
	return strcmp(name, ((const struct node *)node)->name);
}

static void floor_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	const struct node *dir = node_of(parent);
	const struct node *found =
		bsearch(name, &nodes[dir->first], dir->count, sizeof(*nodes), compare_name);

	if (!found) {
		fuse_reply_err(req, ENOENT);
		return;
	}
	struct fuse_entry_param entry = entry_of((size_t)(found - nodes));
	fuse_reply_entry(req, &entry);
}

static void floor_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)fi;
	fuse_reply_attr(req, &node_of(ino)->attr, FOREVER_S);
}

static void floor_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->keep_cache = 1;
	fi->noflush = 1;
	fuse_reply_open(req, fi);
}

static void floor_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		       struct fuse_file_info *fi)
{
	const struct node *node = node_of(ino);
	size_t len = (size_t)node->attr.st_size, from = (size_t)off < len ? (size_t)off : len;

	(void)fi;
	fuse_reply_buf(req, node->bytes + from, len - from < size ? len - from : size);
}

static void floor_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	fuse_reply_err(req, 0);
}

static void floor_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->keep_cache = 1;
	fi->cache_readdir = 1;
	fuse_reply_open(req, fi);
}

static void reply_dir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, bool plus)
{
	const struct node *dir = node_of(ino);
	char *reply = must(malloc(size));
	size_t used = 0, len;

	for (size_t i = (size_t)off; i < dir->count + 2; i++, used += len) {
		size_t at = i == 0 ? ino - 1 : i == 1 ? dir->parent : dir->first + i - 2;
		const char *name = i == 0 ? "." : i == 1 ? ".." : nodes[at].name;
		struct fuse_entry_param entry = entry_of(at);

		/* "." and ".." are not looked up: they have no node. */
		if (i < 2)
			entry.ino = 0;
		len = plus ? fuse_add_direntry_plus(req, reply + used, size - used, name, &entry,
						    (off_t)i + 1)
			   : fuse_add_direntry(req, reply + used, size - used, name, &entry.attr,
					       (off_t)i + 1);
		if (len > size - used)
			break;
	}
	fuse_reply_buf(req, reply, used);
	free(reply);
}

static void floor_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
			  struct fuse_file_info *fi)
{
	(void)fi;
	reply_dir(req, ino, size, off, false);
}

static void floor_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
			      struct fuse_file_info *fi)
{
	(void)fi;
	reply_dir(req, ino, size, off, true);
}

static const struct fuse_lowlevel_ops operations = {
	.init = floor_init,
	.lookup = floor_lookup,
	.getattr = floor_getattr,
	.open = floor_open,
	.read = floor_read,
	.release = floor_release,
	.opendir = floor_opendir,
	.readdir = floor_readdir,
	.readdirplus = floor_readdirplus,
	.releasedir = floor_release,
};

int main(int argc, char **argv)
{
	char *fuse_argv[] = {argv[0], (char[]){"-ofsname=floor,subtype=floor,default_permissions"}};
	struct fuse_args args = FUSE_ARGS_INIT(2, fuse_argv);
	struct fuse_loop_config *config = fuse_loop_cfg_create();

	if (argc != 3 || !config) {
		fprintf(stderr, "usage: floor DIRECTORY MOUNTPOINT\n");
		return 2;
	}
	load(argv[1]);
	fuse_loop_cfg_set_max_threads(config, MAX_THREADS);
	fuse_loop_cfg_set_idle_threads(config, MAX_IDLE_THREADS);
	fuse_loop_cfg_set_clone_fd(config, 0);
	struct fuse_session *session =
		fuse_session_new(&args, &operations, sizeof(operations), NULL);
	if (!session || fuse_set_signal_handlers(session) != 0 ||
	    fuse_session_mount(session, argv[2]) != 0)
		return 1;
	puts("floor: ready");
	fflush(stdout);
	int result = fuse_session_loop_mt(session, config);
	fuse_session_unmount(session);
	fuse_remove_signal_handlers(session);
	fuse_session_destroy(session);
	fuse_loop_cfg_destroy(config);
	return result < 0;
}
