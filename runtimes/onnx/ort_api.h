// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

// What this plugin uses of ONNX Runtime's C ABI, declared here because no package carries the
// header.
//
// OrtApi is a table of function pointers that only ever grows at its end, so a function is its
// slot's number and its type. ort_slots_test.py compares the numbers with those of an independent
// binding.
namespace ekiben::onnx {

// The table's version that is asked for: every library from 1.17 on has it, and the package has
// carried the library apart from its Python module since 1.19.
constexpr uint32_t kApiVersion = 17;
// From this one on an absent shape can be told from a scalar's.
constexpr uint32_t kApiVersionWithHasShape = 24;

struct OrtAllocator;
struct OrtEnv;
struct OrtMapTypeInfo;
struct OrtMemoryInfo;
struct OrtRunOptions;
struct OrtSequenceTypeInfo;
struct OrtSession;
struct OrtSessionOptions;
struct OrtStatus;
struct OrtTensorTypeAndShapeInfo;
struct OrtTypeInfo;
struct OrtValue;

// ONNXTensorElementDataType, whose numbers are those of TensorProto.DataType.
enum OrtElementType : int32_t {
  kOrtUndefined = 0,
  kOrtFloat = 1,
  kOrtUint8 = 2,
  kOrtInt8 = 3,
  kOrtUint16 = 4,
  kOrtInt16 = 5,
  kOrtInt32 = 6,
  kOrtInt64 = 7,
  kOrtString = 8,
  kOrtBool = 9,
  kOrtFloat16 = 10,
  kOrtDouble = 11,
  kOrtUint32 = 12,
  kOrtUint64 = 13,
};

// ONNXType: what kind of value it is.
enum OrtKind : int32_t {
  kOrtTensor = 1,
  kOrtSequence = 2,
  kOrtMap = 3,
};

constexpr int32_t kOrtLogFatal = 4;
constexpr int32_t kOrtSequential = 0;
constexpr int32_t kOrtDeviceAllocator = 0;
constexpr int32_t kOrtMemoryDefault = 0;

using OrtLog = void(void* context, int32_t severity, const char* category, const char* log_id,
                    const char* location, const char* message);

// X(slot, name, type), in the order of the slots.
#define EKIBEN_ORT_FUNCTIONS(X)                                                               \
  X(2, GetErrorMessage, const char*(const OrtStatus*))                                        \
  X(4, CreateEnvWithCustomLogger, OrtStatus*(OrtLog*, void*, int32_t, const char*, OrtEnv**)) \
  X(6, DisableTelemetryEvents, OrtStatus*(const OrtEnv*))                                     \
  X(7, CreateSession,                                                                         \
    OrtStatus*(const OrtEnv*, const char*, const OrtSessionOptions*, OrtSession**))           \
  X(9, Run,                                                                                   \
    OrtStatus*(OrtSession*, const OrtRunOptions*, const char* const*, const OrtValue* const*, \
               size_t, const char* const*, size_t, OrtValue**))                               \
  X(10, CreateSessionOptions, OrtStatus*(OrtSessionOptions**))                                \
  X(13, SetSessionExecutionMode, OrtStatus*(OrtSessionOptions*, int32_t))                     \
  X(24, SetIntraOpNumThreads, OrtStatus*(OrtSessionOptions*, int))                            \
  X(25, SetInterOpNumThreads, OrtStatus*(OrtSessionOptions*, int))                            \
  X(30, SessionGetInputCount, OrtStatus*(const OrtSession*, size_t*))                         \
  X(31, SessionGetOutputCount, OrtStatus*(const OrtSession*, size_t*))                        \
  X(33, SessionGetInputTypeInfo, OrtStatus*(const OrtSession*, size_t, OrtTypeInfo**))        \
  X(34, SessionGetOutputTypeInfo, OrtStatus*(const OrtSession*, size_t, OrtTypeInfo**))       \
  X(36, SessionGetInputName, OrtStatus*(const OrtSession*, size_t, OrtAllocator*, char**))    \
  X(37, SessionGetOutputName, OrtStatus*(const OrtSession*, size_t, OrtAllocator*, char**))   \
  X(48, CreateTensorAsOrtValue,                                                               \
    OrtStatus*(OrtAllocator*, const int64_t*, size_t, OrtElementType, OrtValue**))            \
  X(49, CreateTensorWithDataAsOrtValue,                                                       \
    OrtStatus*(const OrtMemoryInfo*, void*, size_t, const int64_t*, size_t, OrtElementType,   \
               OrtValue**))                                                                   \
  X(51, GetTensorMutableData, OrtStatus*(OrtValue*, void**))                                  \
  X(53, GetStringTensorDataLength, OrtStatus*(const OrtValue*, size_t*))                      \
  X(54, GetStringTensorContent, OrtStatus*(const OrtValue*, void*, size_t, size_t*, size_t))  \
  X(55, CastTypeInfoToTensorInfo,                                                             \
    OrtStatus*(const OrtTypeInfo*, const OrtTensorTypeAndShapeInfo**))                        \
  X(56, GetOnnxTypeFromTypeInfo, OrtStatus*(const OrtTypeInfo*, OrtKind*))                    \
  X(60, GetTensorElementType, OrtStatus*(const OrtTensorTypeAndShapeInfo*, OrtElementType*))  \
  X(61, GetDimensionsCount, OrtStatus*(const OrtTensorTypeAndShapeInfo*, size_t*))            \
  X(62, GetDimensions, OrtStatus*(const OrtTensorTypeAndShapeInfo*, int64_t*, size_t))        \
  X(65, GetTensorTypeAndShape, OrtStatus*(const OrtValue*, OrtTensorTypeAndShapeInfo**))      \
  X(69, CreateCpuMemoryInfo, OrtStatus*(int32_t, int32_t, OrtMemoryInfo**))                   \
  X(76, AllocatorFree, OrtStatus*(OrtAllocator*, void*))                                      \
  X(78, GetAllocatorWithDefaultOptions, OrtStatus*(OrtAllocator**))                           \
  X(80, GetValue, OrtStatus*(const OrtValue*, int, OrtAllocator*, OrtValue**))                \
  X(81, GetValueCount, OrtStatus*(const OrtValue*, size_t*))                                  \
  X(93, ReleaseStatus, void(OrtStatus*))                                                      \
  X(95, ReleaseSession, void(OrtSession*))                                                    \
  X(96, ReleaseValue, void(OrtValue*))                                                        \
  X(98, ReleaseTypeInfo, void(OrtTypeInfo*))                                                  \
  X(99, ReleaseTensorTypeAndShapeInfo, void(OrtTensorTypeAndShapeInfo*))                      \
  X(100, ReleaseSessionOptions, void(OrtSessionOptions*))                                     \
  X(103, CastTypeInfoToMapTypeInfo, OrtStatus*(const OrtTypeInfo*, const OrtMapTypeInfo**))   \
  X(104, CastTypeInfoToSequenceTypeInfo,                                                      \
    OrtStatus*(const OrtTypeInfo*, const OrtSequenceTypeInfo**))                              \
  X(105, GetMapKeyType, OrtStatus*(const OrtMapTypeInfo*, OrtElementType*))                   \
  X(106, GetMapValueType, OrtStatus*(const OrtMapTypeInfo*, OrtTypeInfo**))                   \
  X(107, GetSequenceElementType, OrtStatus*(const OrtSequenceTypeInfo*, OrtTypeInfo**))       \
  X(130, AddSessionConfigEntry, OrtStatus*(OrtSessionOptions*, const char*, const char*))     \
  X(252, GetResizedStringTensorElementBuffer, OrtStatus*(OrtValue*, size_t, size_t, char**))

// Those of kApiVersionWithHasShape.
#define EKIBEN_ORT_LATER_FUNCTIONS(X) \
  X(390, TensorTypeAndShape_HasShape, bool(const OrtTensorTypeAndShapeInfo*))

struct OrtFunctions {
#define EKIBEN_ORT_MEMBER(slot, name, ...) std::add_pointer_t<__VA_ARGS__> name = nullptr;
  EKIBEN_ORT_FUNCTIONS(EKIBEN_ORT_MEMBER)
  EKIBEN_ORT_LATER_FUNCTIONS(EKIBEN_ORT_MEMBER)
#undef EKIBEN_ORT_MEMBER
};

// What OrtGetApiBase(), the library's one export, gives.
struct OrtApiBase {
  void* const* (*GetApi)(uint32_t version);  // nullptr where the library is older.
  const char* (*GetVersionString)();         // "1.32.0"
};

}  // namespace ekiben::onnx
