/* Locks that the processes of a machine share in a mapped file: robust mutexes of the C library, one a cache line. When a
 * holder dies, wherever it was, the kernel says so to the next, and what the lock guards is whole at any instruction.
 * Called by locks.py and by admission.c. A thread releases what it took. */

#define _POSIX_C_SOURCE 200809L

#include "locks.h"

#include <errno.h>
#include <pthread.h>

enum { LOCK_BYTES = 64, LOOKS = 200 };

_Static_assert(sizeof(pthread_mutex_t) <= LOCK_BYTES, "a mutex takes more than a cache line");

static pthread_mutex_t *lock_at(void *locks, int64_t number) {
    return (pthread_mutex_t *)((char *)locks + number * LOCK_BYTES);
}

static int taken(pthread_mutex_t *lock, int error) {
    return error == EOWNERDEAD ? pthread_mutex_consistent(lock) : error;
}

/* Make locks in a file that nobody else uses; gives 0, or what went wrong. */
int modelport_locks_make(void *locks, int64_t count) {
    pthread_mutexattr_t kind;
    int error = pthread_mutexattr_init(&kind);
    if (error) return error;
    error = pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    if (!error) error = pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    for (int64_t number = 0; !error && number < count; number++)
        error = pthread_mutex_init(lock_at(locks, number), &kind);
    pthread_mutexattr_destroy(&kind);
    return error;
}

/* Take a lock that nobody keeps: who has it for a microsecond is waited for. Gives 0, or EBUSY, or what went wrong. */
int modelport_lock_try(void *locks, int64_t number) {
    pthread_mutex_t *lock = lock_at(locks, number);
    int error = pthread_mutex_trylock(lock);
    for (int looks = 0; error == EBUSY && looks < LOOKS; looks++) {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
        error = pthread_mutex_trylock(lock);
    }
    return taken(lock, error);
}

/* Wait for a lock. Gives 0, or what went wrong. */
int modelport_lock_take(void *locks, int64_t number) {
    pthread_mutex_t *lock = lock_at(locks, number);
    return taken(lock, pthread_mutex_lock(lock));
}

void modelport_lock_release(void *locks, int64_t number) { pthread_mutex_unlock(lock_at(locks, number)); }
