/* A float32 dense layer 784 to 256 with ReLU on a machine without floats: each multiply and add is a call into the
 * compiler's library (libgcc); ROUNDS inputs. */
#include "guest.h"

enum { IN = 784, OUT = 256 };

static float w[OUT * IN], b[OUT], x[IN], y[OUT];

static float number(void) { return (float) ((int) (next() & 0xffff) - 0x8000) * (1.0f / 0x8000); }

static __attribute__((noinline)) void dense(void) {
  for (int o = 0; o < OUT; o++) {
    float sum = b[o];
    for (int i = 0; i < IN; i++) sum += w[o * IN + i] * x[i];
    y[o] = sum > 0 ? sum : 0;
  }
}

uint64_t work(void) {
  uint64_t digest = 0;
  for (int i = 0; i < OUT * IN; i++) w[i] = number();
  for (int i = 0; i < OUT; i++) b[i] = number();
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < IN; i++) x[i] = number();
    dense();
    for (int o = 0; o < OUT; o++) {
      union { float value; uint32_t bits; } out = {y[o]};
      digest = fold(digest, out.bits);
    }
  }
  return digest;
}
