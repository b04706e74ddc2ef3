/*
 * A command line taken apart as a POSIX shell would, and nothing more: no variables, no globs.
 */
#ifndef ECSFS_AWS_SPLIT_H
#define ECSFS_AWS_SPLIT_H

/**
 * @ret_words: new, ended by NULL: one block of memory, to be freed by one free()
 * Return: 0, -EINVAL for a quote that does not end, -ENOMEM.
 */
int split_words(const char *line, char ***ret_words);

#endif
