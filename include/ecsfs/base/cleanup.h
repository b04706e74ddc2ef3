/*
 * Cleanup by attribute, for locals.
 *
 * _cleanup_(f) calls f(&variable) when the variable goes out of scope.
 */
#ifndef ECSFS_BASE_CLEANUP_H
#define ECSFS_BASE_CLEANUP_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

/* Hold a mutex until the end of the enclosing block. */
#define LOCKED(mutex)                                                                              \
	_cleanup_(cleanup_unlock) pthread_mutex_t *locked_ __attribute__((unused)) =               \
		(pthread_mutex_lock(mutex), (mutex))

/* The value of a pointer variable, which is left NULL: ownership moves to the reader. */
#define STEAL(ptr)                                                                                 \
	(__extension__({                                                                           \
		__typeof__(ptr) stolen_ = (ptr);                                                   \
		(ptr) = NULL;                                                                      \
		stolen_;                                                                           \
	}))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void cleanup_free(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_unlock(pthread_mutex_t **mutex)
{
	pthread_mutex_unlock(*mutex);
}

#endif
