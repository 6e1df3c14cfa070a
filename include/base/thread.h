// Threads as all of ours are: small stacks, no signals, timed waits by the monotonic clock.
#ifndef IPCTOP_BASE_THREAD_H
#define IPCTOP_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// 0, or an errno value. Detached where `thread` is NULL, else to be joined.
int thread_start(pthread_t *thread, void *(*body)(void *arg), void *arg);
void thread_name(const char *name); // of the caller, at most 15 bytes: what top -H shows

void thread_cond_init(pthread_cond_t *cond);
// Waits until CLOCK_MONOTONIC shows `until_ns` at most; INT64_MAX: without end.
void thread_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_ns);

void thread_be_polite(void); // lowers the priority of the calling thread
pid_t thread_id(void);       // of the caller
// Whether one of our own threads runs, or waits for a processor: then it is not blocked. Reading
// about ourselves cannot hang.
bool thread_is_running(pid_t tid);
int thread_processors(void); // that we may use

#endif
