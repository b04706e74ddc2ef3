#include "ecsfs/store/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ecsfs/base/buf.h"
#include "ecsfs/base/cleanup.h"

/* A tag that somebody changed elsewhere is seen after so long at the latest. */
#define MAX_AGE_MS (24 * 3600 * 1000LL)

/* So many files are looked at by one mount: it is to be there soon. */
#define MAX_SWEPT 10000

/* A revision is 64 KiB in AWS; rendered it is larger, but not by so much. */
#define MAX_FILE (1024 * 1024)

#define NAME_LEN (2 * SHA256_DIGEST_LENGTH)
#define HEADER "ecsfs 1 "

/* Of a file that is being written; behind it stand a process and a number. */
#define TEMPORARY ".ecsfs."

struct disk {
	int fd; /* of the directory */
	char *dir, *endpoint;
	const struct clock *clock;
	_Atomic unsigned written;
};

/* As `mkdir -p` does, each for its owner alone. */
static int make_dirs(const char *dir)
{
	_cleanup_free_ char *path = strdup(dir);

	for (char *slash = path; slash && (slash = strchr(slash + 1, '/')); *slash = '/') {
		*slash = '\0';
		mkdir(path, 0700);
	}
	return mkdir(dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int open_dir(const char *dir, struct error *err)
{
	struct stat st;

	int made = make_dirs(dir);
	if (made < 0)
		return error_set(err, -made, "cache directory %s: %s", dir, strerror(-made));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = error_set(err, errno, "cache directory %s: %s", dir, strerror(errno));
		if (fd >= 0)
			close(fd);
		return r;
	}
	/* Whoever may write there could tell us what a revision is. */
	if (st.st_uid != geteuid() || (st.st_mode & 022)) {
		close(fd);
		return error_set(err, EPERM,
				 "cache directory %s: others may write there; chmod 700 %s", dir,
				 dir);
	}
	return fd;
}

/* Whoever names a directory that has other files, too, does not want to lose them. */
static bool is_ours(const char *name)
{
	return (strlen(name) == NAME_LEN && strspn(name, "0123456789abcdef") == NAME_LEN) ||
	       strncmp(name, TEMPORARY, sizeof(TEMPORARY) - 1) == 0;
}

static void sweep(const struct disk *disk)
{
	int fd = openat(disk->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *files = fd < 0 ? NULL : fdopendir(fd);
	int64_t before_ms = clock_wall_ms(disk->clock) - MAX_AGE_MS;
	struct dirent *file;
	struct stat st;

	if (!files && fd >= 0)
		close(fd);
	for (int i = 0; files && i < MAX_SWEPT && (file = readdir(files)); i++)
		if (is_ours(file->d_name) &&
		    fstatat(disk->fd, file->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtime * 1000LL < before_ms)
			unlinkat(disk->fd, file->d_name, 0);
	if (files)
		closedir(files);
}

int disk_new(const char *dir, const char *endpoint, const struct clock *clock,
	     struct disk **ret_disk, struct error *err)
{
	int fd = open_dir(dir, err);

	if (fd < 0)
		return fd;
	struct disk *disk = calloc(1, sizeof(*disk));
	if (!disk) {
		close(fd);
		return error_set(err, ENOMEM, "out of memory");
	}
	*disk = (struct disk){
		.fd = fd, .dir = strdup(dir), .endpoint = strdup(endpoint), .clock = clock};
	if (!disk->dir || !disk->endpoint) {
		disk_free(disk);
		return error_set(err, ENOMEM, "out of memory");
	}
	sweep(disk);
	*ret_disk = disk;
	return 0;
}

void disk_free(struct disk *disk)
{
	if (!disk)
		return;
	close(disk->fd);
	free(disk->dir);
	free(disk->endpoint);
	free(disk);
}

const char *disk_dir(const struct disk *disk)
{
	return disk->dir;
}

static bool name_of(const struct disk *disk, const char *arn, char name[NAME_LEN + 1])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct buf key = {0};

	buf_printf(&key, "%s %s", disk->endpoint, arn);
	if (!key.failed)
		SHA256((const unsigned char *)key.data, key.len, digest);
	for (size_t i = 0; !key.failed && i < sizeof(digest); i++)
		snprintf(name + 2 * i, 3, "%02x", digest[i]);
	bool ok = !key.failed;
	buf_done(&key);
	return ok;
}

static int read_file(const struct disk *disk, const char *name, struct buf *text)
{
	_cleanup_close_ int fd = openat(disk->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size > MAX_FILE)
		return -ENOENT;
	char *room = buf_reserve(text, (size_t)st.st_size);
	if (!room)
		return -ENOMEM;
	if (read(fd, room, (size_t)st.st_size) != st.st_size)
		return -ENOENT;
	text->len = (size_t)st.st_size;
	room[text->len] = '\0';
	return 0;
}

/* "ecsfs 1 HASH MTIME CTIME\n" and the bytes that have this hash. */
static int parse(const struct buf *text, struct disk_document *ret_document)
{
	uint64_t hash;
	int end = 0;

	if (sscanf(text->data, HEADER "%" SCNx64 " %" SCNd64 " %" SCNd64 "%n", &hash,
		   &ret_document->mtime_ms, &ret_document->ctime_ms, &end) != 3 ||
	    text->data[end] != '\n')
		return -ENOENT;
	const char *bytes = text->data + end + 1;
	ret_document->blob = blob_new(bytes, text->len - (size_t)(bytes - text->data));
	if (!ret_document->blob)
		return -ENOMEM;
	if (ret_document->blob->hash == hash)
		return 0;
	blob_unref(ret_document->blob);
	return -ENOENT;
}

int disk_get(struct disk *disk, const char *arn, int64_t since_ms,
	     struct disk_document *ret_document)
{
	int64_t wall_ms = clock_wall_ms(disk->clock);
	struct disk_document found;
	char name[NAME_LEN + 1];
	struct buf text = {0};

	int r = name_of(disk, arn, name) ? read_file(disk, name, &text) : -ENOMEM;
	if (r == 0)
		r = parse(&text, &found);
	buf_done(&text);
	if (r < 0)
		return r;
	/* What is of tomorrow was written by a wrong clock: nobody knows how old it is. */
	if (found.ctime_ms < since_ms || found.ctime_ms < wall_ms - MAX_AGE_MS ||
	    found.ctime_ms > wall_ms) {
		blob_unref(found.blob);
		return -ENOENT;
	}
	*ret_document = found;
	return 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

void disk_put(struct disk *disk, const char *arn, const struct disk_document *document)
{
	char name[NAME_LEN + 1], temporary[64];
	struct buf text = {0};

	buf_printf(&text, HEADER "%" PRIx64 " %" PRId64 " %" PRId64 "\n", document->blob->hash,
		   document->mtime_ms, document->ctime_ms);
	buf_append(&text, document->blob->bytes, document->blob->len);
	snprintf(temporary, sizeof(temporary), TEMPORARY "%d.%u", (int)getpid(), ++disk->written);
	if (!text.failed && name_of(disk, arn, name)) {
		_cleanup_close_ int fd =
			openat(disk->fd, temporary,
			       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		bool ok = fd >= 0 && write_all(fd, text.data, text.len) &&
			  renameat(disk->fd, temporary, disk->fd, name) == 0;
		if (fd >= 0 && !ok)
			unlinkat(disk->fd, temporary, 0);
	}
	buf_done(&text);
}

void disk_remove(struct disk *disk, const char *arn)
{
	char name[NAME_LEN + 1];

	if (name_of(disk, arn, name))
		unlinkat(disk->fd, name, 0);
}
