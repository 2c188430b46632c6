/* The time of day of one process, wrong by as many seconds as the file JUMPING_CLOCK holds.
 *
 * Loaded before the C library. Clocks that never run backwards, and every wait, are the kernel's:
 * setting a clock changes neither. (libfaketime 0.9.10 changes clock_nanosleep as well, by which
 * Python 3.11 sleeps: it fails with EINVAL or sleeps for hours.)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long *wrong_by;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("JUMPING_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        abort();
    wrong_by = mmap(NULL, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    if (wrong_by == MAP_FAILED)
        abort();
    close(file);
}

int clock_gettime(clockid_t id, struct timespec *told)
{
    int failed = syscall(SYS_clock_gettime, id, told);
    if (!failed && wrong_by && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        told->tv_sec += *wrong_by;
    return failed;
}

int gettimeofday(struct timeval *told, void *zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    told->tv_sec = now.tv_sec;
    told->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *told)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told)
        *told = now.tv_sec;
    return now.tv_sec;
}
