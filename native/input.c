#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Longer events than this are no events. */
#define LONGEST_HANDED_OVER ((size_t)1 << 30)

bool write_all(int fd, const void *data, size_t length) {
	const char *at = data;
	while (length > 0) {
		ssize_t written = write(fd, at, length);
		if (written < 0 && errno == EINTR) continue;
		if (written <= 0) return false;
		at += written;
		length -= (size_t)written;
	}
	return true;
}

static ssize_t read_some(char *data, size_t length) {
	ssize_t got;
	do got = read(0, data, length);
	while (got < 0 && errno == EINTR);
	return got;
}

bool read_input(struct bytes *input, bool *broken) {
	size_t size = 64u << 10;
	input->data = malloc(size);
	while (input->data != NULL) {
		if (input->length == size) {
			if (size >= LONGEST_INPUT) return false;
			size *= 2;
			char *larger = realloc(input->data, size);
			if (larger == NULL) break;
			input->data = larger;
		}
		ssize_t got = read_some(input->data + input->length, size - input->length);
		if (got == 0) return true;
		if (got < 0) break;
		input->length += (size_t)got;
	}
	*broken = true;
	return false;
}

/* The rest of an event that was longer than the resident process takes. */
static void copy_rest(int to, size_t copied) {
	static char part[64u << 10];
	for (ssize_t got; (got = read_some(part, sizeof part)) != 0; copied += (size_t)got) {
		if (got < 0 || copied > LONGEST_HANDED_OVER || !write_all(to, part, (size_t)got))
			refuse("the event could not be handed over");
	}
}

void give_back(const struct bytes *input, bool complete) {
	int copy = memfd_create("event", MFD_CLOEXEC);
	if (copy < 0 || !write_all(copy, input->data, input->length)) refuse("the event could not be handed over");
	if (!complete) copy_rest(copy, input->length);
	if (lseek(copy, 0, SEEK_SET) != 0 || dup2(copy, 0) != 0) refuse("the event could not be handed over");
}
