// Asks a model for all logits of some rows, and for the largest ones of them: these must have the same bits, whichever
// threads compute them and whatever rows stand beside. Prints one line per thing that is wrong; then the share of the
// logits that were computed where one was asked for.
#include "libmodel.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 24, WIDTH = QWEN_OUTPUT_LOGITS_WIDTH, THREADS = 3 };

static pthread_barrier_t meeting;
void qwen_barrier(int64_t thread, int64_t threads) {
  (void)thread;
  if (threads > 1)
    pthread_barrier_wait(&meeting);
}

static void *buffer(size_t bytes) {
  size_t whole = (bytes + 64) / 64 * 64;
  return memset(aligned_alloc(64, whole), 0, whole);
}

struct Part {
  const QwenCall *call;
  int64_t thread, threads;
};
static void *runPart(void *part) {
  const struct Part *mine = part;
  qwen_forward(mine->call, mine->thread, mine->threads);
  return NULL;
}
static void run(const QwenCall *call, int64_t threads) {
  pthread_t team[THREADS];
  struct Part parts[THREADS];
  pthread_barrier_init(&meeting, NULL, (unsigned)threads);
  for (int64_t i = 0; i < threads; ++i) {
    parts[i] = (struct Part){call, i, threads};
    pthread_create(&team[i], NULL, runPart, &parts[i]);
  }
  for (int64_t i = 0; i < threads; ++i)
    pthread_join(team[i], NULL);
  pthread_barrier_destroy(&meeting);
}

static int falling(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x < y) - (x > y);
}

static int wrong = 0;

// The number of logits of a row that were computed.
static int64_t compare(const float *all, const float *some, int64_t top_k, int64_t row) {
  static float sorted[WIDTH];
  memcpy(sorted, all, sizeof(sorted));
  qsort(sorted, WIDTH, sizeof(float), falling);
  const float least = sorted[(top_k < WIDTH ? top_k : WIDTH) - 1];
  int64_t computed = 0;
  for (int64_t i = 0; i < WIDTH; ++i) {
    const int same = memcmp(&all[i], &some[i], sizeof(float)) == 0;
    computed += same;
    if (!same && (all[i] >= least || some[i] != -INFINITY) && ++wrong < 10)
      printf("row %d, the %d largest: logit %d is %a, not %a\n", (int)row, (int)top_k, (int)i, some[i], all[i]);
  }
  return computed;
}

int main(void) {
  static float all[ROWS][WIDTH], some[ROWS][WIDTH], alone[ROWS][WIDTH];
  static int32_t ids[ROWS], slot[ROWS], index[ROWS], wanted[ROWS];
  static float position[ROWS], length[ROWS];
  for (int i = 0; i < ROWS; ++i) {
    ids[i] = i * i * 7 % WIDTH;
    index[i] = wanted[i] = i;
    position[i] = (float)i;
    length[i] = (float)(i + 1);
  }
  float *outputs[QWEN_OUTPUTS] = {0};
  QwenCall call = {0};
  call.arena = buffer(QWEN_ARENA_BYTES);
  call.scratch = buffer(THREADS * QWEN_SCRATCH_BYTES);
  call.states = buffer(QWEN_STATES_BYTES);
  call.weights = qwen_weights_blob + QWEN_WEIGHTS_HEADER_BYTES;
  call.ids = ids;
  call.slot = slot;
  call.index = index;
  call.wanted = wanted;
  call.position = position;
  call.rope_length = length;
  call.rows = call.wanted_rows = ROWS;
  call.outputs = outputs;
  outputs[QWEN_OUTPUT_LOGITS] = all[0];
  run(&call, 1);

  const int64_t asked[] = {1, 2, 20, 64, 65, WIDTH + 1}, rows[] = {1, 3, 16, ROWS};
  double share = 0;
  for (size_t k = 0; k < sizeof(asked) / sizeof(*asked); ++k)
    for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); ++r)
      for (int64_t threads = 1; threads <= THREADS; ++threads) {
        call.top_k = asked[k];
        call.wanted_rows = rows[r];
        outputs[QWEN_OUTPUT_LOGITS] = some[0];
        memset(some, 0x7f, sizeof(some));
        run(&call, threads);
        int64_t computed = 0;
        for (int64_t row = 0; row < rows[r]; ++row)
          computed += compare(all[row], some[row], asked[k], row);
        const double part = (double)computed / (double)(rows[r] * WIDTH);
        if ((asked[k] > 64 || rows[r] > 16) && part < 1 && ++wrong)
          printf("%d largest of %d rows: not all were computed\n", (int)asked[k], (int)rows[r]);
        if (asked[k] == 1 && rows[r] == 16)
          share = part;
        // What is computed doesn't depend on the threads either.
        if (threads == 1)
          memcpy(alone, some, sizeof(some));
        else if (memcmp(alone, some, sizeof(some)) != 0 && ++wrong)
          printf("%d largest of %d rows: other logits for %d threads\n", (int)asked[k], (int)rows[r], (int)threads);
      }
  printf("%.6f\n", share);
  return wrong != 0;
}
