#include "server/handlers/request.h"

#include <openssl/evp.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/convert/names.h"
#include "server/convert/scalars.h"
#include "server/errors.h"
#include "server/limits.h"

namespace quotacast::handlers {
namespace {

constexpr size_t kFingerprintBytes = 32;
// Enough of the fingerprint to notice another filter; a token is no secret.
constexpr size_t kFilterBytes = 8;

}  // namespace

absl::StatusOr<storage::Organization> FindOrganization(storage::ReadTransaction& read,
                                                       const std::string& organization) {
  auto found = read.GetOrganization(organization);
  if (!found.ok()) {
    return errors::Describe(found.status(), "quotacast/Organization",
                            convert::OrganizationName(organization));
  }
  return found;
}

absl::StatusOr<Snapshot> OpenSnapshot(const Context& context, const std::string& organization) {
  auto read = context.store.Read();
  if (!read.ok()) return read.status();
  auto found = FindOrganization(**read, organization);
  if (!found.ok()) return found.status();
  return Snapshot{*std::move(read), *std::move(found)};
}

absl::Status CheckRequestId(const std::string& request_id) {
  if (request_id.empty()) return absl::OkStatus();
  constexpr absl::string_view kForm = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  bool good = request_id.size() == kForm.size();
  for (size_t i = 0; good && i < kForm.size(); ++i) {
    const char c = absl::ascii_tolower(static_cast<unsigned char>(request_id[i]));
    if (kForm[i] == 'x') {
      good = absl::ascii_isxdigit(static_cast<unsigned char>(c));
    } else if (kForm[i] == 'y') {
      good = c == '8' || c == '9' || c == 'a' || c == 'b';
    } else {
      good = c == kForm[i];
    }
  }
  if (good) return absl::OkStatus();
  return errors::InvalidField(
      "request_id", absl::StrCat("must be a UUID of version 4; got ", convert::Quoted(request_id)));
}

std::string Fingerprint(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  std::string digest(kFingerprintBytes, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

absl::StatusOr<std::string> WriteSerialized(const Context& context, absl::string_view method,
                                            const std::string& request_id,
                                            const google::protobuf::Message& request,
                                            WriteFunction function) {
  const absl::Status id_status = CheckRequestId(request_id);
  if (!id_status.ok()) return id_status;
  std::optional<storage::Idempotency> idempotency;
  if (!request_id.empty()) {
    idempotency = storage::Idempotency{context.principal, std::string(method),
                                       absl::AsciiStrToLower(request_id), Fingerprint(request)};
  }
  auto response = context.store.Write(std::move(idempotency), std::move(function));
  if (response.ok() || !errors::Reason(response.status()).empty()) return response;
  // Without details, it is the store's own refusal: the request_id came with another request
  // before, or the disk is full.
  if (absl::IsInvalidArgument(response.status())) {
    return errors::InvalidField("request_id", response.status().message());
  }
  return errors::Describe(response.status(), "quotacast/Store", "");
}

absl::StatusOr<storage::PageRequest> ParsePage(int page_size, const std::string& page_token,
                                               const std::string& filter) {
  if (page_size < 0) {
    return errors::InvalidField("page_size", absl::StrCat("must be >= 0; got ", page_size));
  }
  storage::PageRequest page;
  page.limit =
      page_size == 0 ? limits::kPageSizeDefault : std::min(page_size, limits::kPageSizeMax);
  if (page_token.empty()) return page;
  std::string token;
  if (!absl::WebSafeBase64Unescape(page_token, &token) || token.size() <= kFilterBytes ||
      token.substr(0, kFilterBytes) != filter.substr(0, kFilterBytes)) {
    return errors::InvalidField("page_token",
                                "must be the next_page_token of the page before, with all else in "
                                "the request unchanged");
  }
  page.after = token.substr(kFilterBytes);
  return page;
}

std::string FormatPageToken(const std::string& next_after, const std::string& filter) {
  if (next_after.empty()) return "";
  return absl::WebSafeBase64Escape(filter.substr(0, kFilterBytes) + next_after);
}

}  // namespace quotacast::handlers
