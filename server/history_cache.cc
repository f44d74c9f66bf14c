#include "server/history_cache.h"

#include <atomic>
#include <utility>

namespace quotacast {
namespace {

// Whether nobody but its keeper has it, nor can get it: what others did with it is then done.
bool NobodyElseHas(const std::shared_ptr<KeptCompany>& kept) {
  if (kept.use_count() != 1) return false;
  std::atomic_thread_fence(std::memory_order_acquire);
  return true;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const CompanyHistory>> HistoryCache::Get(
    absl::string_view organization_id) {
  const std::shared_ptr<Entry> entry = EntryOf(organization_id);
  MutexLock lock(entry->mutex);
  auto reading = store_.Read();
  if (!reading.ok()) return reading.status();
  const auto organization = (*reading)->GetOrganization(organization_id);
  if (!organization.ok()) {
    Forget(organization_id);
    return organization.status();
  }
  const auto revision = (*reading)->Revision(organization->key);
  if (!revision.ok()) return revision.status();
  std::shared_ptr<KeptCompany>& kept = entry->kept;
  if (kept != nullptr && kept->company().organization.key != organization->key) kept.reset();
  if (kept == nullptr || kept->company().revision != *revision) {
    // Left out while it changes, and for good where that fails.
    std::shared_ptr<KeptCompany> next = std::move(kept);
    kept = nullptr;
    absl::Status read;
    if (next == nullptr) {
      next = std::make_shared<KeptCompany>();
      read = next->Load(store_, *std::move(reading), *organization, *revision, thread_count_);
    } else {
      if (!NobodyElseHas(next)) next = std::make_shared<KeptCompany>(*next);
      read = next->Update(**reading, *organization, *revision);
    }
    if (!read.ok()) return read;
    kept = std::move(next);
  }
  return std::shared_ptr<const CompanyHistory>(kept, &kept->company());
}

std::shared_ptr<HistoryCache::Entry> HistoryCache::EntryOf(absl::string_view organization_id) {
  MutexLock lock(mutex_);
  const std::string id(organization_id);
  used_last_first_.remove(id);
  used_last_first_.push_front(id);
  std::shared_ptr<Entry>& entry = entries_[id];
  if (entry == nullptr) entry = std::make_shared<Entry>();
  const std::shared_ptr<Entry> result = entry;
  while (used_last_first_.size() > organizations_max_) {
    entries_.erase(used_last_first_.back());
    used_last_first_.pop_back();
  }
  return result;
}

void HistoryCache::Forget(absl::string_view organization_id) {
  MutexLock lock(mutex_);
  used_last_first_.remove(std::string(organization_id));
  entries_.erase(organization_id);
}

}  // namespace quotacast
