/* Preloaded into a process by privacy.py: notes what it asks the C library for, one line each, and lets it through.
 *
 *   PID <tab> KIND <tab> WHAT        KIND: network, process, write
 *
 * Libraries in C++ and Rust raise no audit events of Python; this sees them, too.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void note(const char *kind, const char *what) {
    const char *log = getenv("REGRAFT_WATCHED_CALLS");
    char line[5000], path[4096];
    int handle, n;
    if (!log) return;
    if (!strcmp(kind, "write") && what[0] != '/' && getcwd(path, sizeof path))
        n = snprintf(line, sizeof line, "%d\t%s\t%.2400s/%.2400s\n", (int)getpid(), kind, path, what);
    else
        n = snprintf(line, sizeof line, "%d\t%s\t%.4000s\n", (int)getpid(), kind, what);
    handle = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0) return;
    if (write(handle, line, (size_t)n) < 0) abort();
    syscall(SYS_close, handle);
}

static void note_open(int folder, const char *path, int flags) {
    char known[4096], link[64];
    ssize_t n;
    if (!(flags & (O_WRONLY | O_RDWR | O_CREAT))) return;
    if (folder != AT_FDCWD && path[0] != '/') {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        n = readlink(link, known, sizeof known - 1);
        if (n > 0 && (size_t)n + strlen(path) + 2 < sizeof known) {
            known[n] = '/';
            strcpy(known + n + 1, path);
            note("write", known);
            return;
        }
    }
    note("write", path);
}

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list rest; \
        mode_t mode; \
        va_start(rest, flags); \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        note_open(AT_FDCWD, path, flags); \
        return real(path, flags, mode); \
    }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        REAL(int, #name, int, const char *, int, ...); \
        va_list rest; \
        mode_t mode; \
        va_start(rest, flags); \
        mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        note_open(folder, path, flags); \
        return real(folder, path, flags, mode); \
    }
OPENS_AT(openat)
OPENS_AT(openat64)

#define OPENS_STREAM(name) \
    FILE *name(const char *path, const char *mode) { \
        REAL(FILE *, #name, const char *, const char *); \
        if (strpbrk(mode, "wa+")) note("write", path); \
        return real(path, mode); \
    }
OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)

#define MAKES_TEMPORARY(name) \
    int name(char *path) { \
        REAL(int, #name, char *); \
        int handle = real(path); \
        note("write", path); \
        return handle; \
    }
MAKES_TEMPORARY(mkstemp)
MAKES_TEMPORARY(mkstemp64)

int creat(const char *path, mode_t mode) {
    REAL(int, "creat", const char *, mode_t);
    note("write", path);
    return real(path, mode);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    struct stat found;
    if (stat(path, &found) != 0) note("write", path);
    return real(path, mode);
}

int connect(int handle, const struct sockaddr *address, socklen_t size) {
    REAL(int, "connect", int, const struct sockaddr *, socklen_t);
    char text[INET6_ADDRSTRLEN] = "?", line[128];
    if (address->sa_family == AF_INET) inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, sizeof text);
    if (address->sa_family == AF_INET6) inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)address)->sin6_addr, text, sizeof text);
    if (address->sa_family == AF_INET || address->sa_family == AF_INET6) {
        snprintf(line, sizeof line, "connect %s", text);
        note("network", line);
    }
    return real(handle, address, size);
}

ssize_t sendto(int handle, const void *data, size_t n, int flags, const struct sockaddr *address, socklen_t size) {
    REAL(ssize_t, "sendto", int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    if (address && (address->sa_family == AF_INET || address->sa_family == AF_INET6)) note("network", "sendto");
    return real(handle, data, n, flags, address, size);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    REAL(int, "getaddrinfo", const char *, const char *, const struct addrinfo *, struct addrinfo **);
    char line[512];
    snprintf(line, sizeof line, "look up %.400s", host ? host : "(none)");
    note("network", line);
    return real(host, service, hints, found);
}

struct hostent *gethostbyname(const char *host) {
    REAL(struct hostent *, "gethostbyname", const char *);
    note("network", host);
    return real(host);
}

pid_t fork(void) {
    REAL(pid_t, "fork", void);
    note("process", "fork");
    return real();
}

/* A wrapper cannot return twice from vfork; fork does all that vfork promises. */
pid_t vfork(void) {
    REAL(pid_t, "fork", void);
    note("process", "vfork");
    return real();
}

#define SPAWNS(name) \
    int name(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *how, \
             char *const arguments[], char *const environment[]) { \
        REAL(int, #name, pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, \
             char *const[], char *const[]); \
        note("process", path); \
        return real(child, path, actions, how, arguments, environment); \
    }
SPAWNS(posix_spawn)
SPAWNS(posix_spawnp)

int system(const char *command) {
    REAL(int, "system", const char *);
    note("process", command);
    return real(command);
}

FILE *popen(const char *command, const char *mode) {
    REAL(FILE *, "popen", const char *, const char *);
    note("process", command);
    return real(command, mode);
}
