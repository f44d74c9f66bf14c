#ifndef QUOTACAST_TESTS_BENCHMARKS_FOLDER_H_
#define QUOTACAST_TESTS_BENCHMARKS_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

namespace quotacast {

// A new folder in that of the environment variable QUOTACAST_BENCHMARK_FOLDER, else in that of
// temporary files; the caller removes it.
inline std::string MakeBenchmarkFolder() {
  const char* const parent = std::getenv("QUOTACAST_BENCHMARK_FOLDER");
  std::string path =
      absl::StrCat(parent != nullptr ? parent : std::filesystem::temp_directory_path().string(),
                   "/quotacast-benchmark-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

}  // namespace quotacast

#endif  // QUOTACAST_TESTS_BENCHMARKS_FOLDER_H_
