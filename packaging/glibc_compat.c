/* What glibc 2.31 lacks of the functions that programs linked on a newer system ask for, by means
 * of what it has. Asked for by name alone (elf_versions.py). x86-64. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/stat.h>

/* Inline functions or macros of the C library before 2.33, which exported these instead. */
int __xstat(int version, const char* path, struct stat* status);
int __lxstat(int version, const char* path, struct stat* status);
int __fxstat(int version, int file, struct stat* status);
int __fxstat64(int version, int file, struct stat64* status);
enum { kStatVersion = 1 };

int stat(const char* path, struct stat* status) { return __xstat(kStatVersion, path, status); }
int lstat(const char* path, struct stat* status) { return __lxstat(kStatVersion, path, status); }
int fstat(int file, struct stat* status) { return __fxstat(kStatVersion, file, status); }
int fstat64(int file, struct stat64* status) { return __fxstat64(kStatVersion, file, status); }

/* 0: there may be other threads, so that reference counts stay atomic. */
char __libc_single_threaded = 0;

uint32_t arc4random(void) {
  uint32_t value = 0;
  while (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value)) {
  }
  return value;
}

/* The resolver's functions, which had such names before 2.34. */
typedef const unsigned char* Bytes;
int old_expand(Bytes message, Bytes end, Bytes from, char* to, int size);
int old_query(const char* name, int class, int type, unsigned char* answer, int size);
int old_nsearch(void* state, const char* name, int class, int type, unsigned char* answer,
                int size);
__asm__(".symver old_expand,__dn_expand@GLIBC_2.2.5");
__asm__(".symver old_query,__res_query@GLIBC_2.2.5");
__asm__(".symver old_nsearch,__res_nsearch@GLIBC_2.2.5");

int dn_expand(Bytes message, Bytes end, Bytes from, char* to, int size) {
  return old_expand(message, end, from, to, size);
}
int res_query(const char* name, int class, int type, unsigned char* answer, int size) {
  return old_query(name, class, type, answer, size);
}
int res_nsearch(void* state, const char* name, int class, int type, unsigned char* answer,
                int size) {
  return old_nsearch(state, name, class, type, answer, size);
}

/* Since 2.34 the C library itself calls a program's constructors; before, it called a function that
 * the program gave it to do so. Newer ones still call that function where there is one. */
typedef void (*Constructor)(int, char**, char**);
typedef int (*Main)(int, char**, char**);

static void construct(int argc, char** argv, char** environment) {
  const struct link_map* program = _r_debug.r_map; /* the first of the list */
  const Constructor* constructors = 0;
  size_t bytes = 0;
  for (const ElfW(Dyn)* entry = program->l_ld; entry->d_tag != DT_NULL; ++entry) {
    const ElfW(Addr) place = program->l_addr + entry->d_un.d_ptr;
    if (entry->d_tag == DT_INIT) ((Constructor)place)(argc, argv, environment);
    if (entry->d_tag == DT_INIT_ARRAY) constructors = (const Constructor*)place;
    if (entry->d_tag == DT_INIT_ARRAYSZ) bytes = entry->d_un.d_val;
  }
  for (size_t i = 0; i < bytes / sizeof(Constructor); ++i) constructors[i](argc, argv, environment);
}

typedef int Start(Main, int, char**, Constructor, void (*)(void), void (*)(void), void*);

int __libc_start_main(Main main, int argc, char** argv, Constructor init, void (*fini)(void),
                      void (*loader_fini)(void), void* stack_end) {
  Start* start = (Start*)dlsym(RTLD_NEXT, "__libc_start_main");
  return start(main, argc, argv, init ? init : construct, fini, loader_fini, stack_end);
}
