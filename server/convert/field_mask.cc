#include "server/convert/field_mask.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.h"
#include "server/convert/scalars.h"
#include "server/errors.h"

namespace quotacast::convert {
namespace {

bool IsSet(const google::protobuf::Message& message, absl::string_view field) {
  const auto* descriptor = message.GetDescriptor()->FindFieldByName(std::string(field));
  const auto* reflection = message.GetReflection();
  return descriptor->is_repeated() ? reflection->FieldSize(message, descriptor) > 0
                                   : reflection->HasField(message, descriptor);
}

}  // namespace

absl::StatusOr<FieldSet> ResolveMask(const google::protobuf::FieldMask* mask,
                                     const google::protobuf::Message& resource,
                                     std::initializer_list<absl::string_view> changeable) {
  absl::flat_hash_set<std::string> fields;
  if (mask == nullptr) {
    for (const absl::string_view field : changeable) {
      if (IsSet(resource, field)) fields.insert(std::string(field));
    }
    return FieldSet::Of(std::move(fields));
  }
  for (const std::string& path : mask->paths()) {
    if (path == "*") {
      for (const absl::string_view field : changeable) fields.insert(std::string(field));
    } else if (std::find(changeable.begin(), changeable.end(), path) != changeable.end()) {
      fields.insert(path);
    } else {
      return errors::InvalidField(
          "update_mask",
          absl::StrCat("may name ", absl::StrJoin(changeable, ", "), " or *; got ", Quoted(path)));
    }
  }
  return FieldSet::Of(std::move(fields));
}

}  // namespace quotacast::convert
