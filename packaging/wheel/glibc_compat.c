/* Functions of newer glibcs by means of older ones, for wheels that are linked on a newer system than they run on
 * (elf_versions.py says how they come into play). Where the system's glibc has a function, its own is taken. */
#include <sys/stat.h>

/* Inline functions or macros of the C library before 2.33, which exported these instead. */
int __xstat(int version, const char* path, struct stat* status);
int __fxstat(int version, int file, struct stat* status);
enum { kStatVersion = 1 }; /* of x86-64 */

int stat(const char* path, struct stat* status) { return __xstat(kStatVersion, path, status); }
int fstat(int file, struct stat* status) { return __fxstat(kStatVersion, file, status); }

/* 0: there may be other threads, so that reference counts stay atomic. */
char __libc_single_threaded = 0;
