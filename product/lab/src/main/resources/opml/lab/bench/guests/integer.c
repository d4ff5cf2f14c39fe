/* Integer code with branches and tables: the sieve of Eratosthenes, CRC-32, heapsort; ROUNDS times. */
#include "guest.h"

enum { SIEVE = 1 << 20, ITEMS = 1 << 15 };

static uint8_t composite[SIEVE];
static uint32_t table[256], items[ITEMS];

static __attribute__((noinline)) uint32_t primes(void) {
  uint32_t count = 0;
  for (int i = 0; i < SIEVE; i++) composite[i] = 0;
  for (int i = 2; i < SIEVE; i++) {
    if (composite[i]) continue;
    count++;
    for (int j = 2 * i; j < SIEVE; j += i) composite[j] = 1;
  }
  return count;
}

static void crc_table(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
    table[i] = c;
  }
}

static __attribute__((noinline)) uint32_t crc(const uint8_t *bytes, int count) {
  uint32_t c = ~0u;
  for (int i = 0; i < count; i++) c = c >> 8 ^ table[(c ^ bytes[i]) & 255];
  return ~c;
}

static void sift(int top, int count) {
  uint32_t moving = items[top];
  for (int child; (child = 2 * top + 1) < count; top = child) {
    if (child + 1 < count && items[child + 1] > items[child]) child++;
    if (items[child] <= moving) break;
    items[top] = items[child];
  }
  items[top] = moving;
}

static __attribute__((noinline)) void heapsort(void) {
  for (int top = ITEMS / 2 - 1; top >= 0; top--) sift(top, ITEMS);
  for (int last = ITEMS - 1; last > 0; last--) {
    uint32_t largest = items[0];
    items[0] = items[last];
    items[last] = largest;
    sift(0, last);
  }
}

uint64_t work(void) {
  uint64_t digest = 0;
  crc_table();
  for (int round = 0; round < ROUNDS; round++) {
    digest = fold(digest, primes());
    digest = fold(digest, crc(composite, SIEVE));
    digest = fold(digest, crc(composite, SIEVE));
    for (int i = 0; i < ITEMS; i++) items[i] = (uint32_t) next();
    heapsort();
    digest = fold(digest, crc((const uint8_t *) items, sizeof items));
  }
  return digest;
}
