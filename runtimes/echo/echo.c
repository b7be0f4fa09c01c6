/* SPDX-License-Identifier: Apache-2.0 */

/* The smallest runtime plugin: a "model" whose one output is its one input. Copy it to begin a
 * plugin of your own. The artefact is a text file that holds a dtype's name: "float32". */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ekiben/runtime_abi.h>

struct ekiben_session {
  int32_t dtype;
};

static const char* const kNames[] = {"",        "bool",    "uint8",   "uint16", "uint32",
                                     "uint64",  "int8",    "int16",   "int32",  "int64",
                                     "float16", "float32", "float64", "string"};

static int32_t DtypeNamed(const char* name) {
  for (int32_t dtype = EKIBEN_BOOL; dtype <= EKIBEN_STRING; ++dtype) {
    if (strcmp(name, kNames[dtype]) == 0) return dtype;
  }
  return 0;
}

static ekiben_session* Load(const char* path, const char* options_json, char* error,
                            size_t error_size) {
  (void)options_json;
  char name[16] = "";
  FILE* file = fopen(path, "r");
  if (file == NULL) {
    snprintf(error, error_size, "cannot open '%s'", path);
    return NULL;
  }
  const int fields = fscanf(file, "%15s", name);
  fclose(file);
  const int32_t dtype = fields == 1 ? DtypeNamed(name) : 0;
  if (dtype == 0) {
    snprintf(error, error_size, "'%s' does not hold the name of a dtype", path);
    return NULL;
  }
  ekiben_session* session = malloc(sizeof *session);
  if (session == NULL) {
    snprintf(error, error_size, "out of memory");
    return NULL;
  }
  session->dtype = dtype;
  return session;
}

static size_t One(const ekiben_session* session) {
  (void)session;
  return 1;
}

static void Spec(const ekiben_session* session, const char* name, ekiben_tensor_spec* spec) {
  spec->name = name;
  spec->dtype = session->dtype;
  spec->rank = 2;
  spec->shape[0] = -1;
  spec->shape[1] = -1;
}

static void InputSpec(const ekiben_session* session, size_t index, ekiben_tensor_spec* spec) {
  (void)index;
  Spec(session, "input", spec);
}

static void OutputSpec(const ekiben_session* session, size_t index, ekiben_tensor_spec* spec) {
  (void)index;
  Spec(session, "output", spec);
}

static int Run(ekiben_session* session, const ekiben_host* host, const ekiben_tensor* inputs,
               size_t input_count, ekiben_tensor* outputs, size_t output_count, char* error,
               size_t error_size) {
  (void)session;
  (void)input_count;
  (void)output_count;
  outputs[0] = inputs[0];
  outputs[0].data = host->allocate(host->context, 0, inputs[0].bytes);
  if (outputs[0].data == NULL) {
    snprintf(error, error_size, "out of memory");
    return EKIBEN_FAILED;
  }
  if (inputs[0].bytes > 0) memcpy(outputs[0].data, inputs[0].data, inputs[0].bytes);
  return EKIBEN_OK;
}

static void Unload(ekiben_session* session) { free(session); }

static const ekiben_runtime kEcho = {
    .size = sizeof(ekiben_runtime),
    .name = "echo",
    .concurrent_runs = 1,
    .load = Load,
    .input_count = One,
    .output_count = One,
    .input_spec = InputSpec,
    .output_spec = OutputSpec,
    .run = Run,
    .unload = Unload,
};

__attribute__((visibility("default"))) const ekiben_runtime* ekiben_runtime_v1(void) {
  return &kEcho;
}
