/* The static helper: carries a hook's event to the resident process, or starts the Node hook in its own place. */
#ifndef SANDHOOK_HELPER_H
#define SANDHOOK_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Raised with every change of the frames; src/runtime/resident/frame.ts holds the same number. */
#define PROTOCOL "1"

#define LONGEST_INPUT (4u << 20)
#define LONGEST_ANSWER (8u << 20)
#define LONGEST_META (64u << 10)

/* Milliseconds that the resident process may take, from the first look at its folder on. */
#ifndef BUDGET_MS
#define BUDGET_MS 2000
#endif

struct bytes {
	char *data;
	size_t length;
};

/* What asking came to. Anything but ANSWERED leads to the slow path. */
enum outcome {
	ANSWERED,
	SLOW,    /* it said so, or something is unusual */
	MISSING, /* nobody listens: it should be started */
	SILENT,  /* it did not answer in time: its socket should go, so that the next call does not wait as well */
};

struct place {
	char libexec_real[4096];
	char folder[4096];
	int fd; /* of the folder, or -1 */
	char identity[4096];
};

/* Reads standard input to its end. False beyond LONGEST_INPUT (what was read is kept) and on errors (*broken). */
bool read_input(struct bytes *input, bool *broken);

/* Makes `input`, followed by what is still unread, standard input again. Ends the process with 2 when it cannot. */
void give_back(const struct bytes *input, bool complete);

/* Who and where this process is, as far as a decision could depend on it. False when that cannot be told. */
bool read_identity(char *text, size_t size);

/* Finds the resident's folder for an installation, and opens it when it is private. False: something is unusual. */
bool find_place(const char *libexec, const char *home, struct place *place);
bool make_place(struct place *place, const char *home);

/* Sends the event and gives the answer, which the caller frees. */
enum outcome ask(const struct place *place, const char *libexec, const struct bytes *input, struct bytes *answer);

/* Starts the resident process once this process, which becomes the slow path, has ended. Never fails loudly. */
void start_later(struct place *place, const char *home, const char *node, const char *libexec);

/* The variables that the hook reads; false when the environment holds anything that env -i would not leave. */
bool plain_environment(void);

bool write_all(int fd, const void *data, size_t length);

/* Joins strings into `text`; false when they do not fit. The list ends with NULL. */
bool join(char *text, size_t size, ...);

_Noreturn void refuse(const char *why);

#endif
