// Reads and compares what settings.rs laid out: compare FOLDER ROUNDS; prints nanoseconds of CPU.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
static char wanted[FILES][4096], line[LINES][64], buffer[65536], path[4096];
static size_t length[FILES];
static const char *at(const char *folder, const char *kind, int i) {
    snprintf(path, sizeof path, "%s/%s-%d", folder, kind, i);
    return path;
}
static ssize_t slurp(const char *name, struct stat *is) {
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, is)) exit(2);
    ssize_t got = read(file, buffer, sizeof buffer - 1);
    close(file);
    if (got < 0) exit(2);
    buffer[got] = 0;
    return got;
}
int main(int count, char **words) {
    const char *folder = words[1];
    int rounds = atoi(words[2]);
    struct stat is;
    for (int i = 0; i < FILES; i++) {
        length[i] = (size_t)slurp(at(folder, "file", i), &is);
        memcpy(wanted[i], buffer, length[i]);
    }
    for (int i = 0; i < LINES; i++) snprintf(line[i], sizeof line[i], "setting = %d", i);
    struct timespec before, after;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < FILES; i++) {
            ssize_t got = slurp(at(folder, "file", i), &is);
            if ((size_t)got != length[i] || memcmp(buffer, wanted[i], length[i])) return 1;
            if ((is.st_mode & 07777) != 0644) return 1;
        }
        for (int i = 0; i < LINES; i++) {
            ssize_t got = slurp(at(folder, "lines", i), &is);
            size_t wide = strlen(line[i]);
            char *start = buffer, *end = buffer + got, *found = 0;
            while (start < end && !found) {
                char *stop = memchr(start, '\n', (size_t)(end - start));
                if (!stop) stop = end;
                if ((size_t)(stop - start) == wide && !memcmp(start, line[i], wide)) found = start;
                start = stop + 1;
            }
            if (!found) return 1;
        }
        for (int i = 0; i < FOLDERS; i++) {
            if (lstat(at(folder, "folder", i), &is) || !S_ISDIR(is.st_mode)) return 1;
            if ((is.st_mode & 07777) != 0750) return 1;
        }
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    printf("%lld\n", ((long long)after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec);
    return 0;
}
