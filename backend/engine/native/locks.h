/* Locks that processes share in a mapped file; see locks.c. */

#include <stddef.h>
#include <stdint.h>

int modelport_lock_try(void *locks, int64_t number);
int modelport_lock_take(void *locks, int64_t number);
void modelport_lock_release(void *locks, int64_t number);
