/* hold_lock FILE: holds an exclusive lock on the file, as another program would, until its input ends. */
#include <stdio.h>
#include <windows.h>

int main(int count, char **words) {
    OVERLAPPED all = {0};
    HANDLE file;
    if (count != 2) return 2;
    file = CreateFileA(words[1], GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
    if (file == INVALID_HANDLE_VALUE || !LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, MAXDWORD, MAXDWORD, &all)) return 1;
    puts("held");
    fflush(stdout);
    while (getchar() != EOF) {}
    return 0;
}
