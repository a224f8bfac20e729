#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NONCE 16
/* "SHA1", the nonce, the kind, and the length of the text. */
#define ANSWER_HEAD (4 + NONCE + 1 + 4)

static int64_t now(void) {
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static bool wait_for(int fd, short events, int64_t until) {
	struct pollfd one = {.fd = fd, .events = events};
	for (;;) {
		int64_t left = until - now();
		if (left <= 0) return false;
		int ready = poll(&one, 1, (int)left);
		if (ready > 0) return true;
		if (ready == 0 || errno != EINTR) return false;
	}
}

static enum outcome send_all(int fd, const void *data, size_t length, int64_t until) {
	const char *at = data;
	while (length > 0) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0) {
			at += sent;
			length -= (size_t)sent;
		} else if (sent < 0 && errno == EAGAIN) {
			if (!wait_for(fd, POLLOUT, until)) return SILENT;
		} else if (sent == 0 || errno != EINTR) {
			return SLOW;
		}
	}
	return ANSWERED;
}

/* `*got` bytes before the other side ended; SLOW when the connection broke. */
static enum outcome receive(int fd, char *data, size_t length, size_t *got, int64_t until) {
	*got = 0;
	while (*got < length) {
		ssize_t more = recv(fd, data + *got, length - *got, MSG_DONTWAIT);
		if (more == 0) return ANSWERED;
		if (more > 0) {
			*got += (size_t)more;
		} else if (errno == EAGAIN) {
			if (!wait_for(fd, POLLIN, until)) return SILENT;
		} else if (errno != EINTR) {
			return SLOW;
		}
	}
	return ANSWERED;
}

static uint32_t get32(const char *at) {
	const unsigned char *byte = (const unsigned char *)at;
	return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static void put32(char *at, uint32_t value) {
	for (int byte = 0; byte < 4; byte += 1) at[byte] = (char)(value >> (8 * byte) & 0xff);
}

struct meta {
	char data[LONGEST_META];
	size_t length;
};

static bool add(struct meta *meta, const char *name, const char *value) {
	size_t first = strlen(name), second = strlen(value);
	if (first + second + 1 > sizeof meta->data - meta->length) return false;
	memcpy(meta->data + meta->length, name, first);
	memcpy(meta->data + meta->length + first, value, second + 1);
	meta->length += first + second + 1;
	return true;
}

static bool add_variable(struct meta *meta, const char *name, const char *prefix) {
	const char *value = getenv(name);
	return value == NULL || add(meta, prefix, value);
}

/* Proves to the other side that we can read its folder. */
static bool read_secret(int folder, char *text, size_t size) {
	int fd = openat(folder, "secret", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) return false;
	ssize_t length = read(fd, text, size - 1);
	close(fd);
	if (length <= 0) return false;
	text[length] = 0;
	return strlen(text) == (size_t)length;
}

/* A socket in the folder, by its short name: its path may be longer than an address can hold. */
static enum outcome connect_in(int folder, int fd) {
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "s"};
	struct stat facts;
	struct ucred peer;
	socklen_t size = sizeof peer;
	if (fstatat(folder, "s", &facts, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT ? MISSING : SLOW;
	if (!S_ISSOCK(facts.st_mode) || facts.st_uid != geteuid() || (facts.st_mode & 0077) != 0) return SLOW;
	int back = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (back < 0 || fchdir(folder) != 0) return SLOW;
	int status = connect(fd, (const struct sockaddr *)&address, sizeof address);
	int reason = errno;
	if (fchdir(back) != 0) refuse("the working folder was lost");
	close(back);
	if (status != 0) return reason == ECONNREFUSED || reason == ENOENT ? MISSING : SLOW;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid()) return SLOW;
	return ANSWERED;
}

/* One line of JSON: an object, without a control character. */
static bool is_object(const struct bytes *text) {
	if (text->length < 2 || text->data[0] != '{' || text->data[text->length - 1] != '}') return false;
	for (size_t at = 0; at < text->length; at += 1)
		if ((unsigned char)text->data[at] < 0x20) return false;
	return true;
}

static enum outcome read_answer(int fd, const char *nonce, struct bytes *answer, int64_t until) {
	char head[ANSWER_HEAD], more;
	size_t got;
	enum outcome outcome = receive(fd, head, sizeof head, &got, until);
	if (outcome != ANSWERED) return outcome;
	if (got != sizeof head || memcmp(head, "SHA" PROTOCOL, 4) != 0 || memcmp(head + 4, nonce, NONCE) != 0) return SLOW;
	answer->length = get32(head + 4 + NONCE + 1);
	if (head[4 + NONCE] != 'a' || answer->length > LONGEST_ANSWER) return SLOW;
	answer->data = malloc(answer->length + 1);
	if (answer->data == NULL) return SLOW;
	outcome = receive(fd, answer->data, answer->length, &got, until);
	if (outcome != ANSWERED) return outcome;
	if (got != answer->length) return SLOW;
	outcome = receive(fd, &more, 1, &got, until);
	if (outcome != ANSWERED) return outcome;
	return got == 0 && is_object(answer) ? ANSWERED : SLOW;
}

static bool fill_meta(struct meta *meta, const struct place *place, const char *libexec, int64_t until) {
	char secret[65], pid[16], deadline[32];
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	snprintf(deadline, sizeof deadline, "%lld", (long long)until);
	return read_secret(place->fd, secret, sizeof secret) && add(meta, "decide", "") && add(meta, secret, "") &&
	       add(meta, libexec, "") && add(meta, place->libexec_real, "") && add(meta, place->identity, "") &&
	       add(meta, pid, "") && add(meta, deadline, "") &&
	       add_variable(meta, "HOME", "HOME=") && add_variable(meta, "CLAUDE_CONFIG_DIR", "CLAUDE_CONFIG_DIR=") &&
	       add_variable(meta, "CLAUDE_PROJECT_DIR", "CLAUDE_PROJECT_DIR=");
}

static enum outcome converse(int fd, const struct place *place, const char *libexec, const struct bytes *input,
                             struct bytes *answer) {
	static struct meta meta;
	int64_t until = now() + BUDGET_MS;
	char head[4 + NONCE + 4 + 4];
	enum outcome outcome = connect_in(place->fd, fd);
	if (outcome != ANSWERED) return outcome;
	if (!fill_meta(&meta, place, libexec, until) || getrandom(head + 4, NONCE, 0) != NONCE) return SLOW;
	memcpy(head, "SHQ" PROTOCOL, 4);
	put32(head + 4 + NONCE, (uint32_t)meta.length);
	put32(head + 4 + NONCE + 4, (uint32_t)input->length);
	if ((outcome = send_all(fd, head, sizeof head, until)) != ANSWERED) return outcome;
	if ((outcome = send_all(fd, meta.data, meta.length, until)) != ANSWERED) return outcome;
	if ((outcome = send_all(fd, input->data, input->length, until)) != ANSWERED) return outcome;
	return read_answer(fd, head + 4, answer, until);
}

enum outcome ask(const struct place *place, const char *libexec, const struct bytes *input, struct bytes *answer) {
	if (place->fd < 0) return MISSING;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) return SLOW;
	enum outcome outcome = converse(fd, place, libexec, input, answer);
	close(fd);
	return outcome;
}
