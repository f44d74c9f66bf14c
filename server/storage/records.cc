#include "server/storage/records.h"

#include <nlohmann/json.hpp>

namespace quotacast::storage {

std::string EncodeAttributes(const Attributes& attributes) {
  if (attributes.empty()) return "";
  // Text that is not UTF-8 must not throw here: it was refused, or replaced, where it came in.
  return nlohmann::json(attributes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Attributes DecodeAttributes(absl::string_view encoded) {
  Attributes attributes;
  if (encoded.empty()) return attributes;
  const auto json = nlohmann::json::parse(encoded.begin(), encoded.end(), nullptr, false);
  if (!json.is_object()) return attributes;
  for (const auto& [key, value] : json.items()) {
    if (value.is_string()) attributes[key] = value.get<std::string>();
  }
  return attributes;
}

}  // namespace quotacast::storage
