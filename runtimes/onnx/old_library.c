/* SPDX-License-Identifier: Apache-2.0 */

/* Stands in for an ONNX Runtime that is too old, in library_test.cc. */

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const void* (*get_api)(uint32_t version);
  const char* (*get_version)(void);
} Base;

static const void* GetApi(uint32_t version) {
  (void)version;
  return NULL;
}

static const char* GetVersion(void) { return "1.16.3"; }

const Base* OrtGetApiBase(void);
const Base* OrtGetApiBase(void) {
  static const Base kBase = {GetApi, GetVersion};
  return &kBase;
}
