#include "helper.h"

#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

bool join(char *text, size_t size, ...) {
	va_list parts;
	size_t used = 0;
	bool fits = size > 0;
	va_start(parts, size);
	for (const char *part; fits && (part = va_arg(parts, const char *)) != NULL;) {
		size_t length = strlen(part);
		fits = length < size - used;
		if (fits) memcpy(text + used, part, length);
		if (fits) used += length;
	}
	va_end(parts);
	if (size > 0) text[used] = 0;
	return fits;
}

static bool read_namespace(const char *name, char *text, size_t size) {
	ssize_t length = readlink(name, text, size - 1);
	if (length <= 0 || (size_t)length >= size - 1) return false;
	text[length] = 0;
	return true;
}

static bool read_capabilities(char *text, size_t size) {
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
	if (syscall(SYS_capget, &header, data) != 0) return false;
	snprintf(text, size, "%08x%08x", data[1].effective, data[0].effective);
	return true;
}

/* Which files can be read depends on user, groups and capabilities; what a path means, on the mount namespace and root;
 * what a process id means, on its namespace. */
bool read_identity(char *text, size_t size) {
	char mount[64], user[64], processes[64], capabilities[32], number[32], groups[2048] = "";
	gid_t list[128];
	struct stat root;
	int count = getgroups(128, list);
	if (count < 0 || stat("/", &root) != 0) return false;
	for (int at = 0; at < count; at += 1) {
		snprintf(number, sizeof number, ",%u", (unsigned)list[at]);
		if (strlen(groups) + strlen(number) >= sizeof groups) return false;
		strcat(groups, number);
	}
	if (!read_namespace("/proc/self/ns/mnt", mount, sizeof mount) ||
	    !read_namespace("/proc/self/ns/user", user, sizeof user) ||
	    !read_namespace("/proc/self/ns/pid", processes, sizeof processes) ||
	    !read_capabilities(capabilities, sizeof capabilities))
		return false;
	int length = snprintf(text, size, "%u %u %u %u %s %s %s %s %s %llu:%llu", (unsigned)getuid(), (unsigned)geteuid(),
	                      (unsigned)getgid(), (unsigned)getegid(), groups, capabilities, mount, user, processes,
	                      (unsigned long long)root.st_dev, (unsigned long long)root.st_ino);
	return length > 0 && (size_t)length < size;
}

bool plain_environment(void) {
	/* What env -i is told, and what a shell adds to it. */
	static const char *const known[] = {"HOME=", "PATH=", "CLAUDE_CONFIG_DIR=", "CLAUDE_PROJECT_DIR=",
	                                    "PWD=",  "OLDPWD=", "SHLVL=", "_="};
	unsigned seen = 0;
	for (char **each = environ; *each != NULL; each += 1) {
		unsigned at = 0;
		while (at < sizeof known / sizeof *known && strncmp(*each, known[at], strlen(known[at])) != 0) at += 1;
		if (at == sizeof known / sizeof *known || (seen & (1u << at)) != 0) return false;
		seen |= 1u << at;
	}
	return true;
}
