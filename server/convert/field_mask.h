#ifndef QUOTACAST_SERVER_CONVERT_FIELD_MASK_H_
#define QUOTACAST_SERVER_CONVERT_FIELD_MASK_H_

// Which fields of a resource an update is about (AIP-134).

#include <initializer_list>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace quotacast::convert {

class FieldSet {
 public:
  // Every field, as on creation.
  static FieldSet All() { return FieldSet(true, {}); }
  static FieldSet Of(absl::flat_hash_set<std::string> fields) {
    return FieldSet(false, std::move(fields));
  }
  bool contains(absl::string_view field) const { return all_ || fields_.contains(field); }

 private:
  FieldSet(bool all, absl::flat_hash_set<std::string> fields)
      : all_(all), fields_(std::move(fields)) {}
  bool all_;
  absl::flat_hash_set<std::string> fields_;
};

// `mask` null: the fields among `changeable` that are set in `resource`. A path "*": all of them.
// INVALID_ARGUMENT for a path that is not one of `changeable`.
absl::StatusOr<FieldSet> ResolveMask(const google::protobuf::FieldMask* mask,
                                     const google::protobuf::Message& resource,
                                     std::initializer_list<absl::string_view> changeable);

}  // namespace quotacast::convert

#endif  // QUOTACAST_SERVER_CONVERT_FIELD_MASK_H_
