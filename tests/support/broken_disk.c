/* A disk that fails: preloaded, it makes calls below the folders that FAULT_FILE names fail with an error.

   FAULT_FILE holds lines of "errno kind part not": kind is "write" (data), "make" (names) or "link" (hard links); every path that contains
   `part`, and does not contain `not`, is on the broken disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int broken(const char *kind, const char *path) {
    const char *name = getenv("FAULT_FILE");
    if (!name || !path) return 0;
    int saved = errno;
    int fd = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY, 0);
    errno = saved;
    if (fd < 0) return 0;
    char text[1024];
    ssize_t size = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    errno = saved;
    if (size <= 0) return 0;
    text[size] = 0;
    char want[16], part[400], without[400];
    int number;
    if (sscanf(text, "%d %15s %399s %399s", &number, want, part, without) != 4) return 0;
    if (strcmp(want, kind) || !strstr(path, part) || strstr(path, without)) return 0;
    return number;
}

static const char *at(int dir, const char *path, char *whole) {
    char link[64];
    if (!path) return path;
    if (path[0] == '/') return path;
    ssize_t size;
    if (dir == AT_FDCWD) {
        if (!getcwd(whole, PATH_MAX)) return path;
        size = strlen(whole);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        size = readlink(link, whole, PATH_MAX);
        if (size < 0) return path;
    }
    snprintf(whole + size, PATH_MAX - size, "/%s", path);
    return whole;
}

#define FAIL(kind, dir, path)                                          \
    do {                                                               \
        char whole[2 * PATH_MAX];                                      \
        int number = broken(kind, at(dir, path, whole));               \
        if (number) { errno = number; return -1; }                     \
    } while (0)

static int opened(int dir, const char *path, int flags, mode_t mode) {
    if (flags & (O_CREAT | O_TRUNC)) FAIL("make", dir, path);
    return syscall(SYS_openat, dir, path, flags, mode);
}

#define MODE(flags, last) mode_t mode = 0; \
    if (flags & (O_CREAT | __O_TMPFILE)) { va_list a; va_start(a, last); mode = va_arg(a, mode_t); va_end(a); }

int open(const char *path, int flags, ...) { MODE(flags, flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return opened(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags, flags) return opened(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags, flags) return opened(dir, path, flags, mode); }

int mkdir(const char *path, mode_t mode) { FAIL("make", AT_FDCWD, path); return syscall(SYS_mkdirat, AT_FDCWD, path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { FAIL("make", dir, path); return syscall(SYS_mkdirat, dir, path, mode); }
int link(const char *old, const char *new) { FAIL("make", AT_FDCWD, new); FAIL("link", AT_FDCWD, new); return syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, new, 0); }
int linkat(int a, const char *old, int b, const char *new, int flags) { FAIL("make", b, new); FAIL("link", b, new); return syscall(SYS_linkat, a, old, b, new, flags); }
int symlink(const char *target, const char *path) { FAIL("make", AT_FDCWD, path); return syscall(SYS_symlinkat, target, AT_FDCWD, path); }

static int full(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int saved = errno;
    ssize_t size = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (size <= 0 || path[0] != '/') return 0;
    path[size] = 0;
    return broken("write", path);
}

#define WRITE(fd) do { int number = full(fd); if (number) { errno = number; return -1; } } while (0)

ssize_t write(int fd, const void *data, size_t size) { WRITE(fd); return syscall(SYS_write, fd, data, size); }
ssize_t pwrite64(int fd, const void *data, size_t size, off_t where) { WRITE(fd); return syscall(SYS_pwrite64, fd, data, size, where); }
ssize_t copy_file_range(int in, off_t *a, int out, off_t *b, size_t size, unsigned flags) { WRITE(out); return syscall(SYS_copy_file_range, in, a, out, b, size, flags); }
ssize_t sendfile64(int out, int in, off_t *where, size_t size) { WRITE(out); return syscall(SYS_sendfile, out, in, where, size); }
ssize_t sendfile(int out, int in, off_t *where, size_t size) { WRITE(out); return syscall(SYS_sendfile, out, in, where, size); }
