/* Functions of newer glibcs by means of older ones, for wheels that are linked on a newer system than they run on
 * (elf_versions.py says how they come into play). Where the system's glibc has a function, its own is taken. */
#include <stddef.h>
#include <stdint.h>
#include <sys/random.h>

/* 2.33 made functions of what were macros. */
enum { kStatVersion = 1 }; /* of x86-64, where struct stat64 is struct stat */
#define OLD(result, name, version, ...)                                     \
  result old_##name(__VA_ARGS__);                                           \
  __asm__(".symver old_" #name "," #name "@GLIBC_" version)
OLD(int, __xstat, "2.2.5", int version, const char* path, void* status);
OLD(int, __lxstat, "2.2.5", int version, const char* path, void* status);
OLD(int, __fxstat, "2.2.5", int version, int file, void* status);
int stat(const char* path, void* status) { return old___xstat(kStatVersion, path, status); }
int lstat(const char* path, void* status) { return old___lxstat(kStatVersion, path, status); }
int fstat(int file, void* status) { return old___fxstat(kStatVersion, file, status); }
int fstat64(int file, void* status) { return old___fxstat(kStatVersion, file, status); }

/* 0: there may be other threads, so that reference counts stay atomic. */
char __libc_single_threaded = 0;

uint32_t arc4random(void) {
  uint32_t value = 0;
  while (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value)) {
  }
  return value;
}

/* 2.34 took the threads' library in, under a new version. Arguments and results are words, whatever their types. */
#define FORWARD(name, version)                                                          \
  OLD(intptr_t, name, version, intptr_t a, intptr_t b, intptr_t c, intptr_t d);         \
  intptr_t name(intptr_t a, intptr_t b, intptr_t c, intptr_t d) {                       \
    return old_##name(a, b, c, d);                                                      \
  }
FORWARD(pthread_create, "2.2.5")
FORWARD(pthread_join, "2.2.5")
FORWARD(pthread_detach, "2.2.5")
FORWARD(pthread_once, "2.2.5")
FORWARD(pthread_key_create, "2.2.5")
FORWARD(__pthread_key_create, "2.2.5")
FORWARD(pthread_key_delete, "2.2.5")
FORWARD(pthread_getspecific, "2.2.5")
FORWARD(pthread_setspecific, "2.2.5")
FORWARD(pthread_mutex_trylock, "2.2.5")
FORWARD(pthread_rwlock_rdlock, "2.2.5")
FORWARD(pthread_rwlock_wrlock, "2.2.5")
FORWARD(pthread_rwlock_unlock, "2.2.5")
FORWARD(pthread_cond_clockwait, "2.30")
