/* An int8 network 784-256-128-10: int32 sums, a fixed-point factor, clamping; ROUNDS images. */
#include "guest.h"

enum { PIXELS = 784, HIDDEN = 256, INNER = 128, CLASSES = 10 };

static int8_t w1[HIDDEN * PIXELS], w2[INNER * HIDDEN], w3[CLASSES * INNER];
static int8_t image[PIXELS], hidden[HIDDEN], inner[INNER];
static int32_t scores[CLASSES];

static void fill(int8_t *w, int count) {
  for (int i = 0; i < count; i++) w[i] = (int8_t) next();
}

static __attribute__((noinline)) int32_t dot(const int8_t *a, const int8_t *b, int count) {
  int32_t sum = 0;
  for (int i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static __attribute__((noinline)) void layer(const int8_t *w, const int8_t *x, int8_t *y, int in, int out, int shift) {
  for (int o = 0; o < out; o++) {
    int64_t value = ((int64_t) dot(w + o * in, x, in) * 0x5555) >> shift;
    y[o] = (int8_t) (value < 0 ? 0 : value > 127 ? 127 : value);
  }
}

uint64_t work(void) {
  uint64_t digest = 0;
  fill(w1, sizeof w1);
  fill(w2, sizeof w2);
  fill(w3, sizeof w3);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < PIXELS; i++) image[i] = (int8_t) (next() & 127);
    layer(w1, image, hidden, PIXELS, HIDDEN, 25);
    layer(w2, hidden, inner, HIDDEN, INNER, 24);
    for (int c = 0; c < CLASSES; c++) {
      scores[c] = dot(w3 + c * INNER, inner, INNER);
      digest = fold(digest, (uint32_t) scores[c]);
    }
  }
  return digest;
}
