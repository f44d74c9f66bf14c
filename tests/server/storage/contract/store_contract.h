#ifndef QUOTACAST_TESTS_SERVER_STORAGE_CONTRACT_STORE_CONTRACT_H_
#define QUOTACAST_TESTS_SERVER_STORAGE_CONTRACT_STORE_CONTRACT_H_

// What every store must do. Another backend joins by a value in store_contract.cc.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/server/storage/store_fixture.h"

namespace quotacast::storage {

class StoreContract : public testing::TestWithParam<Backend> {
 protected:
  StoreContract() : fixture_(GetParam()) { fixture_.MakeCompany(); }
  Key org() const { return fixture_.organization(); }

  StoreFixture fixture_;
};

template <typename Record>
std::vector<std::string> Ids(const std::vector<Record>& records) {
  std::vector<std::string> ids;
  for (const Record& record : records) ids.push_back(record.id);
  return ids;
}

using Strings = std::vector<std::string>;

}  // namespace quotacast::storage

#endif  // QUOTACAST_TESTS_SERVER_STORAGE_CONTRACT_STORE_CONTRACT_H_
