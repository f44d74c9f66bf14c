#ifndef QUOTACAST_SIMULATION_LARGE_ARRAY_H_
#define QUOTACAST_SIMULATION_LARGE_ARRAY_H_

// Vectors of many megabytes.

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <vector>

namespace quotacast::simulation {

// Asks for huge pages where there is room for one: the first touch of each small page costs more
// than all that is done with it.
template <typename T>
struct LargeAllocator {
  using value_type = T;
  static constexpr size_t kHugePageBytes = size_t{2} << 20;

  LargeAllocator() = default;
  template <typename U>
  explicit LargeAllocator(const LargeAllocator<U>&) {}

  T* allocate(size_t count) {
    const size_t bytes = count * sizeof(T);
    if (bytes < kHugePageBytes) return static_cast<T*>(::operator new(bytes));
    void* const memory = ::operator new (bytes, std::align_val_t{kHugePageBytes});
    madvise(memory, bytes, MADV_HUGEPAGE);  // Where it cannot be had, it is as without.
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, size_t count) {
    if (count * sizeof(T) < kHugePageBytes) return ::operator delete(memory);
    ::operator delete (memory, std::align_val_t{kHugePageBytes});
  }
  bool operator==(const LargeAllocator&) const = default;
};

template <typename T>
using LargeArray = std::vector<T, LargeAllocator<T>>;

}  // namespace quotacast::simulation

#endif  // QUOTACAST_SIMULATION_LARGE_ARRAY_H_
