/* What every guest shares: a start without a C library, a random stream, and the end.
 *
 * The same file runs in the machine and in qemu's user mode, so it uses no service but exit (a7 = 93), sets its own
 * stack pointer, and folds what it computed into the exit code, where the two are compared. */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

/* How often the work is done; chosen when it is compiled. */
#ifndef ROUNDS
#define ROUNDS 1
#endif

uint64_t work(void);

static uint64_t stream = 0x9e3779b97f4a7c15u;

/* xorshift64 (G. Marsaglia, Xorshift RNGs, 2003) */
static inline uint64_t next(void) {
  stream ^= stream << 13;
  stream ^= stream >> 7;
  stream ^= stream << 17;
  return stream;
}

/* FNV-1a over 64-bit words */
static inline uint64_t fold(uint64_t digest, uint64_t word) { return (digest ^ word) * 0x100000001b3u; }

char stack[1 << 16] __attribute__((aligned(16)));

__asm__(
    ".globl _start\n"
    "_start:\n"
    ".option push\n"
    ".option norelax\n"
    "  la gp, __global_pointer$\n"
    ".option pop\n"
    "  la sp, stack\n"
    "  li t0, 1 << 16\n"
    "  add sp, sp, t0\n"
    "  j enter\n");

void enter(void) {
  uint64_t digest = work();
  for (int half = 32; half >= 8; half /= 2) digest ^= digest >> half;
  register uint64_t a0 __asm__("a0") = digest & 0xff;
  register uint64_t a7 __asm__("a7") = 93;
  __asm__ volatile("ecall" : : "r"(a0), "r"(a7));
  __builtin_unreachable();
}

/* The compiler may ask for these by itself. */
void *memset(void *to, int value, size_t bytes) {
  for (unsigned char *at = to; bytes > 0; bytes--) *at++ = (unsigned char) value;
  return to;
}

void *memcpy(void *to, const void *from, size_t bytes) {
  unsigned char *at = to;
  for (const unsigned char *next_byte = from; bytes > 0; bytes--) *at++ = *next_byte++;
  return to;
}

#endif
