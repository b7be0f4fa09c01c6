/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EKIBEN_RUNTIME_ABI_H_
#define EKIBEN_RUNTIME_ABI_H_

#include <stddef.h>
#include <stdint.h>

/* The C ABI between ekiben and a runtime plugin (ONNX Runtime, XGBoost, ...).
 *
 * A plugin is one shared library that exports ekiben_runtime_v1(). It needs no symbol of ekiben's
 * and no C++. runtimes/echo is the smallest one, made to be copied.
 *
 * Growth: structs that start with `size` may get new members at their end, and `size` tells who
 * knows them; anything else becomes v2. Strings are UTF-8 and end with a zero byte. Errors are
 * written into the caller's buffer, cut to fit: "what: why", lower case, no final period. */

#ifdef __cplusplus
extern "C" {
#endif

#define EKIBEN_MAX_RANK 8

/* The type of a tensor's elements. */
enum {
  EKIBEN_BOOL = 1,
  EKIBEN_UINT8 = 2,
  EKIBEN_UINT16 = 3,
  EKIBEN_UINT32 = 4,
  EKIBEN_UINT64 = 5,
  EKIBEN_INT8 = 6,
  EKIBEN_INT16 = 7,
  EKIBEN_INT32 = 8,
  EKIBEN_INT64 = 9,
  EKIBEN_FLOAT16 = 10,
  EKIBEN_FLOAT32 = 11,
  EKIBEN_FLOAT64 = 12,
  EKIBEN_STRING = 13
};

/* A contiguous, row-major array. A tensor of n strings is n + 1 offsets (uint64, the first 0) and
 * then the bytes of the strings one after the other. */
typedef struct {
  int32_t dtype;
  int32_t rank;
  int64_t shape[EKIBEN_MAX_RANK];
  void* data; /* Aligned to 64 bytes. */
  size_t bytes;
} ekiben_tensor;

/* One input or output of a session; an axis of -1 may have any length. */
typedef struct {
  const char* name; /* Lives as long as the session. */
  int32_t dtype;
  int32_t rank; /* -1: not known before a run. */
  int64_t shape[EKIBEN_MAX_RANK];
} ekiben_tensor_spec;

/* What run() returns. A number that is not known counts as EKIBEN_FAILED. */
enum {
  EKIBEN_OK = 0,
  EKIBEN_FAILED = 1,           /* The model's fault or the plugin's; the text is for the log. */
  EKIBEN_INPUTS_DO_NOT_FIT = 2 /* Whoever sent these shapes is told so, with the text. */
};

/* What ekiben offers a plugin during one run(). */
typedef struct {
  size_t size;
  void* context;
  /* Memory for output number `output`, owned by ekiben. NULL when there is none left. Asked again
   * for the same output, it frees what it gave before. */
  void* (*allocate)(void* context, size_t output, size_t bytes);
} ekiben_host;

/* A loaded artefact. Owned by ekiben, which gives it back to unload(). */
typedef struct ekiben_session ekiben_session;

typedef struct {
  size_t size;
  const char* name; /* The plugin's own name: "onnx". */

  /* Not 0 when run() may be called for one session by several threads at once. */
  int32_t concurrent_runs;

  /* Loads the artefact at `path`; slow, called by one thread at a time. `options_json` is an
   * object; members that are not known are ignored. Returns NULL and fills `error` on failure. */
  ekiben_session* (*load)(const char* path, const char* options_json, char* error,
                          size_t error_size);

  /* How many inputs and outputs there are, and what they are like. */
  size_t (*input_count)(const ekiben_session* session);
  size_t (*output_count)(const ekiben_session* session);
  void (*input_spec)(const ekiben_session* session, size_t index, ekiben_tensor_spec* spec);
  void (*output_spec)(const ekiben_session* session, size_t index, ekiben_tensor_spec* spec);

  /* Runs one batch. `inputs` come in the order of input_spec(), with its dtypes; they stay ekiben's
   * and are not written to. Fills in all of `outputs` (in the order of output_spec()), whose data
   * must come from host->allocate. Returns EKIBEN_OK, or fills `error` and returns another
   * of these codes: then the outputs are not looked at. */
  int (*run)(ekiben_session* session, const ekiben_host* host, const ekiben_tensor* inputs,
             size_t input_count, ekiben_tensor* outputs, size_t output_count, char* error,
             size_t error_size);

  /* Frees the session. Called once, when no run() is under way. */
  void (*unload)(ekiben_session* session);
} ekiben_runtime;

/* The plugin's table, which lives as long as the plugin. Called once, after the plugin was loaded;
 * a plugin is never unloaded. */
const ekiben_runtime* ekiben_runtime_v1(void);

#ifdef __cplusplus
}
#endif

#endif /* EKIBEN_RUNTIME_ABI_H_ */
