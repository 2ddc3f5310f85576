// The handles that are in use. A handle is a number that is never used twice, so that one which was
// freed, or is of another kind, is told from every other.
//
// The struct T behind a handle T* has a member `static constexpr char kName[]`, its name, whose
// address is its kind.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace musicgen::c_api {

uintptr_t Register(std::shared_ptr<void> object, const char* kind);
// Throws Error(kBadInput) for a handle that is none of this kind.
std::shared_ptr<void> Find(uintptr_t handle, const char* kind);
// What was registered, which the caller lets go; null for a handle that is none of this kind.
std::shared_ptr<void> Remove(uintptr_t handle, const char* kind) noexcept;

template <class T>
T* NewHandle(std::shared_ptr<T> object) {
  return reinterpret_cast<T*>(Register(std::move(object), T::kName));
}

// The object lives at least as long as what is returned, whoever frees the handle meanwhile.
template <class T>
std::shared_ptr<T> Get(const T* handle) {
  return std::static_pointer_cast<T>(Find(reinterpret_cast<uintptr_t>(handle), T::kName));
}

template <class T>
std::shared_ptr<T> GetOrNull(const T* handle) {
  return handle == nullptr ? nullptr : Get(handle);
}

template <class T>
void Free(T* handle) noexcept {
  Remove(reinterpret_cast<uintptr_t>(handle), T::kName).reset();
}

}  // namespace musicgen::c_api
