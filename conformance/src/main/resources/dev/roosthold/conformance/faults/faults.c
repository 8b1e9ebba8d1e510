// Preloaded before the C library, it stands between a program and the disk, for files below one folder, and between it and
// the clock:
//
//   FAULT_FOLDER   the folder; files elsewhere pass untouched
//   FAULT_RECORD   a file to which every write, truncation and flush is appended, in the order in which they happened
//   FAULT_CONTROL  a file whose content is a number n: the n-th call from then on fails, once; 0 fails nothing, and a
//                  negative number fails every call, as a full disk does
//   FAULT_CLOCK    a file of 8 bytes, the nanoseconds by which the time of day is ahead; may change at any time. The clock
//                  that only counts on is left alone
//
// A record: kind (1 byte: 'w' write, 't' truncate, 'd' delete, 's' flush), length of the path (4), path, offset or size (8),
// length of the data (4), data. Numbers are in the order of this machine.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;
static long countdown;
static int prepared;
static const char *folder;
static const char *control;

static void prepare(void) {
  if (prepared) return;
  prepared = 1;
  folder = getenv("FAULT_FOLDER");
  control = getenv("FAULT_CONTROL");
  const char *name = getenv("FAULT_RECORD");
  if (name) record = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int path_of(int fd, char *path) {
  char link[64];
  char digits[16];
  int n = 0;
  strcpy(link, "/proc/self/fd/");
  if (fd < 0) return 0;
  do { digits[n++] = (char)('0' + fd % 10); fd /= 10; } while (fd);
  size_t at = strlen(link);
  while (n) link[at++] = digits[--n];
  link[at] = 0;
  long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  if (size <= 0) return 0;
  path[size] = 0;
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static void put(const void *data, size_t size) {
  const char *next = data;
  while (size > 0) {
    long done = syscall(SYS_write, record, next, size);
    if (done <= 0) return;
    next += done;
    size -= (size_t)done;
  }
}

static void note(char kind, const char *path, int64_t offset, const void *data, size_t size) {
  if (record < 0) return;
  uint32_t name = (uint32_t)strlen(path);
  uint32_t length = (uint32_t)size;
  put(&kind, 1);
  put(&name, 4);
  put(path, name);
  put(&offset, 8);
  put(&length, 4);
  if (length) put(data, length);
}

// Whether this call is the one that fails. The control file itself is read at each call: it is a few bytes.
static int fails(void) {
  if (!control) return 0;
  char text[24];
  int fd = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC, 0);
  if (fd >= 0) {
    long size = syscall(SYS_read, fd, text, sizeof text - 1);
    if (size > 0) {
      text[size] = 0;
      countdown = atol(text);
      // Only a full disk is one for the next process, too.
      if (countdown >= 0) syscall(SYS_ftruncate, fd, 0);
    }
    syscall(SYS_close, fd);
  }
  return countdown < 0 || (countdown > 0 && --countdown == 0);
}

static ssize_t written(int fd, const void *data, size_t size, off_t offset, int at_offset) {
  char path[PATH_MAX];
  pthread_mutex_lock(&lock);
  prepare();
  ssize_t result;
  if (!path_of(fd, path)) {
    pthread_mutex_unlock(&lock);
    return at_offset ? syscall(SYS_pwrite64, fd, data, size, offset) : syscall(SYS_write, fd, data, size);
  }
  if (fails()) {
    pthread_mutex_unlock(&lock);
    errno = countdown < 0 || size % 2 ? ENOSPC : EIO;
    return -1;
  }
  int64_t at = at_offset ? offset : lseek(fd, 0, SEEK_CUR);
  result = at_offset ? syscall(SYS_pwrite64, fd, data, size, offset) : syscall(SYS_write, fd, data, size);
  if (result > 0) {
    if (!at_offset) at = lseek(fd, 0, SEEK_CUR) - result;
    note('w', path, at, data, (size_t)result);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

ssize_t write(int fd, const void *data, size_t size) { return written(fd, data, size, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return written(fd, data, size, offset, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) { return written(fd, data, size, offset, 1); }

static int truncated(int fd, off_t size) {
  char path[PATH_MAX];
  pthread_mutex_lock(&lock);
  prepare();
  int ours = path_of(fd, path);
  if (ours && fails()) {
    pthread_mutex_unlock(&lock);
    errno = EIO;
    return -1;
  }
  int result = (int)syscall(SYS_ftruncate, fd, size);
  if (ours && result == 0) note('t', path, size, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate(int fd, off_t size) { return truncated(fd, size); }
int ftruncate64(int fd, off64_t size) { return truncated(fd, size); }

static int flushed(int fd, long number) {
  char path[PATH_MAX];
  pthread_mutex_lock(&lock);
  prepare();
  int ours = path_of(fd, path);
  if (ours && fails()) {
    pthread_mutex_unlock(&lock);
    errno = EIO;
    return -1;
  }
  int result = (int)syscall(number, fd);
  if (ours && result == 0) note('s', path, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  prepare();
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0 && folder && strncmp(path, folder, strlen(folder)) == 0) note('d', path, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int fsync(int fd) { return flushed(fd, SYS_fsync); }
int fdatasync(int fd) { return flushed(fd, SYS_fdatasync); }

static const volatile int64_t *ahead;

// Before main and so before a second thread; calls that come earlier see the real time.
__attribute__((constructor)) static void find_clock(void) {
  const char *name = getenv("FAULT_CLOCK");
  if (!name) return;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return;
  void *map = mmap(0, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (map != MAP_FAILED) ahead = map;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    int64_t by = *ahead;
    int64_t nanos = time->tv_nsec + by % 1000000000;
    time->tv_sec += by / 1000000000;
    if (nanos < 0) { nanos += 1000000000; time->tv_sec--; }
    if (nanos >= 1000000000) { nanos -= 1000000000; time->tv_sec++; }
    time->tv_nsec = nanos;
  }
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}
