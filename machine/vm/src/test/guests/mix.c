/* Sorting, strings, recursion, function pointers, a jump table, CRC and soft-float, folded into one number that the
   test computes, too. The result's low byte is the exit code. */
typedef unsigned long u64;
typedef unsigned int u32;

static u64 state = SEED;
static int numbers[COUNT];

static u64 draw(void) {
  state = state * 6364136223846793005ul + 1442695040888963407ul;
  return state >> 33;
}

static void quicksort(int *a, int low, int high) {
  if (low >= high) return;
  int pivot = a[(low + high) / 2], i = low, j = high;
  while (i <= j) {
    while (a[i] < pivot) i++;
    while (a[j] > pivot) j--;
    if (i <= j) {
      int t = a[i];
      a[i++] = a[j];
      a[j--] = t;
    }
  }
  quicksort(a, low, j);
  quicksort(a, i, high);
}

static long add(long a, long b) { return a + b; }
static long sub(long a, long b) { return a - b; }
static long mul(long a, long b) { return a * b; }
static long quo(long a, long b) { return b ? a / b : 0; }
static long (*const operations[])(long, long) = {add, sub, mul, quo};

static u32 crc(u32 c, u64 value) {
  for (int i = 0; i < 64; i++) c = (c ^ (u32) (value >> i)) & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
  return c;
}

static int kind(int c) {
  switch (c % 7) {
    case 0: return 3;
    case 1: return 1;
    case 2: return 4;
    case 3: return 1;
    case 4: return 5;
    case 5: return 9;
    default: return 2;
  }
}

int main(void) {
  u32 sum = ~0u;
  for (int i = 0; i < COUNT; i++) numbers[i] = (int) draw();
  quicksort(numbers, 0, COUNT - 1);
  for (int i = 0; i < COUNT; i++) sum = crc(sum, (u64) numbers[i]);
  long value = 1;
  for (int i = 0; i < COUNT; i++) {
    long b = (long) draw() - (1L << 30);
    value = operations[draw() & 3](value, b);
    sum = crc(sum, (u64) value + kind((int) (draw() & 0xffff)));
  }
  float f = 1;
  for (int i = 0; i < COUNT; i++) {
    f = f * 1.0001f + (float) (int) draw() / 3.0f - (float) i;
    union { float f; u32 bits; } u = {f};
    sum = crc(sum, u.bits);
  }
  volatile u32 *out = (u32 *) OUT;
  *out = sum;
  return 0;
}
